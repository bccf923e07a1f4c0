/** Resident bytes by category. smaps counts whole mappings, and a mapping may hold several categories. */
import { type Category, type CategoryBytes, emptyCategoryBytes } from '../core/attribution/categories';
import type { Layout, LayoutRange } from '../core/snapshot/layout';

/** @returns null when the layout was read without smaps */
export function residentByCategory(layout: Layout): CategoryBytes | null {
  if (layout.ranges.every((range) => range.resident === null)) return null;
  const byMapping = new Map<number, LayoutRange[]>();
  for (const range of layout.ranges) {
    const parts = byMapping.get(range.mapping);
    if (parts) parts.push(range);
    else byMapping.set(range.mapping, [range]);
  }
  const resident = emptyCategoryBytes();
  for (const parts of byMapping.values()) resident[categoryOfResident(parts)] += parts[0]!.resident ?? 0;
  return resident;
}

/** What nobody has touched is not resident; two categories that may both be leave it unknown which one is. */
function categoryOfResident(parts: readonly LayoutRange[]): Category {
  const all = new Set(parts.map((part) => part.category));
  const touched = [...all].filter((category) => category !== 'reservation' && category !== 'guard');
  if (touched.length === 1) return touched[0]!;
  return all.size === 1 ? parts[0]!.category : 'unknown';
}
