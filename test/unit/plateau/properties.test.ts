import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectPlateaus } from '../../../src/core/plateau/detect';
import { median, runningMedian } from '../../../src/core/plateau/quantile';
import type { PlateauSamples } from '../../../src/core/plateau/types';

const MIB = 2 ** 20;

const anything = fc.oneof(
  fc.double(),
  fc.integer({ min: -5, max: 2 ** 40 }),
  fc.integer({ min: 0, max: 2000 }).map((mib) => mib * MIB),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, 0, 2 ** 53, Number.MAX_VALUE)
);
const instant = fc.oneof(
  fc.integer({ min: 0, max: 1_000_000 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -7)
);

const messy: fc.Arbitrary<PlateauSamples> = fc
  .array(fc.tuple(instant, anything, instant), { maxLength: 120 })
  .map((rows) => ({
    timesMs: rows.map(([time]) => time),
    values: rows.map(([, value]) => value),
    startMs: rows.map(([, , start]) => start),
  }));

/** Held levels, runs of growth and noise, at random: closer to a process than random numbers are. */
const plausible: fc.Arbitrary<PlateauSamples> = fc
  .array(
    fc.record({
      level: fc.integer({ min: 1, max: 4000 }),
      length: fc.integer({ min: 1, max: 60 }),
      slope: fc.constantFrom(0, 0, 0, 3, -2),
      noise: fc.constantFrom(0, 0, 5, 40),
    }),
    { minLength: 1, maxLength: 8 }
  )
  .map((parts) => {
    const values = parts.flatMap(({ level, length, slope, noise }) =>
      Array.from({ length }, (_, i) => Math.max(1, level + slope * i + ((i * 7919) % 11) * (noise / 11)) * MIB)
    );
    return { timesMs: values.map((_, i) => i * 1000), values: values.map((value) => Math.round(value / 4096) * 4096) };
  });

describe.each([
  ['anything', messy],
  ['plausible series', plausible],
])('%s', (_name, series) => {
  it('gives plateaus and ramps in order, without overlap, inside the series, with levels that were measured', () => {
    fc.assert(
      fc.property(series, (samples) => {
        const usable = samples.timesMs.flatMap((time, i) => {
          const value = samples.values[i]!;
          return Number.isFinite(time) && Number.isFinite(value) && value >= 0 ? [{ time, value }] : [];
        });
        const found = detectPlateaus(samples);
        expect(found.length === 0).toBe(usable.length === 0);
        const times = usable.map(({ time }) => time);
        const held = found.filter((entry) => entry.kind !== 'spike');
        held.forEach((entry, k) => {
          expect(entry.startMs).toBeLessThanOrEqual(entry.endMs);
          expect(entry.startMs).toBeGreaterThan(held[k - 1]?.endMs ?? Number.NEGATIVE_INFINITY);
        });
        for (const entry of found) {
          expect(times).toContain(entry.startMs);
          expect(times).toContain(entry.endMs);
          expect(Number.isInteger(entry.levelBytes)).toBe(true);
          expect(entry.levelBytes).toBeGreaterThanOrEqual(Math.floor(entry.minBytes));
          expect(entry.levelBytes).toBeLessThanOrEqual(Math.ceil(entry.maxBytes));
          expect(entry.confidence).toBeGreaterThanOrEqual(0);
          expect(entry.confidence).toBeLessThanOrEqual(1);
          expect(usable.some(({ value }) => Math.round(value) === entry.levelBytes)).toBe(true);
        }
      }),
      { numRuns: 300 }
    );
  });

  it('does not depend on when it happened', () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 0, max: 2 ** 40 }), (samples, later) => {
        const moved = { ...samples, timesMs: samples.timesMs.map((time) => time + later) };
        const back = detectPlateaus(moved).map((entry) => ({
          ...entry,
          startMs: entry.startMs - later,
          endMs: entry.endMs - later,
        }));
        expect(back).toEqual(detectPlateaus(samples));
      }),
      { numRuns: 100 }
    );
  });
});

describe('running median', () => {
  it('is the median of each window, the window standing still at the ends', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 60 }), (numbers) => {
        const values = Float64Array.from(numbers);
        const expected = values.map((_, i) => {
          const first = Math.max(0, Math.min(i - 4, values.length - 9));
          return median(values.slice(first, first + 9));
        });
        expect([...runningMedian(values, 4)]).toEqual([...expected]);
      })
    );
  });
});
