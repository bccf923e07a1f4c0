import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromDelta, toDelta } from '../../../src/adapters/store/sqlite/delta';
import type { Layout, LayoutRange } from '../../../src/core/snapshot/layout';
import { layoutOf, manyRanges } from './conformance';

const BASE = layoutOf({ heap: 4096 });

/** Few sizes and names, so that equal ranges are frequent. */
const ranges = fc
  .array(
    fc.record({
      size: fc.integer({ min: 1, max: 3 }),
      name: fc.constantFrom('', 'a'),
      step: fc.integer({ min: 0, max: 1 }),
    }),
    {
      maxLength: 40,
    }
  )
  .map((parts): LayoutRange[] => {
    let mapping = 0;
    return parts.map(({ size, name, step }) => ({
      ...BASE.ranges[0]!,
      size: size * 4096,
      name,
      mapping: (mapping += step),
    }));
  });
const layout = ranges.map((list): Layout => ({ ...BASE, ranges: list }));

test('a difference and its base are the layout again, for any two', () => {
  fc.assert(
    fc.property(layout, layout, (base, next) => {
      const stored = JSON.parse(JSON.stringify(toDelta(next, base))) as ReturnType<typeof toDelta>;
      expect(fromDelta(stored, base)).toEqual(next);
    })
  );
});

test('one mapping that comes or goes is three parts, not a hundred', () => {
  const base = manyRanges(0);
  const without = {
    ...base,
    ranges: base.ranges.filter((_, index) => index !== 50).map((range, mapping) => ({ ...range, mapping })),
  };
  expect(toDelta(without, base).parts.length).toBe(2);
  expect(toDelta(base, without).parts.length).toBe(3);
});
