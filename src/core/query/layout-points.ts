/** Layout intervals → what is stacked, by category or region, of virtual or of resident memory. */
import { CATEGORIES } from '../attribution/categories';
import type { LayoutPoint, PartKey } from '../plateau/join';
import type { Layout, LayoutInterval } from '../snapshot/layout';
import type { PlateauQuery } from './query';
import type { AbortSignalLike, LayoutSource } from './sources';

/** Bodies read for one process when resident bytes are asked for; above it the rest has none. */
const MAX_BODIES = 60;

export interface ProcessLayouts {
  readonly points: readonly LayoutPoint[];
  readonly notices: readonly string[];
}

export function keyMaker(groupBy: PlateauQuery['groupBy']): (region: string, category: string) => PartKey {
  return groupBy === 'region' ? (region, category) => `${region}\t${category}` : (_region, category) => category;
}

function toPoint(interval: LayoutInterval, groupBy: PlateauQuery['groupBy']): LayoutPoint {
  const parts = new Map<PartKey, number>();
  let sum = 0;
  const add = (key: PartKey, bytes: number): void => {
    if (bytes <= 0) return;
    parts.set(key, (parts.get(key) ?? 0) + bytes);
    sum += bytes;
  };
  if (groupBy === 'region' && interval.regions) {
    for (const [key, bytes] of Object.entries(interval.regions)) add(key, bytes);
  } else {
    for (const category of CATEGORIES) {
      add(groupBy === 'region' ? `${category}\t${category}` : category, interval.categories[category] ?? 0);
    }
  }
  // An answer whose parts do not sum is repaired in the open: what is missing is unknown.
  if (sum < interval.virtualBytes) add(keyMaker(groupBy)('unknown', 'unknown'), interval.virtualBytes - sum);
  return {
    id: interval.id,
    fromMs: interval.fromMs,
    toMs: interval.toMs,
    startMs: interval.startMs,
    totalBytes: sum,
    parts,
    boundsOnly: interval.mappings === 0,
  };
}

/**
 * Resident bytes are known per mapping, and a mapping may hold several categories. Inaccessible parts have no resident
 * pages of their own, so the accessible ones take them first, in address order.
 */
export function residentParts(layout: Layout, groupBy: PlateauQuery['groupBy']): ReadonlyMap<PartKey, number> | null {
  if (!layout.ranges.some((range) => range.resident !== null)) return null;
  const key = keyMaker(groupBy);
  const left = new Map<number, number>();
  for (const range of layout.ranges) left.set(range.mapping, range.resident ?? 0);
  const parts = new Map<PartKey, number>();
  const idle = (category: string): boolean => category === 'reservation' || category === 'guard';
  for (const pass of [false, true]) {
    for (const range of layout.ranges) {
      if (idle(range.category) !== pass) continue;
      const bytes = Math.min(range.size, left.get(range.mapping)!);
      if (bytes <= 0) continue;
      left.set(range.mapping, left.get(range.mapping)! - bytes);
      const part = key(range.region, range.category);
      parts.set(part, (parts.get(part) ?? 0) + bytes);
    }
  }
  return parts;
}

async function toResident(
  process: string,
  points: readonly LayoutPoint[],
  source: LayoutSource,
  query: PlateauQuery,
  signal?: AbortSignalLike
): Promise<ProcessLayouts> {
  const ids = [...new Set(points.map((point) => point.id))];
  const bodies = new Map<string, ReadonlyMap<PartKey, number>>();
  for (const id of ids.slice(-MAX_BODIES)) {
    const stored = await source.snapshot(process, { id }, signal);
    const parts = stored && residentParts(stored.layout, query.groupBy);
    if (parts) bodies.set(id, parts);
  }
  const resident: LayoutPoint[] = [];
  for (const point of points) {
    const parts = bodies.get(point.id);
    if (!parts) continue;
    resident.push({ ...point, parts, totalBytes: [...parts.values()].reduce((a, b) => a + b, 0) });
  }
  const notices: string[] = [];
  if (bodies.size === 0) notices.push('Resident by category is off: the collector does not read smaps.');
  else if (ids.length > MAX_BODIES) {
    notices.push(`Resident by category is shown for the last ${MAX_BODIES} of ${ids.length} layouts.`);
  }
  return { points: resident, notices };
}

async function nearestPoint(
  process: string,
  atMs: number,
  source: LayoutSource,
  groupBy: PlateauQuery['groupBy'],
  signal?: AbortSignalLike
): Promise<LayoutPoint[]> {
  const stored = await source.snapshot(process, { atMs }, signal);
  if (!stored) return [];
  const key = keyMaker(groupBy);
  const parts = new Map<PartKey, number>();
  for (const { region, category, size } of stored.layout.ranges) {
    parts.set(key(region, category), (parts.get(key(region, category)) ?? 0) + size);
  }
  const totalBytes = [...parts.values()].reduce((a, b) => a + b, 0);
  const { id, fromMs, toMs } = stored;
  return [{ id, fromMs, toMs, startMs: null, totalBytes, parts, boundsOnly: stored.layout.mappings === 0 }];
}

/** All layouts of a process around the window. @throws SourceError */
export async function readLayouts(
  process: string,
  fromMs: number,
  toMs: number,
  source: LayoutSource,
  query: PlateauQuery,
  signal?: AbortSignalLike
): Promise<ProcessLayouts> {
  const include = query.groupBy === 'region' ? 'regions' : 'categories';
  const answer = await source.layouts(process, fromMs, toMs, include, signal);
  const points = answer.items.map((interval) => toPoint(interval, query.groupBy));
  // Nothing in the range itself: the nearest layout of the process, however far away, is still its nearest.
  if (points.length === 0) points.push(...(await nearestPoint(process, toMs, source, query.groupBy, signal)));
  if (query.measure !== 'resident') return { points, notices: answer.notices };
  const resident = await toResident(process, points, source, query, signal);
  return { points: resident.points, notices: [...answer.notices, ...resident.notices] };
}
