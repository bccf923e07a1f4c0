import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATEGORIES } from '../../../src/core/attribution/categories';
import { type LayoutPoint, LATENESS_MS, LOOKBACK_MS, fitParts, joinSamples } from '../../../src/core/plateau/join';
import { HOUR, layout, sumOf } from './fixtures';

const one = (layouts: readonly LayoutPoint[], timeMs: number, bytes: number, startMs: number | null = null) =>
  joinSamples({ timesMs: [timeMs], values: [bytes], layouts, startMsAt: () => startMs })[0]!;

describe('joinSamples', () => {
  const before = layout('a', HOUR, HOUR + 60_000, { heap: 100, code: 20 });
  const after = layout('b', HOUR + 61_000, HOUR + 120_000, { heap: 300, code: 20 });
  const both = [before, after];

  it('takes the layout in force that holds exactly the bytes', () => {
    expect(one(both, HOUR + 90_000, 320)).toMatchObject({
      evidence: 'snapshot',
      layout: after,
      distanceMs: 0,
      differenceBytes: 0,
    });
  });

  it('takes a layout that was in force at the scrape behind the sample', () => {
    expect(one(both, HOUR + 90_000, 120)).toMatchObject({ evidence: 'snapshot', layout: before });
    expect(one([before], before.toMs + LOOKBACK_MS, 120).evidence).toBe('snapshot');
    expect(one([before], before.toMs + LOOKBACK_MS + 1, 120).evidence).toBe('nearby');
  });

  it('takes a layout that the collector saw a tick late', () => {
    expect(one([after], after.fromMs - LATENESS_MS, 320).evidence).toBe('snapshot');
    expect(one([after], after.fromMs - LATENESS_MS - 1, 320).evidence).toBe('nearby');
  });

  it('shows what a nearby layout lacks as unknown', () => {
    const joined = one([before], HOUR - 250_000, 150);
    expect(joined).toMatchObject({ evidence: 'nearby', distanceMs: 250_000, differenceBytes: 30 });
    expect([...joined.parts]).toEqual([
      ['code', 20],
      ['heap', 100],
      ['unknown', 30],
    ]);
  });

  it('takes what a nearby layout has too much off the top of the stack, and scales nothing', () => {
    const point = layout('c', HOUR, HOUR, { code: 50, heap: 40, reservation: 30, unknown: 5 });
    expect([...one([point], HOUR, 70).parts]).toEqual([
      ['code', 50],
      ['heap', 20],
      ['reservation', 0],
      ['unknown', 0],
    ]);
  });

  it('never looks at the layouts of another life', () => {
    const old = layout('a', HOUR, HOUR + 1000, { heap: 120 }, { startMs: 1000 });
    expect(one([old], HOUR, 120, 2000).evidence).toBe('snapshot');
    expect(one([old], HOUR, 120, 2001)).toMatchObject({ evidence: 'bounds', layout: null });
  });

  it('calls the kernel split by its name, even when the bytes agree', () => {
    const split = layout('a', HOUR, HOUR, { heap: 120 }, { boundsOnly: true });
    expect(one([split], HOUR, 120)).toMatchObject({ evidence: 'bounds', layout: split });
  });

  it('prefers an estimate to a split, and a split to nothing', () => {
    const estimateAt = () =>
      new Map([
        ['heap', 90],
        ['unknown', 30],
      ]);
    const input = { timesMs: [HOUR], values: [120], layouts: [], estimateAt };
    expect(joinSamples(input)[0]).toMatchObject({ evidence: 'metrics' });
    expect(joinSamples({ ...input, layouts: [layout('a', HOUR, HOUR, { heap: 120 })] })[0]!.evidence).toBe('snapshot');
    expect([...one([], HOUR, 120).parts]).toEqual([['unknown', 120]]);
  });

  it('takes the split that Prometheus keeps of the same scrape', () => {
    const splitAt = () => new Map([['heap', 120]]);
    expect(joinSamples({ timesMs: [HOUR], values: [120], layouts: [], splitAt })[0]!.evidence).toBe('snapshot');
  });

  it('sums to the sample and is never negative, whatever the layouts are', () => {
    const bytes = fc.integer({ min: 0, max: 2 ** 47 }).map((pages) => pages);
    const point = fc
      .record({
        fromMs: fc.integer({ min: 0, max: 1e6 }),
        length: fc.integer({ min: 0, max: 1e6 }),
        parts: fc.dictionary(fc.constantFrom(...CATEGORIES), bytes),
        boundsOnly: fc.boolean(),
        startMs: fc.option(fc.constantFrom(1, 5000), { nil: null }),
      })
      .map(({ fromMs, length, parts, ...rest }) => layout(`l${fromMs}`, fromMs, fromMs + length, parts, rest));
    fc.assert(
      fc.property(
        fc.array(point, { maxLength: 8 }),
        fc.array(bytes, { maxLength: 10 }),
        fc.option(fc.constantFrom(1, 5000), { nil: null }),
        (points, values, startMs) => {
          const layouts = points.sort((a, b) => a.fromMs - b.fromMs);
          const timesMs = values.map((_, i) => i * 100_000);
          joinSamples({ timesMs, values, layouts, startMsAt: () => startMs }).forEach(({ parts }, i) => {
            expect(sumOf(parts)).toBe(values[i]);
            expect(Math.min(0, ...parts.values())).toBe(0);
          });
        }
      ),
      { numRuns: 300 }
    );
  });
});

describe('fitParts', () => {
  it('leaves the parts alone when nothing is to fit', () => {
    const parts = new Map([['heap', 5]]);
    expect(fitParts(parts, 5, 5)).toBe(parts);
  });

  it('takes the largest region of a category first', () => {
    const parts = new Map([
      ['a\theap', 10],
      ['b\theap', 20],
    ]);
    expect([...fitParts(parts, 30, 15)]).toEqual([
      ['a\theap', 10],
      ['b\theap', 5],
    ]);
  });
});
