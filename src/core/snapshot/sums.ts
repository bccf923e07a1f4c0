import { type CategoryBytes, emptyCategoryBytes } from '../attribution/categories';
import type { Layout } from './layout';

/** What an interval carries beside its times: bytes by category, and by `region\tcategory`. Both sum to virtualBytes. */
export function sumsOf(layout: Layout): {
  readonly categories: CategoryBytes;
  readonly regions: Record<string, number>;
} {
  const categories = emptyCategoryBytes();
  const regions: Record<string, number> = {};
  for (const range of layout.ranges) {
    categories[range.category] += range.size;
    const key = `${range.region}\t${range.category}`;
    regions[key] = (regions[key] ?? 0) + range.size;
  }
  return { categories, regions };
}
