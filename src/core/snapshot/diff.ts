/**
 * What changed between two layouts, by region and category. Sums of regions are compared, not addresses, so ASLR, a
 * restart of the program and relative layouts make no difference.
 */
import type { Category } from '../attribution/categories';
import type { Bytes } from '../units';
import type { Layout } from './layout';

export interface RegionChange {
  readonly region: string;
  readonly category: Category;
  readonly before: Bytes;
  readonly after: Bytes;
  /** after - before. */
  readonly change: Bytes;
  /** Mappings that hold a part of it. */
  readonly mappingsBefore: number;
  readonly mappingsAfter: number;
}

export interface LayoutDiff {
  readonly before: Bytes;
  readonly after: Bytes;
  /** Equals the sum of the changes of all rows. */
  readonly change: Bytes;
  /** Every region of either layout, the largest change first. */
  readonly regions: readonly RegionChange[];
}

type Draft = { -readonly [K in keyof RegionChange]: RegionChange[K] };

export function diffLayouts(before: Layout, after: Layout): LayoutDiff {
  const rows = new Map<string, Draft>();
  add(rows, before, 'before', 'mappingsBefore');
  add(rows, after, 'after', 'mappingsAfter');
  const regions = [...rows.values()];
  for (const row of regions) row.change = row.after - row.before;
  regions.sort(
    (a, b) =>
      Math.abs(b.change) - Math.abs(a.change) ||
      Math.max(b.before, b.after) - Math.max(a.before, a.after) ||
      (a.region < b.region ? -1 : 1)
  );
  return {
    before: before.virtualBytes,
    after: after.virtualBytes,
    change: after.virtualBytes - before.virtualBytes,
    regions,
  };
}

function add(
  rows: Map<string, Draft>,
  layout: Layout,
  bytes: 'before' | 'after',
  mappings: 'mappingsBefore' | 'mappingsAfter'
): void {
  const last = new Map<string, number>();
  for (const { region, category, size, mapping } of layout.ranges) {
    const key = `${region}\t${category}`;
    let row = rows.get(key);
    if (!row) {
      row = { region, category, before: 0, after: 0, change: 0, mappingsBefore: 0, mappingsAfter: 0 };
      rows.set(key, row);
    }
    row[bytes] += size;
    if (last.get(key) !== mapping) row[mappings]++;
    last.set(key, mapping);
  }
}
