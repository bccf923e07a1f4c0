/**
 * Tables of V8 in reservations of their own: code, external and other pointers, dispatch, types of the C++ heap.
 *
 * Source: src/sandbox/segmented-table.h (segments of 64 KiB from the low end, the first read-only or in use),
 * src/wasm/wasm-code-pointer-table.h (128 MiB), src/sandbox/js-dispatch-table.h (256 MiB), src/heap/cppgc/gc-info-table.cc
 * (512 KiB). Sample:
 *   `7f39aca00000-7f39aca10000 r--p`, `7f39aca10000-7f39aca20000 rw-p`, `7f39aca20000-7f39cca00000 ---p`
 * Cannot tell: which table it is, beyond its size.
 */
import { type Claim, type View, claimRange, isFree, touchesAbove, touchesBelow } from '../../attribution/view';
import { EXECUTE, isAnonymous, sizeOf } from '../../mapping/mapping';
import { type Address, type Bytes, GIB, KIB, MIB } from '../../units';
import { isPlainNone, isPlainWritable } from '../shapes';
import { PAGE } from './host';

/** Tables are whole multiples of it. */
export const TABLE_UNIT = 64 * MIB;
const SEGMENT = 64 * KIB;
/** Before V8 12 tables had no segments: 1 GiB, opened in blocks. */
const BLOCK = 16 * KIB;
const LARGEST_IN_USE = 8 * MIB;
/** Mappings of segments in use, and of those given back between them. */
const DEEPEST = 8;
const TYPES = 512 * KIB;
/** What glibc opens first of an arena, which is as large as the smallest table. */
const ARENA_HEAD = 132 * KIB;

export interface TableClaims {
  /** Null for sizes that the program has no table of. */
  readonly table: (bytes: Bytes, start: Address) => Claim | null;
  readonly types: Claim;
}

/** A table by its shut rest and the segments in use below it; two that touch have one rest. */
export function claimTables(view: View, claims: TableClaims): void {
  for (const i of view.inaccessible) {
    const rest = view.mappings[i]!;
    const bytes = sizeOf(rest);
    if (bytes < TYPES / 2 || bytes > 4 * GIB || !isFree(view, i)) continue;
    for (let at = i - 1; at >= i - DEEPEST && at >= 0 && touchesBelow(view, at + 1); at--) {
      const m = view.mappings[at]!;
      if (!isAnonymous(m) || (m.access & EXECUTE) !== 0 || !isFree(view, at)) break;
      if (sizeOf(m) > (isPlainNone(m) ? SEGMENT : LARGEST_IN_USE)) break;
      // A segment that was given back.
      if (isPlainNone(m)) continue;
      const whole = rest.end - m.start;
      if (whole === TYPES && sizeOf(m) <= SEGMENT) claimRange(view, m.start, rest.end, claims.types);
      if (sizeOf(m) % (whole % GIB === 0 ? BLOCK : SEGMENT) !== 0) continue;
      const end = endOf(view, i, m.start);
      const claim = end === null || isArena(m.start, end, sizeOf(m)) ? null : claims.table(end - m.start, m.start);
      if (claim && end !== null) claimRange(view, m.start, end, claim);
    }
    if (!isFree(view, i) || !touchesBelow(view, i)) continue;
    if ((view.mappings[i - 1]!.access & EXECUTE) !== 0) claimUnused(view, i, claims);
    else if (view.smaps === null) claimMergedHead(view, i, claims);
  }
}

/** A table that nothing uses yet, above a code range whose end is not aligned. */
function claimUnused(view: View, i: number, claims: TableClaims): void {
  const rest = view.mappings[i]!;
  const size = Math.floor(sizeOf(rest) / TABLE_UNIT) * TABLE_UNIT;
  const claim = size > 0 && sizeOf(rest) - size < PAGE ? claims.table(size, rest.end - size) : null;
  if (claim) claimRange(view, rest.end - size, rest.end, claim);
}

/** Without flags the first segments look like one with writable memory below them. */
function claimMergedHead(view: View, i: number, claims: TableClaims): void {
  const rest = view.mappings[i]!;
  const size = Math.ceil(sizeOf(rest) / TABLE_UNIT) * TABLE_UNIT;
  const inUse = size - sizeOf(rest);
  if (size < 2 * TABLE_UNIT || inUse % SEGMENT !== 0 || inUse > 2 * SEGMENT) return;
  const claim = isPlainWritable(view.mappings[i - 1]!) ? claims.table(size, rest.end - size) : null;
  if (claim) claimRange(view, rest.end - size, rest.end, claim);
}

/** Where the table ends: with its rest, or less than a page below it where a code range follows that is aligned. */
function endOf(view: View, rest: number, start: Address): Address | null {
  const { end } = view.mappings[rest]!;
  const extra = (end - start) % TABLE_UNIT;
  if (extra === 0) return end;
  const codeAbove = touchesAbove(view, rest) && (view.mappings[rest + 1]!.access & EXECUTE) !== 0;
  return codeAbove && extra < PAGE ? end - extra : null;
}

function isArena(start: Address, end: Address, head: Bytes): boolean {
  return end - start === TABLE_UNIT && start % TABLE_UNIT === 0 && head >= ARENA_HEAD;
}
