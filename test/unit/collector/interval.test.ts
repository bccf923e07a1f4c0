import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type OpenInterval, distanceTo, withSighting } from '../../../src/core/snapshot/interval';

test('whatever the clock does, intervals are never negative and cover only time between sightings', () => {
  const sighting = fc.record({ id: fc.constantFrom('a', 'b'), stepMs: fc.integer({ min: -40_000, max: 40_000 }) });
  fc.assert(
    fc.property(fc.array(sighting, { minLength: 1, maxLength: 60 }), (sightings) => {
      let clock = 1e12;
      let last: OpenInterval | null = null;
      for (const { id, stepMs } of sightings) {
        clock += stepMs;
        const { continues, interval } = withSighting(last, id, clock, 10_000);
        expect(interval.toMs).toBeGreaterThanOrEqual(interval.fromMs);
        expect(interval.id).toBe(id);
        if (continues) {
          expect(last!.id).toBe(id);
          expect(interval.fromMs).toBe(last!.fromMs);
          expect(interval.toMs - last!.toMs).toBeLessThanOrEqual(10_000);
        } else {
          expect(interval.fromMs).toBe(interval.toMs);
        }
        last = interval;
      }
    })
  );
});

test('distance is 0 inside, at both ends too', () => {
  const interval = { fromMs: 10, toMs: 20 };
  expect([9, 10, 15, 20, 25].map((atMs) => distanceTo(interval, atMs))).toEqual([1, 0, 0, 0, 5]);
});
