/** Inside a plateau: VSZ stands still while a reservation turns into usable memory, or back. */
import type { Bytes, UnixMillis } from '../units';
import { type LayoutPoint, categoryOfPart, regionOfPart } from './join';

export interface InsideChange {
  readonly region: string;
  /** What became usable out of the reservation of this region; negative when it was given back. */
  readonly bytes: Bytes;
}

const WORTH_SAYING = 4 * 1024 * 1024;

/**
 * First against last layout between two moments.
 * @param layouts by region, ascending, of one life
 */
export function changesInside(
  layouts: readonly LayoutPoint[],
  fromMs: UnixMillis,
  toMs: UnixMillis
): readonly InsideChange[] {
  const held = layouts.filter((layout) => layout.toMs >= fromMs && layout.fromMs <= toMs && !layout.boundsOnly);
  const [first] = held;
  const last = held.at(-1);
  if (!first || !last || first === last) return [];
  const reserved = new Map<string, Bytes>();
  const used = new Map<string, Bytes>();
  const collect = (layout: LayoutPoint, sign: number): void => {
    for (const [key, bytes] of layout.parts) {
      const sums = categoryOfPart(key) === 'reservation' ? reserved : used;
      const region = regionOfPart(key);
      sums.set(region, (sums.get(region) ?? 0) + sign * bytes);
    }
  };
  collect(first, -1);
  collect(last, 1);
  const changes: InsideChange[] = [];
  for (const [region, change] of reserved) {
    const gained = used.get(region) ?? 0;
    // Taken out of the reservation is what both sides agree on.
    const bytes = Math.sign(gained) === -Math.sign(change) ? Math.min(Math.abs(gained), Math.abs(change)) : 0;
    if (bytes >= WORTH_SAYING) changes.push({ region, bytes: Math.sign(gained) * bytes });
  }
  return changes.sort((a, b) => Math.abs(b.bytes) - Math.abs(a.bytes));
}
