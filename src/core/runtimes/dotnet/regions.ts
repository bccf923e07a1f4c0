/**
 * Regions: the heap of .NET 7 and later, NativeAOT programs included, and the tables over it.
 *
 * Source: gc/gc.cpp (one range: 256 GiB, or twice the memory of the machine when that is more, always so since .NET 10;
 * five times GCHeapHardLimit; basic regions of 1 to 4 MiB from its low end; make_card_table: card table and brick table,
 * 1/2048 of the range each, then write watch, region map and mark array, all in one reservation of about 0.9 %).
 * Measured in 8.0, 9.0 and 10.0. Sample (tables of a 256 GiB range, then its low end):
 *   `7f53674cf000-7f53674e3000 rw-p`, `---p`, `7f536f4cf000-7f536f4e3000 rw-p`, `---p`, `7f53774cf000-7f53774d0000 rw-p` ...
 *   `7f53fc000000-7f53fc011000 rw-p`, `7f53fc011000-7f53fe000000 ---p`, ... up to `7f93fc000000`
 * The first three tables begin at the same distance from each other, up to a page: 2048 times that is the range, whatever made it so.
 * Cannot tell: where exactly the tables end and the range begins when the two touch; it is off by some KiB.
 */
import { type View, indexAt, isFree, touchesBelow } from '../../attribution/view';
import { sizeOf } from '../../mapping/mapping';
import { type Address, type Bytes, KIB, MIB } from '../../units';
import { alignDown, alignUp, arenaStart, hasFlag, isPlain, isPlainNone, isPlainWritable } from '../shapes';

/** Bytes of heap for a byte of the card table, and of the brick table. */
const HEAP_PER_TABLE_BYTE = 2048;
const SMALLEST_STRIDE = 64 * KIB;
/** Basic regions are no smaller, and the first begins at a multiple of their size. */
const REGION = MIB;
/** The distance of two tables is a whole number of pages, and the first region is aligned: the range is that much uncertain. */
const ALIGNMENT = 4 * MIB;
/** What all tables together are, as a share of the range: 37/4096 and about 180 bytes for each region of 4 MiB. */
const TABLES_SHARE = 37 / 4096 + 180 / (4 * MIB);

interface Span {
  readonly start: Address;
  readonly end: Address;
}

export interface Regions {
  readonly heap: Span;
  readonly tables: Span;
}

export function findRegions(view: View): Regions | null {
  const { mappings } = view;
  // Malloc's arenas lie at equal distances, too: what no heap was found for is not looked for again.
  const missing = new Set<Bytes>();
  for (const i of view.writable) {
    if (mappings[i + 4] === undefined) break;
    const found = tablesAt(view, i);
    if (found === null || missing.has(found.stride)) continue;
    const heap = heapOf(view, found.stride * HEAP_PER_TABLE_BYTE, view.pageSize * HEAP_PER_TABLE_BYTE + ALIGNMENT);
    if (!heap) {
      missing.add(found.stride);
      continue;
    }
    const tables = { start: found.start, end: tablesEnd(view, i, found.start, heap) };
    // The first region is aligned; what the range has below it merges with the tables when they touch.
    const touching = tables.end <= heap.start && heap.start - tables.end < 2 * ALIGNMENT;
    return { heap: touching ? { start: tables.end, end: heap.end } : heap, tables };
  }
  return null;
}

/** Where the first table begins and the distance to the next, when its head is the high end of mapping `i`; or null. */
function tablesAt(view: View, i: number): { start: Address; stride: Bytes } | null {
  const { mappings, pageSize } = view;
  const [first, gap, second] = [mappings[i]!, mappings[i + 1]!, mappings[i + 2]!];
  const [rest, third] = [mappings[i + 3]!, mappings[i + 4]!];
  const stride = third.start - second.start;
  // Each begins on a page of its own; what lies below the first may have merged with it.
  const apart = second.start - stride - first.start;
  if (stride < SMALLEST_STRIDE || apart < -pageSize) return null;
  const start = apart <= pageSize ? first.start : second.start - stride;
  const head = first.end - start;
  if (Math.abs(head - sizeOf(second)) > pageSize || head > stride / 2) return null;
  if (gap.start !== first.end || rest.start !== second.end || rest.end !== third.start || gap.end !== second.start) {
    return null;
  }
  if (!isPlainNone(gap) || !isPlainNone(rest) || !isPlainWritable(second) || !isPlainWritable(third)) return null;
  if (!isFree(view, i + 1) || !isFree(view, i + 2) || !isFree(view, i + 3)) return null;
  return { start, stride: Math.max(stride, second.start - start) };
}

/** The range of that size: a region begins at its low end, inaccessible memory reaches to its high end. */
function heapOf(view: View, range: Bytes, slack: Bytes): Span | null {
  // Where the piece begins that holds the tail.
  let piece = 0;
  let from = 0;
  for (const i of view.largeInaccessible) {
    const tail = view.mappings[i]!;
    for (; from <= i; from++) if (!goesOn(view, from)) piece = from;
    if (tail.end < range || !isFree(view, i) || arenaStart(view, i) !== null) continue;
    const lowest = tail.end - range;
    for (let j = indexAt(view, lowest); j < i && view.mappings[j]!.start <= lowest + slack; j++) {
      const m = view.mappings[j]!;
      // A chunk of malloc that lies right below the first region merges with it.
      const start =
        m.start >= lowest && m.start % REGION === 0 ? m.start : alignUp(Math.max(m.start, lowest), ALIGNMENT);
      if (isPlainWritable(m) && start < m.end && start <= lowest + slack && piece <= j) {
        return { start, end: tail.end };
      }
    }
  }
  return null;
}

/** True for memory without a file that touches such memory below it. */
function goesOn(view: View, i: number): boolean {
  return touchesBelow(view, i) && isPlain(view.mappings[i]!) && isPlain(view.mappings[i - 1]!);
}

/** As far as tables of such a heap reach. */
function tablesEnd(view: View, first: number, start: Address, heap: Span): Address {
  const { mappings } = view;
  const share = start + alignDown((heap.end - heap.start) * TABLES_SHARE, view.pageSize);
  const most = heap.start > start ? Math.min(share, heap.start) : share;
  let end = mappings[first]!.end;
  for (let i = first + 1; end < most && touchesBelow(view, i) && mayBeTable(view, i); i++) end = mappings[i]!.end;
  return Math.min(end, most);
}

function mayBeTable(view: View, i: number): boolean {
  const m = view.mappings[i]!;
  if (isPlainWritable(m) && i + 1 < view.mappings.length && arenaStart(view, i + 1) === m.start) return false;
  return isPlain(m) && hasFlag(view, i, 'nh') !== true;
}
