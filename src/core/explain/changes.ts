/** The difference of two layouts in one or two sentences: "VSZ grew by 577 MiB (605,495,296 B): ..." */
import type { LayoutDiff, RegionChange } from '../snapshot/diff';
import { iec, signed, withSeparators } from './format';

const NAMED = 3;

/** Who moved, the largest first; those below a twentieth of the largest are left to the table. */
function movers(regions: readonly RegionChange[]): readonly RegionChange[] {
  const largest = Math.abs(regions[0]?.change ?? 0);
  return regions.filter((r) => r.change !== 0 && Math.abs(r.change) * 20 >= largest).slice(0, NAMED);
}

export function changeSentence(diff: LayoutDiff): string {
  const moved = movers(diff.regions)
    .map((r) => `${r.region} ${signed(r.change)} (${r.category})`)
    .join(', ');
  if (diff.change === 0) {
    return moved === '' ? 'VSZ is the same and nothing moved.' : `VSZ is the same, but its parts moved: ${moved}.`;
  }
  const verb = diff.change > 0 ? 'grew' : 'fell';
  const size = Math.abs(diff.change);
  return `VSZ ${verb} by ${iec(size)} (${withSeparators(size)} B): ${moved}.`;
}
