/**
 * Code ranges of V8 where no flag marks them: before V8 10 (Node 18), and in every snapshot without smaps.
 *
 * Source: src/heap/memory-chunk-layout.cc (a page of code at a border of 256 KiB: a header of one or two pages, a guard
 * page, code, a guard page), src/common/globals.h (kMaximalCodeRangeSize: 128 MiB, 512 MiB since V8 9.7). Sample, Node 21:
 *   `7f91c4000000-7f91c4002000 rw-p`, `7f91c4002000-7f91c4003000 ---p`, `7f91c4003000-7f91c403f000 rwxp`, `... ---p`
 * Cannot tell: a range in which no code has been made yet, unless it stands alone with its exact size.
 */
import { type Claim, type View, claimRange, isFree, touchesBelow } from '../../attribution/view';
import { type Mapping, EXECUTE, SHARED, isAnonymous, sizeOf } from '../../mapping/mapping';
import { type Address, type Bytes, KIB, MIB } from '../../units';
import { isPlainNone, isPlainWritable } from '../shapes';
import { PAGE } from './host';

const OLD_RANGE = 128 * MIB;
const RANGE = 512 * MIB;
const HEADER = 8 * KIB;
const GUARD = 4 * KIB;
const LARGEST_HEADER = 64 * KIB;

export function claimOldCodeRanges(view: View, claim: Claim): void {
  let done: Address = 0;
  for (const i of view.executable) {
    const code = view.mappings[i]!;
    const page = Math.floor(code.start / PAGE) * PAGE;
    const header = code.start - GUARD - page;
    if (page < done || header < GUARD || header > HEADER || !isFirstPage(view, i)) continue;
    const start = rangeStart(view, i, page);
    const size = sizeFrom(view, i, start);
    if (size === null) continue;
    claimRange(view, start, start + size, claim);
    done = start + size;
  }
  for (const i of view.largeInaccessible) claimUnused(view, i, claim);
}

/** A range without code: shut as a whole, or but for the header of its first page. */
function claimUnused(view: View, i: number, claim: Claim): void {
  const rest = view.mappings[i]!;
  if (!isFree(view, i)) return;
  for (const size of [OLD_RANGE, RANGE]) {
    const header = size - sizeOf(rest);
    const open = header > 0 && header <= HEADER && touchesBelow(view, i) && isPlainWritable(view.mappings[i - 1]!);
    if (header === 0 || open) claimRange(view, rest.end - size, rest.end, claim);
  }
}

/** A guard page below the code, and below it a header that may have merged with what lies below. */
function isFirstPage(view: View, i: number): boolean {
  if (!touchesBelow(view, i) || !touchesBelow(view, i - 1)) return false;
  const guard = view.mappings[i - 1]!;
  return isFree(view, i) && isPlainNone(guard) && sizeOf(guard) === GUARD && isPlainWritable(view.mappings[i - 2]!);
}

/** A range begins at its first page, or less than a page below it where its address is not a border of pages. */
function rangeStart(view: View, i: number, page: Address): Address {
  if (view.mappings[i - 2]!.start !== page || !touchesBelow(view, i - 2)) return page;
  const below = view.mappings[i - 3]!;
  return isPlainNone(below) && sizeOf(below) < PAGE && sizeOf(below) > GUARD ? below.start : page;
}

/**
 * Both sizes fit where ranges touch; then a mapping ends at the border of the true one. Otherwise the larger that is made
 * of nothing else, for the rest of a range may have merged with a guard page above it.
 */
function sizeFrom(view: View, i: number, start: Address): Bytes | null {
  let fits: Bytes | null = null;
  for (let at = i; at < view.mappings.length && isPiece(view.mappings[at]!); at++) {
    if (at > i && !touchesBelow(view, at)) break;
    const bytes = view.mappings[at]!.end - start;
    if (bytes === OLD_RANGE || bytes === RANGE) return bytes;
    if (bytes > RANGE) return RANGE;
    if (bytes > OLD_RANGE) fits = OLD_RANGE;
  }
  return fits;
}

function isPiece(m: Mapping): boolean {
  if ((m.access & SHARED) !== 0) return false;
  if ((m.access & EXECUTE) !== 0) return true;
  return isAnonymous(m) && (isPlainNone(m) || sizeOf(m) <= LARGEST_HEADER);
}
