/**
 * Memory of the .NET collector: segments or regions, and the tables over them.
 *
 * Source: gc/gc.cpp (segments of whole MiB plus 8 KiB per mmap; since .NET 7 regions in one range of 256 GiB or a
 * multiple of the hard limit; make_card_table for the tables).
 * Sample: `7f878fffe000-7f8794491000 rw-p`, `7f8794491000-7f879fffe000 ---p`: a 256 MiB segment.
 * Cannot tell: how much of a writable stretch is table when a malloc chunk merged with it; its upper end is taken.
 */
import {
  type Claim,
  type View,
  claimRange,
  claimsOf,
  freeParts,
  indexAt,
  isFree,
  touchesBelow,
} from '../../attribution/view';
import { isInaccessible, sizeOf } from '../../mapping/mapping';
import { type Address, type Bytes, GIB, KIB, MIB } from '../../units';
import {
  type Run,
  alignDown,
  alignUp,
  arenaStart,
  hasFlag,
  isPlain,
  isPlainNone,
  isPlainWritable,
  isPowerOfTwo,
  runsOf,
} from '../shapes';
import { STACK, part } from './parts';
import { type Regions } from './regions';

const SMALLEST_SEGMENT = 16 * MIB;
/** No segment of the older collectors is as large; a range of regions is. */
const SMALLEST_REGION_RANGE = 32 * GIB;
const LARGEST_SEGMENT = 4 * GIB;
/** What the collector makes accessible at least in a segment. */
const SMALLEST_HEAD = 256 * KIB;
const TABLE_SLACK = 64 * KIB;
const ARENA = 64 * MIB;
const GC_HEAP = part(
  'gc-heap',
  'heap',
  'certain',
  'A GC segment beside libcoreclr.so: whole MiB, a writable head and an inaccessible tail.'
);
const DECODED_HEAP = part(
  'gc-heap',
  'heap',
  'certain',
  'The range of GC regions: the distance between the tables over it gives its size.'
);
const DECODED_TABLES = part(
  'gc-bookkeeping',
  'metadata',
  'certain',
  'Card table, brick table and the others over the range of GC regions, each where its size says.'
);
const GC_REGIONS = part(
  'gc-heap',
  'heap',
  'likely',
  'The one large range that .NET 7 and later reserve for GC regions.'
);
const GC_TABLES = part(
  'gc-bookkeeping',
  'metadata',
  'likely',
  'Card tables and mark arrays: reserved like the GC heap and no whole segment.'
);

export function claimRegions(view: View, { heap, tables }: Regions): void {
  claimRange(view, tables.start, tables.end, DECODED_TABLES);
  claimRange(view, heap.start, heap.end, DECODED_HEAP);
}

/** Without tables that tell: segments, and the largest range by its size. */
export function claimGc(view: View): void {
  const runs = runsOf(view, (m, i) => isFree(view, i) && isPlain(m) && hasFlag(view, i, 'nh') !== true);
  const widest = Math.max(
    0,
    ...runs.flatMap((run) => view.mappings.slice(run.from, run.to).filter(isPlainNone).map(sizeOf))
  );
  for (const run of runs) {
    for (const piece of segmentsIn(view, run)) {
      const claim = claimFor(piece, widest >= SMALLEST_REGION_RANGE);
      if (claim) claimRange(view, piece.start, piece.end, claim);
    }
    claimBeside(view, run);
  }
  claimCommittedTables(view);
}

/**
 * Tables that are writable to their end and touch no GC memory: brick table and card table 1/2048 of the heap each, write
 * watch 1/4096, mark array 1/128 (gc.cpp, make_card_table), and a few KiB for the segment map.
 */
function claimCommittedTables(view: View): void {
  let heap = 0;
  let tables = 0;
  for (let i = 0; i < view.mappings.length; i++) {
    for (const { start, end, claim } of claimsOf(view, i)) {
      if (claim.region === GC_HEAP.region) heap += end - start;
      if (claim.region === GC_TABLES.region) tables += end - start;
    }
  }
  const least = alignUp((heap * 37) / 4096, view.pageSize);
  if (heap === 0 || tables >= least) return;
  let best: { start: Address; end: Address; rest: Bytes } | null = null;
  for (const i of view.writable) {
    if (hasFlag(view, i, 'nh') === true) continue;
    for (const { start, end } of freeParts(view, i)) {
      const rest = end - start - least;
      if (rest >= 0 && (!best || rest < best.rest)) best = { start, end, rest };
    }
  }
  // With more than the segment map on top, the lower part is a chunk of malloc, which came later.
  if (best) {
    claimRange(view, best.rest <= TABLE_SLACK ? best.start : best.end - least - view.pageSize, best.end, GC_TABLES);
  }
}

interface Piece {
  readonly start: Address;
  readonly end: Address;
  /** Inaccessible bytes. */
  readonly reserved: Bytes;
}

/** Cuts a run after each inaccessible mapping; arenas of glibc are left out. */
function segmentsIn(view: View, run: Run): Piece[] {
  const pieces: Piece[] = [];
  let from = run.from;
  for (let i = run.from; i < run.to; i++) {
    const m = view.mappings[i]!;
    if (!isPlainNone(m)) continue;
    const piece = { start: headOf(view, i, from), end: m.end, reserved: sizeOf(m) };
    if (arenaStart(view, i) === null || (isWhole(piece) && piece.start % ARENA !== 0)) pieces.push(piece);
    from = i + 1;
  }
  return pieces;
}

/** Where the reservation of tail `i` begins. Its head may have merged with writable memory below. */
function headOf(view: View, i: number, from: number): Address {
  const tail = view.mappings[i]!;
  if (i === from) return tail.start;
  const head = view.mappings[i - 1]!;
  if (
    isPowerOfTwo(alignDown(tail.end - head.start, MIB)) &&
    isWhole({ start: head.start, end: tail.end, reserved: 0 })
  ) {
    return head.start;
  }
  for (let bytes = LARGEST_SEGMENT; bytes >= SMALLEST_SEGMENT; bytes /= 2) {
    for (const start of [tail.end - bytes, tail.end - bytes - 8 * KIB]) {
      if (start > head.start && start < tail.start && tail.start - start >= SMALLEST_HEAD) return start;
    }
  }
  return head.start;
}

/** Segments are whole MiB, and 8 KiB more once per mmap. */
function isWhole(piece: Piece): boolean {
  const bytes = piece.end - piece.start;
  return bytes % MIB === 0 || (bytes - 8 * KIB) % MIB === 0;
}

function claimFor(piece: Piece, regions: boolean): Claim | null {
  const bytes = piece.end - piece.start;
  if (regions && piece.reserved >= SMALLEST_REGION_RANGE / 2) return GC_REGIONS;
  if (!regions && isWhole(piece) && bytes >= SMALLEST_SEGMENT) return GC_HEAP;
  return piece.reserved >= MIB ? GC_TABLES : null;
}

/** Writable memory directly below GC memory, and no arena: tables that are in use to their end. */
function claimBeside(view: View, run: Run): void {
  for (let i = run.from; i < run.to; i++) {
    if (!isPlainWritable(view.mappings[i]!)) continue;
    for (const free of freeParts(view, i)) {
      const start = free.start + stackAt(view, i, free.start);
      if (free.end - start >= MIB && isGc(view, free.end)) claimRange(view, start, free.end, GC_TABLES);
    }
  }
}

/** Kernels before 6.7 merge a thread stack with what lies above it; its guard page is still there. */
function stackAt(view: View, i: number, start: Address): Bytes {
  if (view.mappings[i]!.start !== start || !touchesBelow(view, i) || !isPlainNone(view.mappings[i - 1]!)) return 0;
  return view.snapshot.limits?.stack ?? STACK;
}

function isGc(view: View, address: Address): boolean {
  const i = indexAt(view, address);
  const m = view.mappings[i];
  if (!m || m.start > address || isInaccessible(m)) return false;
  return claimsOf(view, i).some(
    (segment) => segment.start === address && segment.claim.region.startsWith('dotnet.gc-')
  );
}
