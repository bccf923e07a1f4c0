import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Doubt, type Regime, safeRanges, segmentAt, tile } from '../../../src/core/limits/segments';

const regime = (from: number, to: number | null, fails: number, runs = fails): Regime => ({
  from,
  to,
  fails,
  runs,
  whyFails: 'too little',
  whyRuns: 'fits',
  whyUnknown: 'close',
});

/** `fails 0..100, runs 100..` */
const drawn = (regimes: readonly Regime[], doubts: readonly Doubt[] = []): string =>
  tile(regimes, doubts)
    .map(({ verdict, fromBytes, toBytes }) => `${verdict} ${fromBytes}..${toBytes ?? ''}`)
    .join(', ');

describe('a need becomes segments', () => {
  test('known to the byte', () => {
    expect(drawn([regime(0, null, 100)])).toBe('fails 0..100, runs 100..');
  });
  test('known to a band', () => {
    expect(drawn([regime(0, null, 90, 110)])).toBe('fails 0..90, unknown 90..110, runs 110..');
  });
  test('with a hole', () => {
    expect(drawn([regime(0, 200, 100), regime(200, null, 300)])).toBe(
      'fails 0..100, runs 100..200, fails 200..300, runs 300..'
    );
  });
  test('a hole that the need has outgrown is none', () => {
    expect(drawn([regime(0, 200, 250), regime(200, null, 700)])).toBe('fails 0..700, runs 700..');
  });
  test('doubt makes no failing limit better', () => {
    expect(drawn([regime(0, null, 100)], [{ from: 50, to: 150, why: 'order' }])).toBe(
      'fails 0..100, unknown 100..150, runs 150..'
    );
  });
  test('doubts that overlap', () => {
    const doubts = [
      { from: 150, to: 180, why: 'order' },
      { from: 170, to: 190, why: 'order' },
    ];
    expect(drawn([regime(0, null, 100)], doubts)).toBe('fails 0..100, runs 100..150, unknown 150..190, runs 190..');
  });
});

test('safe ranges are the ones that run, neighbours joined', () => {
  expect(safeRanges(tile([regime(0, 200, 100), regime(200, null, 300)]))).toEqual([
    { fromBytes: 100, toBytes: 200 },
    { fromBytes: 300, toBytes: null },
  ]);
});

test('segments tile all limits, whatever the needs', () => {
  const size = fc.integer({ min: 0, max: 1000 });
  fc.assert(
    fc.property(size, size, size, size, size, fc.array(fc.tuple(size, size), { maxLength: 5 }), (...numbers) => {
      const [edge, a, b, c, d, pairs] = numbers;
      const doubts = pairs.map(([x, y]) => ({ from: Math.min(x, y), to: Math.max(x, y), why: 'order' }));
      const segments = tile([regime(0, edge, a, b), regime(edge, null, c, d)], doubts);
      let at = 0;
      for (const { fromBytes, toBytes } of segments) {
        expect(fromBytes).toBe(at);
        expect(toBytes ?? Infinity).toBeGreaterThan(fromBytes);
        at = toBytes ?? Infinity;
      }
      expect(at).toBe(Infinity);
      // No doubt and no regime says `runs` where its need is not met.
      for (const limit of [0, edge, a, b, c, d, 500]) {
        const needed = limit < edge ? Math.max(a, b) : Math.max(c, d);
        if (segmentAt(segments, limit).verdict === 'runs') expect(limit).toBeGreaterThanOrEqual(needed);
      }
    })
  );
});
