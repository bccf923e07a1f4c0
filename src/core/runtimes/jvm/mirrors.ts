/**
 * Tables that mirror the heap: where the heap has holes, so have they, 32 to 512 times smaller.
 *
 * Source: share/gc/g1/g1RegionToSpaceMapper.cpp and share/gc/shenandoah/ (tables are opened with their regions),
 * share/gc/parallel/ and share/gc/serial/ (the card table is opened with each generation). Sample, a heap with archived
 * objects at its end: 505 MiB open, 4497 shut, 2 open, 1024 shut; its card table: 1012 KiB rw-p, 8992 ---p, 4 rw-p, 2048 ---p.
 * Cannot tell: a table over a heap without holes; its size tells that.
 */
import { type Claim, type View, claimRange, indexAt, isFree } from '../../attribution/view';
import { isInaccessible } from '../../mapping/mapping';
import { type Address, type Bytes } from '../../units';
import { alignUp, isPlain } from '../shapes';
import type { JavaHeap } from './java-heap';

const SHARES = [512, 64, 32];
/** More holes say no more. */
const MOST_PIECES = 12;

export function claimMirrors(view: View, heap: JavaHeap, claim: Claim): void {
  const pieces = heap.pieces.slice(0, MOST_PIECES);
  const hole = pieces.findIndex((piece) => !piece.open);
  // A head and a tail alone are the shape of anything.
  if (hole < 1 || pieces.length < 3) return;
  for (const i of view.inaccessible) {
    if (!isFree(view, i)) continue;
    for (const share of SHARES) {
      const m = view.mappings[i]!;
      const start = m.start - alignUp(pieces[hole]!.from / share, view.pageSize);
      const end = start + pieces[hole]!.to / share;
      if (Math.abs(m.end - end) > 2 * view.pageSize || !mirrors(view, start, share, heap)) continue;
      claimRange(view, start, start + alignUp((heap.end - heap.start) / share, view.pageSize), claim);
      break;
    }
  }
}

function mirrors(view: View, start: Address, share: number, heap: JavaHeap): boolean {
  let end = start;
  const size = alignUp((heap.end - heap.start) / share, view.pageSize);
  for (let i = indexAt(view, start); end < start + size; i++) {
    const m = view.mappings[i];
    if (!m || m.start > end || !isPlain(m)) return false;
    end = m.end;
  }
  for (const { from, to, open } of heap.pieces) {
    if (!isTold(to - from, share, view.pageSize)) continue;
    const m = view.mappings[indexAt(view, start + (from + to) / 2 / share)]!;
    if (isInaccessible(m) === open) return false;
    if (!open && Math.abs(m.start - start - from / share) > 2 * view.pageSize) return false;
  }
  return true;
}

/** Pieces that are not lost when the ends of the table's are rounded to pages. */
function isTold(bytes: Bytes, share: number, page: Bytes): boolean {
  return bytes / share >= 2 * page;
}
