/**
 * Structures of the collectors: card tables, mark bitmaps, block offset tables, mark stacks, remembered sets.
 *
 * Source: share/gc/g1/g1CollectedHeap.cpp (bitmap: 1/64 of the heap, card table, card counts and offset table: 1/512
 * each; one reservation for all since JDK 26), share/gc/parallel/parMarkBitMap.cpp (1/64, 1/32 before JDK 20),
 * share/gc/shenandoah/ (1/32, 1/64, cards 1/512 or 1/1024), share/gc/z/zMarkStackAllocator.cpp (8 GiB reserved),
 * share/gc/g1/g1ConcurrentMark.cpp (32 MiB mark stack).
 * Sample: `7fe5e119c000-7fe5e12f0000 rw-p`, `7fe5e12f0000-7fe5e1d62000 ---p` (nr): 12056 KiB = 6029 MiB / 512.
 * Cannot tell: tables below 512 KiB that merged with malloc chunks; they stay with the chunks.
 */
import {
  type Claim,
  type View,
  claimRange,
  claimsOf,
  freeParts,
  isFree,
  touchesAbove,
  touchesBelow,
} from '../../attribution/view';
import { type Mapping, isInaccessible, sizeOf } from '../../mapping/mapping';
import { type Address, type Bytes, KIB, MIB } from '../../units';
import { alignUp, arenaStart, hasFlag, isPlainWritable } from '../shapes';
import type { JavaHeap } from './java-heap';
import { claimMirrors } from './mirrors';
import { MARK_STACK, type TableKind, isChunks, largeTableWithin, tablesWithin } from './tables';

const UNIT = 2 * MIB;
const SMALLEST_TAIL = 64 * KIB;
/** Archived objects lie at the end of the heap, so the last pages of a table may be in use: they stand above its tail. */
const MOST_ABOVE = 64 * KIB;
const ARENA = 64 * MIB;
const ROUND = 64 * KIB;
const LEAST_BUFFERS = 4 * MIB;
const MOST_BUFFERS = 8;

const PAIR: Claim = {
  region: 'jvm.gc-structures',
  category: 'metadata',
  confidence: 'likely',
  why: 'A writable head with a reserved tail beside libjvm.so that is neither heap, code, class data nor an arena.',
};

const SCALED: Claim = {
  ...PAIR,
  confidence: 'certain',
  why: 'Its size is that of the heap divided by a power of two: a table that covers the heap.',
};

const WHOLE: Claim = {
  ...PAIR,
  why: 'Writable memory of whole 2 MiB at a 2 MiB border: malloc adds a page, the collector does not.',
};

/** A table that covers the heap: its reserved size, and how much of it the committed heap needs. */
interface Table {
  readonly reserved: Bytes;
  readonly committed: Bytes;
}

export function claimGcStructures(view: View, heap: JavaHeap | null): void {
  const tables = heap ? tablesOf(view, heap) : [];
  if (heap) claimMirrors(view, heap, SCALED);
  for (const i of view.inaccessible) {
    const tail = view.mappings[i]!;
    if (!isFree(view, i) || hasFlag(view, i, 'nr') === false) continue;
    if (sizeOf(tail) < SMALLEST_TAIL && !tables.some((table) => isTailOf(table, tail))) continue;
    if (tables.some((table) => table.reserved === sizeOf(tail))) {
      claimRange(view, tail.start, tail.end, SCALED);
      continue;
    }
    const head = touchesBelow(view, i) ? view.mappings[i - 1]! : null;
    const free = head && isPlainWritable(head) ? freeParts(view, i - 1).at(-1) : undefined;
    if (!head || free?.end !== head.end) {
      // Nothing of it is in use yet; without the flag it could be anybody's.
      if (hasFlag(view, i, 'nr') === true && sizeOf(tail) >= UNIT) claimRange(view, tail.start, tail.end, PAIR);
      continue;
    }
    if (arenaStart(view, i) !== null) continue;
    const aboveArena = tables.find((table) => isArenaTail(head, tail.start, tail.end - table.reserved));
    if (aboveArena) {
      claimRange(view, tail.end - aboveArena.reserved, tail.end, SCALED);
      continue;
    }
    const start = tableStart(tables, free.start, tail);
    claimRange(view, start ?? free.start, tail.end, start === null ? PAIR : SCALED);
  }
  claimCommitted(view, heap);
  if (heap && heap.generations.length === 0) claimBelowTables(view);
}

function tablesOf(view: View, heap: JavaHeap): Table[] {
  const table = (bytes: Bytes, committed: Bytes, share: number): Table => ({
    reserved: alignUp(bytes / share, view.pageSize),
    committed: alignUp(committed / share, view.pageSize),
  });
  return [
    // Offsets of objects are kept for a generation; its part of the card table is opened as the generation is.
    ...heap.generations.map(({ bytes, committed }) => table(bytes, committed, 512)),
    ...[512, 64, 32].map((share) => table(heap.end - heap.start, heap.committed, share)),
  ];
}

/** True when [from, to) is the inaccessible tail of an arena whose head is `head`: a table merged with it from above. */
function isArenaTail(head: Mapping, from: Address, to: Address): boolean {
  return to > from && to % ARENA === 0 && head.start <= to - ARENA && head.end > to - ARENA;
}

/** True when `tail` is as large as the part of the table that the heap does not need yet. */
function isTailOf(table: Table, tail: Mapping): boolean {
  return table.reserved > table.committed && table.reserved - table.committed === sizeOf(tail);
}

/** Where the table that ends in `tail` begins, or null when the heap's size does not explain it. */
function tableStart(tables: readonly Table[], lowest: Address, tail: Mapping): Address | null {
  const fitting = tables.find((table) => isTailOf(table, tail));
  if (fitting && tail.end - fitting.reserved >= lowest - MOST_ABOVE) {
    return Math.max(lowest, tail.end - fitting.reserved);
  }
  const starts = tables
    .map((table) => tail.end - table.reserved)
    .filter((start) => start >= lowest && start < tail.start);
  if (starts.length > 0) return starts.includes(lowest) ? lowest : starts[0]!;
  // Two tables whose tails merged: the committed head and a whole number of tables end where the tail ends.
  for (const { reserved, committed } of tables) {
    const start = tail.start - committed;
    const count = (tail.end - start) / reserved;
    if (start > lowest && Number.isInteger(count) && count <= 3) return start;
  }
  return null;
}

/** Fully committed tables: no inaccessible tail shows them; their size does. */
function claimCommitted(view: View, heap: JavaHeap | null): void {
  const kinds = heap ? kindsOf(view, heap) : [];
  const large = heap ? largeOf(view, heap) : [];
  for (const i of view.writable) {
    const m = view.mappings[i]!;
    if (hasFlag(view, i, 'nh') === true) continue;
    const arena =
      i + 1 < view.mappings.length && isInaccessible(view.mappings[i + 1]!) ? arenaStart(view, i + 1) : null;
    for (const part of freeParts(view, i)) {
      const end = arena !== null && arena > part.start && arena < part.end ? arena : part.end;
      if (arena !== null && part.start >= arena) continue;
      // One page at the low end may have gone to the image below, whose .bss it could be.
      const from = part.start - m.start <= view.pageSize ? m.start : part.start;
      if ((end - from) % UNIT === 0 && from % UNIT === 0) {
        claimRange(view, from, end, WHOLE);
        continue;
      }
      if (isIdleMarkStack(view, i, from, end)) {
        claimRange(view, end - MARK_STACK, end, WHOLE);
        continue;
      }
      if (isBuffers(view, i, end - from)) continue;
      const sum = tablesWithin(from, end, kinds, end === m.end && !touchesAbove(view, i));
      const single = largeTableWithin(from, end, large);
      // What explains more of the stretch is right more often.
      const found = sum && single ? (single.end - single.start > sum.end - sum.start ? single : sum) : (sum ?? single);
      if (found) claimRange(view, found.start, found.end, { ...SCALED, confidence: 'likely' });
    }
  }
}

/**
 * Buffers of whole MiB that malloc mapped, a page more each. They were zeroed when they were made, so all of them is
 * resident; a bitmap or a card table of a heap that is not full is not.
 */
function isBuffers(view: View, i: number, bytes: Bytes): boolean {
  const entry = view.smaps?.[i];
  if (entry === undefined || bytes < LEAST_BUFFERS) return false;
  const pages = (bytes % MIB) / view.pageSize;
  return (
    pages > 0 && pages <= MOST_BUFFERS && entry.rss + entry.swap >= sizeOf(view.mappings[i]!) - pages * view.pageSize
  );
}

/** The mark stack of G1 on top of buffers that are in use: what is not resident is as large as it, below a huge page border. */
function isIdleMarkStack(view: View, i: number, from: Address, end: Address): boolean {
  const entry = view.smaps?.[i];
  if (entry === undefined || end % UNIT !== 0 || end - from <= MARK_STACK) return false;
  const m = view.mappings[i]!;
  return m.start === from && m.end === end && Math.abs(sizeOf(m) - entry.rss - entry.swap - MARK_STACK) <= ROUND;
}

/** G1 maps the cache of its remembered sets right after its tables: below the lowest. malloc's chunks are round, and a page. */
function claimBelowTables(view: View): void {
  for (const i of view.writable) {
    for (const { start, end } of freeParts(view, i)) {
      const bytes = end - start;
      if (end === view.mappings[i]!.end || bytes < ROUND || bytes > UNIT) continue;
      if ((bytes - view.pageSize) % ROUND === 0 || isChunks(bytes)) continue;
      const above = claimsOf(view, i).find((segment) => segment.start === end);
      if (above?.claim === SCALED) claimRange(view, start, end, PAIR);
    }
  }
}

/** No collector has more: card table, offsets and card counts; two bitmaps of a bit for each word, or one twice as large. */
function kindsOf(view: View, heap: JavaHeap): TableKind[] {
  const bytes = heap.end - heap.start;
  return [
    { bytes: alignUp(bytes / 512, view.pageSize), most: 4 },
    { bytes: alignUp(bytes / 64, view.pageSize), most: 2 },
    { bytes: alignUp(bytes / 32, view.pageSize), most: 1 },
  ];
}

/** Bitmaps that are opened at once: of Parallel and CMS, and of a heap that is. */
function largeOf(view: View, heap: JavaHeap): Bytes[] {
  const bytes = heap.end - heap.start;
  if (heap.generations.length === 0 && heap.committed < bytes) return [];
  const sizes = [bytes / 32, bytes / 64];
  // A word for each KiB: what Parallel knows of its blocks. CMS marks the old generation alone.
  if (heap.generations.length > 0) sizes.push(bytes / 512, ...heap.generations.map((one) => one.bytes / 64));
  return sizes.map((size) => alignUp(size, view.pageSize));
}
