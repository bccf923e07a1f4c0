/**
 * The heap of Go 1.11 to 1.13, which has no page tables yet.
 *
 * Source: runtime/malloc.go (arena hints from 0xc0<<32 on amd64 and 0x40<<32 on arm64), mheap.go sysAlloc (the index of
 * arenas, then the structures of the first). Sample, 1.12 with two arenas cut by a huge-page advice:
 *   `c000000000-c003c00000 rw-p 00000000 00:00 0`
 *   `c003c00000-c003e00000 rw-p 00000000 00:00 0`
 *   `c003e00000-c008000000 rw-p 00000000 00:00 0`
 *   `7fa752d8e000-7fa755200000 rw-p 00000000 00:00 0`     bookkeeping, and the index at its end
 * Cannot tell: an index that has merged with what was mapped before it, from what lies around it.
 */
import { type View, indexAt } from '../attribution/view';
import { type Mapping, sizeOf } from '../mapping/mapping';
import type { Address } from '../units';
import { ARENA, ARENA_INDEX, claimOf } from './go-claims';
import { isPlainWritable } from './shapes';

const PREFERRED: readonly Address[] = [0xc0 * 2 ** 32, 0x40 * 2 ** 32];

export const OLD_HEAP = claimOf(
  'go.heap-arena',
  'heap',
  'Go heap arena at the address that Go prefers, beside its arena index.',
  false
);

/** Whole arenas from a preferred address on, however huge-page advice has cut them. */
function findHeap(view: View): { start: Address; end: Address } | null {
  for (const start of PREFERRED) {
    let end = start;
    for (let i = indexAt(view, start); i < view.mappings.length; i++) {
      const m = view.mappings[i]!;
      if (m.start !== end || !isPlainWritable(m) || view.ledger[i] !== undefined) break;
      end = m.end;
    }
    if (end > start && (end - start) % ARENA === 0) return { start, end };
  }
  return null;
}

/** The preferred address and the arena index must both be there. The index is the first large thing that Go maps. */
export function findOldHeap(view: View): { heap: { start: Address; end: Address }; index: Mapping } | null {
  if (view.largeWritable.length === 0) return null;
  const heap = findHeap(view);
  if (!heap) return null;
  for (let n = view.largeWritable.length - 1; n >= 0; n--) {
    const m = view.mappings[view.largeWritable[n]!]!;
    if (m.start < heap.end) break;
    if (sizeOf(m) >= ARENA_INDEX && view.ledger[view.largeWritable[n]!] === undefined) return { heap, index: m };
  }
  return null;
}
