/**
 * The page tables of Go's heap, found by their geometry and not by an address.
 *
 * Source: runtime/mpagealloc_64bit.go and mpagealloc.go (levels, since 1.14), scavenge index: mgcscavenge.go and
 * mpagealloc_64bit.go (1.19: one bit per 4 MiB chunk, 1.21: 8 bytes). Five tables of 8-byte entries, one entry per 16 GiB,
 * 2 GiB, 256 MiB, 32 MiB and 4 MiB of a 48-bit space, reserved inaccessible, from the top down in this order; only the
 * page that describes the heap is opened. All offsets follow from one number, the heap's place, so two opened pages give
 * the tables' place and a third confirms it:
 *   `7f9fa387b000-7f9fa387c000 rw-p 00000000 00:00 0`      the opened page of L3
 * Kernels from 6.7 on begin a mapping of a huge page or more at the border of one. With pages of 4 KiB that is 2 MiB and the three
 * large tables still touch; with 16 KiB (32 MiB) L2, and with 64 KiB (512 MiB) also L3, lies elsewhere above.
 */
import { type View, indexAt, touchesBelow } from '../attribution/view';

import { type Address, type Bytes, KIB, MIB } from '../units';
import { isReserved, isShut, opensAt } from './go-pages';
import { alignDown, isPlain, isPlainNone, isPlainWritable } from './shapes';

export const LEVEL_BYTES: readonly Bytes[] = [128 * KIB, MIB, 8 * MIB, 64 * MIB, 512 * MIB];
/** Address space described by one L4 entry. */
const CHUNK = 4 * MIB;
const ENTRY = 8;
const ARENA = 64 * MIB;
/** amd64 shifts addresses by 2^47 so that its two halves become one range (arenaBaseOffset). */
export const AMD64_OFFSET = 2 ** 47;

export interface GoTables {
  /** Start of the tables L0..L4; null for a level that was not found. */
  readonly levels: ReadonlyArray<Address | null>;
  /** Starts at 0 where it could not be reserved. */
  readonly scavenge: { readonly start: Address; readonly bytes: Bytes } | null;
  /** Lowest byte of the contiguous tables. */
  readonly bottom: Address;
  /** Parts of the shifted 48-bit space whose L4 page is open: where heap may be. 2 GiB each with 4 KiB pages. */
  readonly windows: ReadonlyArray<{ readonly start: Address; readonly end: Address }>;
  /** The opened pages of L4, relative to its start. */
  readonly opened: ReadonlyArray<{ readonly start: Address; readonly end: Address }>;
}

interface Island {
  readonly start: Address;
  readonly index: number;
}

/** Islands farther apart in one stretch than this many neighbours are not tried: keeps the search linear. */
const NEIGHBOURS = 6;

/** L2, L3 and L4 but for what a heap of 256 TiB would open. */
const LEAST_RESERVED = 500 * MIB;

export function findGoTables(view: View): GoTables | null {
  if (view.inaccessibleBytes < LEAST_RESERVED) return null;
  const islands: Island[] = [];
  let stretch = -1;
  for (let i = 0; i < view.mappings.length; i++) {
    const m = view.mappings[i]!;
    const none = isPlainNone(m);
    if (!none && !isPlainWritable(m)) {
      stretch = -1;
      continue;
    }
    if (stretch < 0 || !touchesBelow(view, i)) {
      stretch = i;
      islands.length = 0;
    }
    if (none || i === stretch || !isPlainNone(view.mappings[i - 1]!) || view.ledger[i] !== undefined) continue;
    const upper: Island = { start: m.start, index: i };
    for (let n = Math.max(0, islands.length - NEIGHBOURS); n < islands.length; n++) {
      const found = solve(view, islands[n]!, upper);
      if (found && opensForHeap(view, found)) return found;
    }
    islands.push(upper);
  }
  return null;
}

function solve(view: View, lower: Island, upper: Island): GoTables | null {
  return solveIndex(view, lower, upper) ?? solveSummaries(view, lower, upper) ?? solveAscending(view, lower, upper);
}

/**
 * `lower` as the opened page of L4 and `upper` as that of L3: with k pages of L4 below the heap's, the distance of the two
 * is 512 MiB - k pages + floor(k / 8) pages, which leaves one or two values of k.
 */
function solveSummaries(view: View, lower: Island, upper: Island): GoTables | null {
  const page = view.pageSize;
  const pages = LEVEL_BYTES[4]! / page;
  const distance = (upper.start - lower.start) / page;
  const estimate = Math.floor(((pages - distance) * 8) / 7);
  for (let k = estimate - 1; k <= estimate + 2; k++) {
    if (k < 0 || k >= pages || pages - k + Math.floor(k / 8) !== distance) continue;
    const l4 = lower.start - k * page;
    const l3 = l4 + LEVEL_BYTES[4]!;
    const above = l3 + LEVEL_BYTES[3]!;
    if (!isShutFrom(view, l4, lower) || !isReserved(view, l4, above) || !hasHeap(view, k)) continue;
    // The upper island is in L3 at floor(k/8); the page of L2 is at floor(k/64) and confirms both.
    const touching =
      opensAt(view, above + Math.floor(k / 64) * page) && isReserved(view, above, above + LEVEL_BYTES[2]!);
    const open = openFrom(view, k, lower);
    const l2 = touching ? above : findTable(view, 2, open, above);
    if (l2 !== null) return complete(view, open, l4, l3, l2);
  }
  return null;
}

/** `lower` as the opened page of the wide scavenge index and `upper` as that of L4: the heap says how many pages lie below. */
function solveIndex(view: View, lower: Island, upper: Island): GoTables | null {
  if (upper.start - lower.start !== LEVEL_BYTES[4]!) return null;
  const page = view.pageSize;
  for (const m of view.mappings) {
    if (!isPlain(m)) continue;
    const arena = alignDown(m.start, ARENA);
    if (m.start % CHUNK !== 0 || !isReserved(view, arena, arena + ARENA)) continue;
    for (const offset of [AMD64_OFFSET, 0]) {
      const k = Math.floor((arena + offset) / ((page / ENTRY) * CHUNK));
      const l4 = upper.start - k * page;
      if (k >= LEVEL_BYTES[4]! / page || !isReserved(view, l4 - LEVEL_BYTES[4]!, l4 + LEVEL_BYTES[4]!)) continue;
      const open = openFrom(view, k, upper);
      const l3 = tableAt(view, 3, open, l4 + LEVEL_BYTES[4]!);
      const l2 = l3 === null ? null : tableAt(view, 2, open, l3 + LEVEL_BYTES[3]!);
      if (l3 !== null && l2 !== null) return complete(view, open, l4, l3, l2);
    }
  }
  return null;
}

/**
 * Who hands out addresses from below, as valgrind does, turns the order round: `lower` as the opened page of L3 and `upper` as that
 * of L4, which lies right above it, and the smaller tables right below.
 */
function solveAscending(view: View, lower: Island, upper: Island): GoTables | null {
  const page = view.pageSize;
  const distance = (upper.start - lower.start - LEVEL_BYTES[3]!) / page;
  const estimate = Math.floor((distance * 8) / 7);
  for (let k = estimate - 1; k <= estimate + 1; k++) {
    if (k < 0 || k - Math.floor(k / 8) !== distance) continue;
    const l4 = upper.start - k * page;
    const l3 = l4 - LEVEL_BYTES[3]!;
    if (!isShutFrom(view, l3, lower) || !isShutFrom(view, l4, upper)) continue;
    const l2 = l3 - LEVEL_BYTES[2]!;
    const l1 = l2 - LEVEL_BYTES[1]!;
    const l0 = l1 - LEVEL_BYTES[0]!;
    const end = l4 + LEVEL_BYTES[4]!;
    if (l0 < 0 || !opensAt(view, l2 + Math.floor(k / 64) * page) || !opensAt(view, l1 + Math.floor(k / 512) * page)) {
      continue;
    }
    if (!isReserved(view, l0, end) || !hasHeap(view, k)) continue;
    const wide = opensAt(view, end + k * page) && isReserved(view, end, end + LEVEL_BYTES[4]!);
    const scavenge = wide ? { start: end, bytes: LEVEL_BYTES[4]! } : null;
    return { levels: [l0, l1, l2, l3, l4], scavenge, bottom: l0, ...openedOf(view, l4) };
  }
  return null;
}

/** True when all of a table below its opened page is inaccessible: stacks among other memory have short guards. */
function isShutFrom(view: View, table: Address, island: Island): boolean {
  return island.start === table || view.mappings[island.index - 1]!.start <= table;
}

/** The lowest stretch of opened pages of L4: the heap's, and the next ones where the heap crosses a border. */
interface Open {
  readonly first: number;
  readonly last: number;
}

function openFrom(view: View, first: number, island: Island): Open {
  const { start, end } = view.mappings[island.index]!;
  return { first, last: first + (end - start) / view.pageSize - 1 };
}

/** A table right above another, else somewhere above it. */
function tableAt(view: View, level: number, open: Open, from: Address): Address | null {
  const opened = from + Math.floor(open.first / 8 ** (4 - level)) * view.pageSize;
  const touches = opensAt(view, opened) && isReserved(view, from, from + LEVEL_BYTES[level]!);
  return touches ? from : findTable(view, level, open, from);
}

/** A table that touches none of the others, somewhere above `from`: shut but for the pages that describe the heap. */
function findTable(view: View, level: number, open: Open, from: Address): Address | null {
  const page = view.pageSize;
  const offset = Math.floor(open.first / 8 ** (4 - level)) * page;
  const above = (Math.floor(open.last / 8 ** (4 - level)) + 1) * page;
  const bytes = LEVEL_BYTES[level]!;
  for (let i = indexAt(view, from); i < view.mappings.length; i++) {
    const m = view.mappings[i]!;
    if (!isPlainWritable(m)) continue;
    // What lies below may have merged with the opened pages.
    for (const start of [m.start - offset, m.end - above]) {
      if (start < from || !isReserved(view, start, start + bytes)) continue;
      const below = offset === 0 || isShut(view, start);
      if (below && isShut(view, start + above) && isShut(view, start + bytes - page)) return start;
    }
  }
  return null;
}

function complete(view: View, open: Open, l4: Address, l3: Address, l2: Address): GoTables {
  const l1 = findL1(view, open, l2 + LEVEL_BYTES[2]!);
  const scavenge = findScavengeIndex(view, open.first, l4) ?? findLostScavengeIndex(view, open.first);
  return {
    levels: [l1 === null ? null : l1 + LEVEL_BYTES[1]!, l1, l2, l3, l4],
    scavenge,
    bottom: scavenge && scavenge.start > 0 ? scavenge.start : l4,
    ...openedOf(view, l4),
  };
}

/** The opened pages of L4, and the parts of the address space that they describe. */
function openedOf(view: View, l4: Address): Pick<GoTables, 'windows' | 'opened'> {
  const page = view.pageSize;
  const windows: Array<{ start: Address; end: Address }> = [];
  const opened: Array<{ start: Address; end: Address }> = [];
  const span = (page / ENTRY) * CHUNK;
  for (let i = indexAt(view, l4); i < view.mappings.length && view.mappings[i]!.start < l4 + LEVEL_BYTES[4]!; i++) {
    const m = view.mappings[i]!;
    if (!isPlainWritable(m)) continue;
    const first = (Math.max(m.start, l4) - l4) / page;
    const end = (Math.min(m.end, l4 + LEVEL_BYTES[4]!) - l4) / page;
    windows.push({ start: first * span, end: end * span });
    opened.push({ start: first * page, end: end * page });
  }
  return { windows, opened };
}

/** No page of L4 is open without heap that it describes: a row of glibc's arenas has the same distances, but one in each. */
function opensForHeap(view: View, { opened }: GoTables): boolean {
  return opened.every(({ start }) => hasHeap(view, start / view.pageSize));
}

/** An arena must lie where the opened page of L4 points to; this also decides between two values of k. */
function hasHeap(view: View, k: number): boolean {
  const span = (view.pageSize / ENTRY) * CHUNK;
  return [AMD64_OFFSET, 0].some((offset) => {
    const start = k * span - offset;
    if (start < 0) return false;
    for (let i = indexAt(view, start); i < view.mappings.length && view.mappings[i]!.start < start + span; i++) {
      const m = view.mappings[i]!;
      if (isPlainWritable(m) && isReserved(view, alignDown(m.start, ARENA), alignDown(m.start, ARENA) + ARENA)) {
        return true;
      }
    }
    return false;
  });
}

/** L1 stands above L2 on kernels that pack mappings tightly, else in some hole below the top of the mapping area; L0 is above it. */
function findL1(view: View, open: Open, aboveL2: Address): Address | null {
  const offset = Math.floor(open.first / 512) * view.pageSize;
  for (let from = aboveL2; ;) {
    const l1 = findTable(view, 1, open, from);
    if (l1 === null) return null;
    const l0 = l1 + LEVEL_BYTES[1]!;
    if (opensAt(view, l0) && isReserved(view, l1, l0 + LEVEL_BYTES[0]!)) return l1;
    from = l1 + offset + view.pageSize;
  }
}

function findScavengeIndex(view: View, k: number, l4: Address): GoTables['scavenge'] {
  const page = view.pageSize;
  const wide = l4 - LEVEL_BYTES[4]!;
  if (wide > 0 && opensAt(view, wide + k * page) && isReserved(view, wide, l4)) {
    return { start: wide, bytes: LEVEL_BYTES[4]! };
  }
  // One bit per chunk; opened from its start up to the heap's bit.
  const narrow = l4 - 8 * MIB;
  const opened = Math.floor((k * page) / 64);
  const low = view.mappings[indexAt(view, narrow)];
  const closed = isPlainNone(view.mappings[indexAt(view, l4 - page)]!);
  if (closed && low && isPlainWritable(low) && low.start <= narrow && isReserved(view, narrow, l4)) {
    if (opensAt(view, narrow + alignDown(opened, page))) return { start: narrow, bytes: 8 * MIB };
  }
  return null;
}

/**
 * Under an address-space limit the wide index cannot be reserved; Go goes on with a table that begins at address 0 and
 * maps the one page of it that it needs (its error is not checked up to 1.27 at least).
 */
function findLostScavengeIndex(view: View, k: number): GoTables['scavenge'] {
  const address = k * view.pageSize;
  const m = view.mappings[indexAt(view, address)];
  return m?.start === address && isPlainWritable(m) ? { start: 0, bytes: LEVEL_BYTES[4]! } : null;
}
