/**
 * Go on 32-bit processors (386, arm): one reservation for the heap and one for the bookkeeping of its arenas.
 *
 * Source: runtime/malloc.go mallocinit (`sizeof(heapArena)` for each of the 1024 arenas of 4 MiB, reserved at once; then 512, 256
 * or 128 MiB of heap just above the program, one arena more where the address happened to be aligned). Go 1.11 to 1.27.
 * Sample, 1.24:
 *   `09800000-18c00000 rw-p 00000000 00:00 0`      heap, opened in steps of 4 MiB
 *   `18c00000-29c00000 ---p 00000000 00:00 0`
 *   `f7cdd000-f7cff000 rw-p 00000000 00:00 0`      bookkeeping of the 62 arenas above
 *   `f7cff000-f7f0f000 ---p 00000000 00:00 0`
 * Cannot tell: summaries and bitmaps, which are a few pages, from other bookkeeping.
 */
import { type Claim, type View, claimRange } from '../attribution/view';
import { sizeOf } from '../mapping/mapping';
import { type Address, type Bytes, MIB } from '../units';
import { announceGo } from './go-claims';
import { type Run, alignUp, isAddressSpace32, isPlain, isPlainWritable, runsOf } from './shapes';
import type { Signature } from './signature';

const ARENA = 4 * MIB;
const ARENAS = 1024;
const RESERVATIONS: readonly Bytes[] = [512 * MIB, 256 * MIB, 128 * MIB];
/** Of the heapArena structures of all arenas; the heap bitmap left them in 1.20 and 1.22. */
const LEAST_BOOKKEEPING = 2 * MIB;
const MOST_BOOKKEEPING = 300 * MIB;
const WITH_BITMAP = 200 * MIB;
const WITH_HALF_BITMAP = 100 * MIB;

const HEAP: Claim = {
  region: 'go.heap-arena',
  category: 'heap',
  confidence: 'certain',
  why: 'Heap of a 32-bit Go program: a reservation of whole arenas of 4 MiB, and the bookkeeping of 1024 such arenas.',
};
const HEAP_ARENA: Claim = {
  region: 'go.heapArena-metadata',
  category: 'metadata',
  confidence: 'certain',
  why: 'Bookkeeping of the 1024 arenas of a 32-bit Go heap: reserved at once, opened arena by arena.',
};

/** True when a heap reservation of Go begins here: whole arenas are open, and it ends where one of its sizes does. */
function isHeap(view: View, run: Run): boolean {
  if (run.start % ARENA !== 0 || run.end - run.start < RESERVATIONS.at(-1)!) return false;
  let opened = 0;
  let reserved = 0;
  for (let i = run.from; i < run.to; i++) {
    const m = view.mappings[i]!;
    if (view.ledger[i] !== undefined) return false;
    if (isPlainWritable(m)) opened += sizeOf(m);
    else reserved = m.end - run.start;
  }
  const fits = (bytes: Bytes): boolean => RESERVATIONS.some((size) => bytes === size || bytes === size + ARENA);
  return opened > 0 && opened % ARENA === 0 && (reserved === 0 || fits(reserved));
}

function openedArenas(view: View, run: Run): number {
  let bytes = 0;
  for (let i = run.from; i < run.to; i++) if (isPlainWritable(view.mappings[i]!)) bytes += sizeOf(view.mappings[i]!);
  return bytes / ARENA;
}

/** What is still inaccessible tells how large the structure of one arena is, and so where the opened part begins. */
function findBookkeeping(view: View, above: Address, arenas: number): { start: Address; end: Address } | null {
  for (const i of view.inaccessible) {
    const tail = view.mappings[i]!;
    const head = view.mappings[i - 1];
    if (tail.start < above || !head || head.end !== tail.start || !isPlainWritable(head)) continue;
    const each = sizeOf(tail) / (ARENAS - arenas);
    if (each * ARENAS < LEAST_BOOKKEEPING || each * ARENAS > MOST_BOOKKEEPING) continue;
    const opened = alignUp(each * arenas, view.pageSize);
    if (sizeOf(head) + 2 * view.pageSize < opened) continue;
    return { start: Math.max(head.start, tail.start - opened), end: tail.end };
  }
  return null;
}

function versionOf(bookkeeping: Bytes): string {
  if (bookkeeping > WITH_BITMAP) return '1.11-1.19';
  return bookkeeping > WITH_HALF_BITMAP ? '1.20-1.21' : '1.22-1.27';
}

export const go32: Signature = {
  name: 'go-32',
  large: true,
  claim(view) {
    if (!isAddressSpace32(view)) return;
    const heap = runsOf(view, isPlain).find((run) => isHeap(view, run));
    if (!heap) return;
    const arenas = openedArenas(view, heap);
    const bookkeeping = arenas < ARENAS ? findBookkeeping(view, heap.end, arenas) : null;
    if (!bookkeeping) return;
    claimRange(view, heap.start, heap.end, HEAP);
    claimRange(view, bookkeeping.start, bookkeeping.end, HEAP_ARENA);
    announceGo(view, versionOf(bookkeeping.end - bookkeeping.start), 'heap and bookkeeping of a 32-bit Go program');
  },
};
