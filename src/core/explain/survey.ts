/**
 * Sums over a layout, by any key: what findings and tables are made of.
 *
 * smaps has one resident size for a mapping. Where ranges cut a mapping into parts of different keys, how much of it
 * belongs to each part is not known; then only bounds are given: `low` is what must be in the part because the others
 * are too small to hold it, `high` what could be.
 */
import type { Category } from '../attribution/categories';
import type { Layout, LayoutRange } from '../snapshot/layout';
import type { Bytes } from '../units';

export interface Resident {
  readonly low: Bytes;
  readonly high: Bytes;
}

export interface Sum {
  readonly key: string;
  readonly bytes: Bytes;
  /** Mappings that hold a part of it. */
  readonly mappings: number;
  /** Null when smaps was not read. */
  readonly resident: Resident | null;
}

type Draft = { key: string; bytes: Bytes; mappings: number; low: Bytes; high: Bytes; measured: boolean; last: number };

/** Largest first; ranges for which `keyOf` gives null are left out. */
export function sumBy(ranges: readonly LayoutRange[], keyOf: (range: LayoutRange) => string | null): Sum[] {
  const sums = new Map<string, Draft>();
  for (let from = 0; from < ranges.length;) {
    const mapping = ranges[from]!.mapping;
    let to = from + 1;
    while (to < ranges.length && ranges[to]!.mapping === mapping) to++;
    addMapping(sums, ranges, from, to, keyOf);
    from = to;
  }
  return [...sums.values()]
    .map(({ key, bytes, mappings, low, high, measured }) => ({
      key,
      bytes,
      mappings,
      resident: measured ? { low, high } : null,
    }))
    .sort((a, b) => b.bytes - a.bytes || (a.key < b.key ? -1 : 1));
}

/** Ranges [from, to) are the parts of one mapping. */
function addMapping(
  sums: Map<string, Draft>,
  ranges: readonly LayoutRange[],
  from: number,
  to: number,
  keyOf: (range: LayoutRange) => string | null
): void {
  const parts = new Map<string, Bytes>();
  let size = 0;
  for (let i = from; i < to; i++) {
    const range = ranges[i]!;
    const key = keyOf(range);
    size += range.size;
    if (key !== null) parts.set(key, (parts.get(key) ?? 0) + range.size);
  }
  const { mapping, resident } = ranges[from]!;
  for (const [key, bytes] of parts) {
    let sum = sums.get(key);
    if (!sum) sums.set(key, (sum = { key, bytes: 0, mappings: 0, low: 0, high: 0, measured: false, last: -1 }));
    sum.bytes += bytes;
    if (sum.last !== mapping) sum.mappings++;
    sum.last = mapping;
    if (resident === null) continue;
    sum.measured = true;
    sum.low += Math.max(0, resident - (size - bytes));
    sum.high += Math.min(resident, bytes);
  }
}

/** One sum over the ranges that `chosen` picks. */
export function sumOf(layout: Layout, chosen: (range: LayoutRange) => boolean): Sum {
  const [sum] = sumBy(layout.ranges, (range) => (chosen(range) ? 'all' : null));
  return sum ?? { key: 'all', bytes: 0, mappings: 0, resident: null };
}

export function byCategory(layout: Layout): ReadonlyMap<Category, Sum> {
  const sums = sumBy(layout.ranges, (range) => range.category);
  return new Map(sums.map((sum) => [sum.key as Category, sum]));
}

/** `go.heap-arena` → `go`. */
export function ownerOf(region: string): string {
  const dot = region.indexOf('.');
  return dot < 0 ? region : region.slice(0, dot);
}
