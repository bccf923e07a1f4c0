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
const MOST_TABLES = 4;
/** Mark stack of G1. */
const MARK_STACK = 32 * MIB;

/**
 * @param sizes of the tables that cover the heap, bytes
 * @param open nothing is mapped at `end`: an end at a huge page border was then asked for
 */
export function tablesWithin(
  start: Address,
  end: Address,
  sizes: readonly Bytes[],
  open: boolean
): { start: Address; end: Address } | null {
  const room = end - start;
  if (room < SMALLEST_SUM) return null;
  const aligned = end % UNIT === 0;
  // A buffer of whole MiB that the program allocated; no sum of tables is more likely than that.
  if (!(open && aligned) && ((room - PAGE) % MIB === 0 || isChunks(room))) return null;
  const units = [...new Set(sizes)].filter((size) => size >= SMALLEST && size <= room);
  const reached = sums(units, room);
  const best = largest(reached, room, 0) ?? largest(reached, room, PAGE);
  if (best === null || best < SMALLEST_SUM) return null;
  // Large tables lie on huge page borders; without that sign the later, lower mappings are taken for them.
  return aligned && best >= SMALLEST_AT_TOP ? { start: end - best, end } : { start, end: start + best };
}

/** @param extra the page more that the card table of the older collectors has */
function largest(reached: ReadonlySet<Bytes>, room: Bytes, extra: Bytes): Bytes | null {
  let best: Bytes | null = null;
  for (const sum of reached) {
    const bytes = sum + extra;
    if (bytes <= room && (best === null || bytes > best) && isChunks(room - bytes)) best = bytes;
  }
  return best;
}

/** All sums of up to four tables of a kind, with and without the mark stack. */
function sums(units: readonly Bytes[], room: Bytes): Set<Bytes> {
  let reached = new Set<Bytes>([0]);
  for (const unit of units) {
    const next = new Set(reached);
    for (const sum of reached) {
      for (let count = 1; count <= MOST_TABLES && sum + count * unit <= room; count++) next.add(sum + count * unit);
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
