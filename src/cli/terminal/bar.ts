/** One bar of the terminal's width, each category its share of cells. */
import { CATEGORIES, type Category } from '../../core/attribution/categories';
import type { Bytes } from '../../core/units';
import { type Style, cells } from './style';

/** Rows and bar read from the top of the stack downward. */
export const FROM_THE_TOP: readonly Category[] = [...CATEGORIES].reverse();

export function bar(style: Style, bytes: Readonly<Record<Category, Bytes>>, width: number): string {
  const counts = cellCounts(bytes, width);
  return FROM_THE_TOP.map((category) => {
    const count = counts.get(category) ?? 0;
    return count === 0 ? '' : cells(style, category, count);
  }).join('');
}

/** Cells per category; a category above half a cell gets at least one, the sum is `width` unless all is zero. */
export function cellCounts(bytes: Readonly<Record<Category, Bytes>>, width: number): Map<Category, number> {
  const total = FROM_THE_TOP.reduce((sum, category) => sum + bytes[category], 0);
  const counts = new Map<Category, number>();
  if (total === 0) return counts;
  let used = 0;
  for (const category of FROM_THE_TOP) {
    const exact = (bytes[category] / total) * width;
    const count = exact < 0.5 ? 0 : Math.max(1, Math.floor(exact));
    counts.set(category, count);
    used += count;
  }
  // What flooring left over goes to whoever is farthest below its share; too many cells come off the largest.
  while (used !== width) {
    const step = used < width ? 1 : -1;
    let chosen: Category = 'unknown';
    let most = -Infinity;
    for (const category of FROM_THE_TOP) {
      const count = counts.get(category)!;
      const missing = (bytes[category] / total) * width - count;
      const weight = step > 0 ? (bytes[category] > 0 && count > 0 ? missing : -Infinity) : count;
      if (weight > most) {
        most = weight;
        chosen = category;
      }
    }
    counts.set(chosen, counts.get(chosen)! + step);
    used += step;
  }
  return counts;
}
