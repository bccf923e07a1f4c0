/**
 * Finds the collector's fully committed tables in a writable stretch that holds malloc chunks as well. Only sizes can
 * tell them apart: a table is the heap divided by a power of two (perhaps one page more), a chunk is a round request
 * plus one page. A stretch that the two do not add up to is left alone.
 */
import { type Address, type Bytes, KIB, MIB } from '../../units';

const PAGE = 4 * KIB;
/** Smaller tables, and smaller sums of them, look like anything. */
const SMALLEST = 256 * KIB;
const SMALLEST_SUM = MIB;
const UNIT = 2 * MIB;
const SMALLEST_AT_TOP = 2 * UNIT;
/** Requests of HotSpot's own work queues and tables that malloc answers with a mapping: this much and a page each. */
const CHUNKS: readonly Bytes[] = [MIB + PAGE, 128 * KIB + PAGE];
/** Kernels before 6.7 merge a stack without guard, kept for the next thread, with what lies above it. */
const STACK: Bytes = MIB;
const MOST_CHUNKS = 10;
/** A table as large as this is told even when the rest of its stretch is no sum of known chunks. */
const LARGE = 8 * MIB;
const LEAST_REST = 4 * MIB;
/** Of such a stretch, at most one part in so many is something else. */
const REST_SHARE = 8;
/** Two bitmaps of 1/64 and four tables of 1/512, counted in the latter. */
const SMALLEST_KINDS = 20;
/** Mark stack of G1. */
export const MARK_STACK = 32 * MIB;

/** Tables that a collector may have: so many of a size. */
export interface TableKind {
  readonly bytes: Bytes;
  readonly most: number;
}

/**
 * The high end of a stretch that is not much larger than a large table: what was mapped after it lies below.
 * @param sizes bytes
 */
export function largeTableWithin(
  start: Address,
  end: Address,
  sizes: readonly Bytes[]
): { start: Address; end: Address } | null {
  const room = end - start;
  const fitting = sizes.filter(
    (size) => size >= LARGE && size <= room && room - size <= Math.max(LEAST_REST, size / REST_SHARE)
  );
  return fitting.length > 0 ? { start: end - Math.max(...fitting), end } : null;
}

/**
 * @param kinds of tables that cover the heap
 * @param open nothing is mapped at `end`: an end at a huge page border was then asked for
 */
export function tablesWithin(
  start: Address,
  end: Address,
  kinds: readonly TableKind[],
  open: boolean
): { start: Address; end: Address } | null {
  const room = end - start;
  if (room < SMALLEST_SUM) return null;
  const aligned = end % UNIT === 0;
  // A buffer of whole MiB that the program allocated; no sum of tables is more likely than that.
  if (!(open && aligned) && ((room - PAGE) % MIB === 0 || isChunks(room))) return null;
  const units = kinds.filter(({ bytes }) => bytes >= SMALLEST && bytes <= room);
  const reached = sums(units, room);
  const best = largest(reached, room, 0) ?? largest(reached, room, PAGE) ?? largest(reached, room, 2 * PAGE);
  if (best === null || best < SMALLEST_SUM) return null;
  // Large tables lie on huge page borders; without that sign the later, lower mappings are taken for them.
  return aligned && best >= SMALLEST_AT_TOP ? { start: end - best, end } : { start, end: start + best };
}

/** @param extra the page more that the card table of the older collectors has; generational Shenandoah has two of it */
function largest(reached: ReadonlySet<Bytes>, room: Bytes, extra: Bytes): Bytes | null {
  let best: Bytes | null = null;
  for (const sum of reached) {
    const bytes = sum + extra;
    if (bytes <= room && (best === null || bytes > best) && isChunks(room - bytes)) best = bytes;
  }
  return best;
}

/** All sums of such tables, with and without the mark stack; no collector has all kinds in full. */
function sums(kinds: readonly TableKind[], room: Bytes): Set<Bytes> {
  let reached = new Set<Bytes>([0]);
  const limit = Math.min(room, SMALLEST_KINDS * Math.min(...kinds.map(({ bytes }) => bytes)));
  for (const { bytes, most } of kinds) {
    const next = new Set(reached);
    for (const sum of reached) {
      for (let count = 1; count <= most && sum + count * bytes <= limit; count++) next.add(sum + count * bytes);
    }
    reached = next;
  }
  for (const sum of [...reached]) reached.add(sum + MARK_STACK);
  reached.delete(0);
  return reached;
}

/** True when `bytes` is nothing, a cached thread stack, or a sum of the two common chunks. */
export function isChunks(bytes: Bytes): boolean {
  if (bytes === STACK) return true;
  const [large, small] = CHUNKS as [Bytes, Bytes];
  for (let count = 0; count <= MOST_CHUNKS && count * large <= bytes; count++) {
    if ((bytes - count * large) % small === 0 && (bytes - count * large) / small <= MOST_CHUNKS) return true;
  }
  return false;
}
