/**
 * Reservations of the program itself: inaccessible memory that no runtime claims, with the head that was opened in it, and
 * writable memory of a size that is no use of memory.
 *
 * Source: mmap(2) PROT_NONE, mprotect(2). Sample:
 *   `7f22a6600000-7f22a7600000 rw-p 00000000 00:00 0`      VmFlags `nr`
 *   `7f22a7600000-7f22e6600000 ---p 00000000 00:00 0`      VmFlags `nr`
 * Cannot tell: where the head begins when it has merged with older memory below it; without smaps any writable
 * neighbour below is taken for the head, as long as it is smaller than the rest.
 */
import { type Claim, type View, claimMapping, claimRange, freeParts } from '../attribution/view';
import { sizeOf } from '../mapping/mapping';
import { GIB, TIB } from '../units';
import { hasFlag, isPlainWritable } from './shapes';
import type { Signature } from './signature';

const RESERVATION: Claim = {
  region: 'app.reservation',
  category: 'heap',
  confidence: 'guess',
  why: 'Address space that the program reserved itself; no known runtime does it this way.',
};
const OPEN: Claim = {
  ...RESERVATION,
  why: 'Address space that the program reserved writable: far larger than what it uses of it.',
};
/** Buffer managers and arenas that are writable from the start, to the last byte they may ever need (Kuzu: 8 TiB). */
const LEAST_OPEN = 64 * GIB;
/** Without resident figures only what no machine has is known to be unused. */
const LEAST_UNSEEN = 4 * TIB;
const USED = 1 / 64;

function isOpenReservation(view: View, index: number): boolean {
  const size = sizeOf(view.mappings[index]!);
  const entry = view.smaps?.[index];
  return entry ? size >= LEAST_OPEN && entry.rss + entry.swap < size * USED : size >= LEAST_UNSEEN;
}

function claimHead(view: View, tail: number): void {
  const head = view.mappings[tail - 1];
  const m = view.mappings[tail]!;
  if (!head || head.end !== m.start || !isPlainWritable(head) || sizeOf(head) >= sizeOf(m)) return;
  if (hasFlag(view, tail, 'nr') !== hasFlag(view, tail - 1, 'nr')) return;
  const part = freeParts(view, tail - 1).at(-1);
  if (part?.end === head.end) claimRange(view, part.start, part.end, RESERVATION);
}

export const reservation: Signature = {
  name: 'reservation',
  large: true,
  claim(view) {
    // What is smaller than that is a guard, or the rest of some allocator's block.
    for (const i of view.largeInaccessible) {
      if (view.ledger[i] !== undefined) continue;
      claimMapping(view, i, RESERVATION);
      claimHead(view, i);
    }
    for (const i of view.largeWritable) {
      if (view.ledger[i] === undefined && isOpenReservation(view, i)) claimMapping(view, i, OPEN);
    }
  },
};
