/**
 * A layout as the difference to another one of the same process. Most steps move a handful of ranges out of hundreds, so
 * a difference is a tenth of the layout; it is exact in every field, and never has another difference as its base.
 */
import type { Layout, LayoutRange } from '../../../core/snapshot/layout';

/** Ranges of the base: first index, how many, and what is added to their mapping ordinals. */
type Copy = readonly [start: number, count: number, shift: number];

export interface Delta {
  readonly layout: Omit<Layout, 'ranges'>;
  readonly parts: ReadonlyArray<Copy | LayoutRange>;
}

const CANDIDATES = 8;

export function toDelta({ ranges, ...layout }: Layout, base: Layout): Delta {
  const places = new Map<string, number[]>();
  base.ranges.forEach((range, index) => {
    const known = places.get(placeOf(range));
    if (known) known.push(index);
    else places.set(placeOf(range), [index]);
  });
  /** The nearest equal range from `after` on, round to the beginning; gives up early where hundreds look alike. */
  const find = (range: LayoutRange, after: number): number => {
    const known = places.get(placeOf(range)) ?? [];
    const first = Math.max(
      0,
      known.findIndex((index) => index >= after)
    );
    for (let i = 0; i < Math.min(known.length, CANDIDATES); i++) {
      const index = known[(first + i) % known.length]!;
      if (isSame(base.ranges[index]!, range)) return index;
    }
    return -1;
  };

  const parts: Array<Copy | LayoutRange> = [];
  let next = 0;
  let run: { start: number; count: number; shift: number } | null = null;
  const endRun = (): void => {
    if (run) parts.push([run.start, run.count, run.shift]);
    run = null;
  };
  for (const range of ranges) {
    const expected = base.ranges[next];
    const index = expected && isSame(expected, range) ? next : find(range, next);
    if (index < 0) {
      endRun();
      parts.push(range);
      continue;
    }
    const shift = range.mapping - base.ranges[index]!.mapping;
    if (run && index === next && run.shift === shift) {
      run.count++;
    } else {
      endRun();
      run = { start: index, count: 1, shift };
    }
    next = index + 1;
  }
  endRun();
  return { layout, parts };
}

export function fromDelta({ layout, parts }: Delta, base: Layout): Layout {
  const ranges = parts.flatMap((part): readonly LayoutRange[] => {
    if (!isCopy(part)) return [part];
    const [start, count, shift] = part;
    return base.ranges.slice(start, start + count).map((range) => ({ ...range, mapping: range.mapping + shift }));
  });
  return { ...layout, ranges };
}

function isCopy(part: Copy | LayoutRange): part is Copy {
  return Array.isArray(part);
}

/** What finds candidates fast; `isSame` decides. */
function placeOf({ size, region }: LayoutRange): string {
  return `${size} ${region}`;
}

/** Equal in everything but the ordinal of the mapping. */
function isSame(a: LayoutRange, b: LayoutRange): boolean {
  return (
    a.size === b.size &&
    a.gap === b.gap &&
    a.region === b.region &&
    a.category === b.category &&
    a.permissions === b.permissions &&
    a.name === b.name &&
    a.why === b.why &&
    a.confidence === b.confidence &&
    a.start === b.start &&
    a.resident === b.resident
  );
}
