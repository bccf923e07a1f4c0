/**
 * Go: heap arenas, page tables, indexes and bookkeeping of the runtime.
 *
 * Source: runtime/malloc.go (arenas of 64 MiB, hints at 0xc0<<32 on amd64 and 0x40<<32 on arm64 up to 1.25, random from
 * 1.26), mheap.go (the arena index, 2^22 pointers = 32 MiB), mpagealloc_64bit.go (see go-geometry.ts), malloc.go
 * persistentalloc (256 KiB). Go 1.11 to 1.27. Sample, the first arena of Go 1.26 with its opened 4 MiB in the middle:
 *   `2c9524000000-2c9527400000 ---p 00000000 00:00 0`
 *   `2c9527400000-2c9527800000 rw-p 00000000 00:00 0`
 * What cannot be told: spans, goroutine stacks and free pages inside an arena (all heap here); memory of the program's
 * own mmap calls looks like large bookkeeping and is told from it by size only (go-rest.ts).
 */
import { type View, claimMapping, claimRange, indexAt } from '../attribution/view';
import { type Mapping, sizeOf } from '../mapping/mapping';
import { type Address, type Bytes, GIB, KIB, MIB } from '../units';
import { AMD64_OFFSET, type GoTables, LEVEL_BYTES, findGoTables } from './go-geometry';
import { isReserved } from './go-pages';
import {
  ARENA,
  ARENA_INDEX,
  FAR_INDEX,
  HEAP,
  HEAP_ARENA,
  HEAP_ARENA_BYTES,
  LATE,
  SCAVENGE,
  announceGo,
  claimOf,
  heapArenaBytes,
  versionsBySize,
} from './go-claims';
import { OLD_HEAP, findOldHeap } from './go-old';
import { hasFlag, isPlain, isPlainNone, isPlainWritable } from './shapes';
import type { Signature } from './signature';

const CHUNKS_BITMAP = MIB;
/** Of persistentalloc. */
const CHUNK = 256 * KIB;
const SUMMARY = [0, 1, 2, 3, 4].map((level) =>
  claimOf(
    `go.page-summary-L${level}`,
    'metadata',
    `Level ${level} of Go's page tables: size, place of the opened page and the other levels agree.`
  )
);
const INDEX = claimOf(
  'go.arena-index-L2',
  'metadata',
  'Index of all Go heap arenas: 32 MiB just below the page tables.'
);
const BITMAP = claimOf(
  'go.page-chunks-bitmap',
  'metadata',
  'Bitmaps of the pages of the Go heap: 1 MiB for each 32 GiB.',
  false
);
interface Heap {
  /** Lowest address of the heap that was found; undefined where none was. */
  readonly start: Address | undefined;
  readonly arenas: number;
}

function claimHeap(view: View, tables: GoTables): Heap {
  let lowest: Address | undefined;
  let bytes = 0;
  for (const window of tables.windows) {
    for (const offset of [AMD64_OFFSET, 0]) {
      const start = window.start - offset;
      if (start < 0) continue;
      const before = bytes;
      for (let i = indexAt(view, start); i < view.mappings.length; i++) {
        const m = view.mappings[i]!;
        if (m.start >= window.end - offset) break;
        if (!isPlain(m)) continue;
        bytes += claimArenas(view, m, start, window.end - offset);
        if (bytes > 0) lowest ??= Math.max(m.start, start);
      }
      if (bytes > before) break;
    }
  }
  return { start: lowest, arenas: bytes / ARENA };
}

/** Whole arenas only: where hints fail the heap lies among other mappings, and only its borders tell it from them. */
function claimArenas(view: View, m: Mapping, low: Address, high: Address): Bytes {
  let claimed = 0;
  const first = Math.floor(Math.max(m.start, low) / ARENA) * ARENA;
  for (let arena = first; arena < Math.min(m.end, high); arena += ARENA) {
    if (isReserved(view, arena, arena + ARENA)) claimed += claimRange(view, arena, arena + ARENA, HEAP);
  }
  return claimed;
}

function claimTables(view: View, tables: GoTables): void {
  tables.levels.forEach((start, level) => {
    if (start !== null) claimRange(view, start, start + LEVEL_BYTES[level]!, SUMMARY[level]!);
  });
  const { scavenge } = tables;
  if (!scavenge) return;
  if (scavenge.start > 0) claimRange(view, scavenge.start, scavenge.start + scavenge.bytes, SCAVENGE);
  else for (const { start, end } of tables.opened) claimRange(view, start, end, SCAVENGE);
}

/** The index is reserved after the tables and lies right below them, unless an older hole was large enough. */
function claimIndex(view: View, below: Address | null, arenaBytes: Bytes | null): void {
  if (below !== null) {
    const start = below - ARENA_INDEX;
    const m = view.mappings[indexAt(view, start)];
    if (m && m.start <= start && m.end >= below && isPlainWritable(m) && isReserved(view, start, below)) {
      claimRange(view, start, below, INDEX);
      claimBelowIndex(view, m.start, start, arenaBytes);
      return;
    }
  }
  let best: Mapping | undefined;
  for (const [i, m] of view.mappings.entries()) {
    if (!isPlainWritable(m) || view.ledger[i] !== undefined || sizeOf(m) < ARENA_INDEX) continue;
    if (sizeOf(m) < ARENA_INDEX + 4 * MIB && (!best || sizeOf(m) < sizeOf(best))) best = m;
  }
  if (!best) return;
  claimRange(view, best.end - ARENA_INDEX, best.end, FAR_INDEX);
  claimBelowIndex(view, best.start, best.end - ARENA_INDEX, arenaBytes);
}

/** heapArena structures that fit into no small hole and so lie below the index, bytes. */
function largeArenaBytes(view: View, tables: GoTables, sized: string | null): Bytes | null {
  if (sized !== null) return null;
  if (!tables.scavenge || tables.scavenge.bytes < LEVEL_BYTES[4]!) {
    return heapArenaBytes(view, HEAP_ARENA_BYTES[0]!.bytes);
  }
  return null;
}

/** What was mapped next merges with the index from below: bookkeeping of the first arena, then the bitmaps. */
function claimBelowIndex(view: View, start: Address, end: Address, arenaBytes: Bytes | null): void {
  let at = end;
  if (arenaBytes !== null && at - start >= arenaBytes) {
    claimRange(view, at - arenaBytes, at, HEAP_ARENA);
    at -= arenaBytes;
  }
  const known = view.writable.some((i) => view.ledger[i] === BITMAP);
  if (!known && at - start >= CHUNKS_BITMAP) claimRange(view, at - CHUNKS_BITMAP, at, BITMAP);
}

/** A stack: an unclaimed guard lies below it, or the kernel marks one inside. */
function isStack(view: View, index: number): boolean {
  const m = view.mappings[index]!;
  const below = view.mappings[index - 1];
  if (hasFlag(view, index, 'gu')) return true;
  return below?.end === m.start && isPlainNone(below) && view.ledger[index - 1] === undefined;
}

/** A whole number of heapArena structures that were mapped one below the other, no more than there are arenas. */
function isRowOfStructures(view: View, size: Bytes, arenas: number): boolean {
  return HEAP_ARENA_BYTES.some(({ bytes }) => {
    const each = heapArenaBytes(view, bytes);
    return size % each === 0 && size / each <= arenas && size % CHUNK !== 0;
  });
}

/** Mappings whose size alone gives them away. @returns the Go versions that use this size, or null */
function claimBySize(view: View, arenas: number): string | null {
  let versions: string | null = null;
  for (const i of view.writable) {
    if (view.ledger[i] !== undefined || isStack(view, i)) continue;
    const size = sizeOf(view.mappings[i]!);
    if (size === CHUNKS_BITMAP && hasFlag(view, i, 'nh') !== false) claimMapping(view, i, BITMAP);
    const fitting = versionsBySize(view, size);
    if (fitting === null && !isRowOfStructures(view, size, arenas)) continue;
    claimMapping(view, i, HEAP_ARENA);
    versions ??= fitting;
  }
  return versions;
}

/** Narrowed from table sizes, first arena and heapArena size; `from-to` where several versions look the same. */
function versionOf(view: View, tables: GoTables, heap: Address | undefined, sized: string | null): string {
  if (!tables.scavenge) return heap !== undefined && opensWhole(view, heap) ? '1.14-1.16' : '1.17-1.18';
  if (tables.scavenge.bytes < LEVEL_BYTES[4]!) return sized === '1.20-1.21' ? '1.20' : '1.19';
  const fixed = heap !== undefined && (heap === 0xc0 * 2 ** 32 || heap === 0x40 * 2 ** 32);
  if (heap !== undefined && !fixed && heap % GIB !== 0) return '1.26-1.27';
  if (!fixed) return sized === '1.25-1.27' ? '1.26-1.27' : '1.21-1.27';
  if (sized === '1.20-1.21') return '1.21';
  if (sized === '1.25-1.27') return '1.25';
  if (sized === LATE) return '1.22-1.25';
  return sized ?? '1.21-1.25';
}

function opensWhole(view: View, heap: Address): boolean {
  const m = view.mappings[indexAt(view, heap)];
  return m !== undefined && isPlainWritable(m) && m.end - heap >= ARENA;
}

export const go: Signature = {
  name: 'go',
  large: true,
  claim(view) {
    const tables = findGoTables(view);
    if (tables) {
      claimTables(view, tables);
      const heap = claimHeap(view, tables);
      const sized = claimBySize(view, heap.arenas);
      claimIndex(view, tables.bottom, largeArenaBytes(view, tables, sized));
      announceGo(view, versionOf(view, tables, heap.start, sized), 'page tables of its heap, 585 MiB of address space');
      return;
    }
    const old = findOldHeap(view);
    if (!old) return;
    claimRange(view, old.heap.start, old.heap.end, OLD_HEAP);
    claimRange(view, old.index.end - ARENA_INDEX, old.index.end, FAR_INDEX);
    claimBelowIndex(
      view,
      old.index.start,
      old.index.end - ARENA_INDEX,
      heapArenaBytes(view, HEAP_ARENA_BYTES[0]!.bytes)
    );
    announceGo(view, '1.11-1.13', 'heap arena at its preferred address and a 32 MiB arena index');
  },
};
