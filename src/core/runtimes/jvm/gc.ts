/**
 * Structures of the collectors: card tables, mark bitmaps, block offset tables, mark stacks, remembered sets.
 *
 * Source: share/gc/g1/g1CollectedHeap.cpp (bitmap: 1/64 of the heap, card table, card counts and offset table: 1/512
 * each; one reservation for all since JDK 26), share/gc/parallel/, share/gc/z/zMarkStackAllocator.cpp (8 GiB reserved),
 * share/gc/g1/g1ConcurrentMark.cpp (32 MiB mark stack).
 * Sample: `7fe5e119c000-7fe5e12f0000 rw-p`, `7fe5e12f0000-7fe5e1d62000 ---p` (nr): 12056 KiB = 6029 MiB / 512.
 * Cannot tell: a fully committed table that merged with a malloc chunk; then only what the heap's size predicts is cut.
 */
import { type Claim, type View, claimRange, freeParts, isFree, touchesBelow } from '../../attribution/view';
import { type Mapping, isInaccessible, sizeOf } from '../../mapping/mapping';
import { type Address, type Bytes, KIB, MIB } from '../../units';
import { alignUp, arenaStart, hasFlag, isPlainNone, isPlainWritable } from '../shapes';
import type { JavaHeap } from './java-heap';

const UNIT = 2 * MIB;

const PAIR: Claim = {
  region: 'jvm.gc-structures',
  category: 'metadata',
  confidence: 'likely',
  why: 'A writable head with a reserved tail beside libjvm.so that is neither heap, code, class data nor an arena.',
};

const SCALED: Claim = {
  ...PAIR,
  confidence: 'certain',
  why: 'Its size is that of the heap divided by 64 or 512: a table that covers the heap.',
};
const WHOLE: Claim = {
  ...PAIR,
  why: 'Writable memory of whole 2 MiB at a 2 MiB border: malloc adds a page, the collector does not.',
};

export function claimGcStructures(view: View, heap: JavaHeap | null): void {
  const tables = heap ? tablesOf(view, heap) : [];
  for (let i = 1; i < view.mappings.length; i++) {
    const tail = view.mappings[i]!;
    if (!isPlainNone(tail) || !isFree(view, i) || !touchesBelow(view, i)) continue;
    if (hasFlag(view, i, 'nr') === false || sizeOf(tail) < 64 * KIB || arenaStart(view, i) !== null) continue;
    const head = view.mappings[i - 1]!;
    if (!isPlainWritable(head) || freeParts(view, i - 1).at(-1)?.end !== head.end) continue;
    const start = tableStart(tables, head.start, tail);
    claimRange(view, start ?? head.start, tail.end, start === null ? PAIR : SCALED);
  }
  claimWhole(view);
}

/** A table that covers the heap: its reserved size, and how much of it the committed heap needs. */
interface Table {
  readonly reserved: Bytes;
  readonly committed: Bytes;
}

function tablesOf(view: View, heap: JavaHeap): Table[] {
  return [64, 512].map((share) => ({
    reserved: alignUp((heap.end - heap.start) / share, view.pageSize),
    committed: alignUp(heap.committed / share, view.pageSize),
  }));
}

/** Where the table that ends in `tail` begins, or null when the heap's size does not explain it. */
function tableStart(tables: readonly Table[], lowest: Address, tail: Mapping): Address | null {
  for (const { reserved } of tables) {
    const start = tail.end - reserved;
    if (start >= lowest && start < tail.start) return start;
  }
  // Two tables whose tails merged: the committed head and a whole number of tables end where the tail ends.
  for (const { reserved, committed } of tables) {
    const start = tail.start - committed;
    if (start >= lowest && (tail.end - start) % reserved === 0) return start;
  }
  return null;
}

/** Fully committed tables: what is left of a writable mapping below an arena head or standing alone. */
function claimWhole(view: View): void {
  for (let i = 0; i < view.mappings.length; i++) {
    const m = view.mappings[i]!;
    if (!isPlainWritable(m) || hasFlag(view, i, 'nh') === true) continue;
    const arena =
      i + 1 < view.mappings.length && isInaccessible(view.mappings[i + 1]!) ? arenaStart(view, i + 1) : null;
    for (const part of freeParts(view, i)) {
      const end = arena !== null && arena > part.start && arena < part.end ? arena : part.end;
      if (end === arena || part.end === m.end) {
        const bytes = end - part.start;
        if (bytes >= UNIT && bytes % UNIT === 0 && part.start % UNIT === 0) claimRange(view, part.start, end, WHOLE);
      }
    }
  }
}
