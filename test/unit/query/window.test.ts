import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_POINTS, expandMacros, parseInstant, toGrid, toWindow } from '../../../src/core/query/window';
import { duration, span } from '../../../src/core/query/words';

const HOUR = 3_600_000;
const now = 1_795_417_205_123;

describe('toGrid', () => {
  it('floors both ends to the step, so that caches on the way hit', () => {
    const grid = toGrid(toWindow({ fromMs: now - HOUR, toMs: now, intervalMs: 15_000, maxDataPoints: 1000 }));
    expect(grid).toEqual({ fromMs: now - HOUR - ((now - HOUR) % 15_000), toMs: now - (now % 15_000), stepMs: 15_000 });
  });

  it('takes as many points as there are pixels', () => {
    expect(toGrid(toWindow({ fromMs: now - HOUR, toMs: now, intervalMs: 1000, maxDataPoints: 100 })).stepMs).toBe(
      36_000
    );
  });

  it('never has more points than can be drawn, whatever the numbers are', () => {
    const any = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.constantFrom(1e308, -1e308, 2 ** 63, -(2 ** 63), NaN, Infinity, 0)
    );
    fc.assert(
      fc.property(any, any, any, any, (fromMs, toMs, intervalMs, maxDataPoints) => {
        const grid = toGrid(toWindow({ fromMs, toMs, intervalMs, maxDataPoints }));
        const points = (grid.toMs - grid.fromMs) / grid.stepMs + 1;
        expect(points).toBeGreaterThanOrEqual(1);
        expect(points).toBeLessThanOrEqual(MAX_POINTS + 2);
        expect(grid.stepMs).toBeGreaterThanOrEqual(1000);
        expect(() => new Date(grid.toMs).toISOString()).not.toThrow();
      }),
      { numRuns: 500 }
    );
  });
});

describe('parseInstant', () => {
  const window = toWindow({ fromMs: 1000, toMs: 2000, intervalMs: 0, maxDataPoints: 1 });
  it.each([
    ['end', 2000],
    ['start', 1000],
    ['', 2000],
    ['1795417205123', 1795417205123],
    ['-1', null],
    ['1e308', null],
    ['soon', null],
  ])('reads %j', (text, expected) => {
    expect(parseInstant(text, window, 'end')).toBe(expected);
  });
});

it('expandMacros knows the interval words of Grafana and leaves the rest', () => {
  const window = toWindow({ fromMs: 0, toMs: HOUR, intervalMs: 0, maxDataPoints: 1 });
  expect(expandMacros('a[$__interval] b[${__rate_interval}] c[$__range] $__unknown $job', window, 15_000)).toBe(
    'a[15s] b[60s] c[3600s] $__unknown $job'
  );
});

describe('words', () => {
  it.each([
    [400, '0.4 s'],
    [-250_000, '4 min 10 s'],
    [7_500_000, '2 h 5 min'],
    [172_800_000, '2 d'],
    [59_900, '1 min'],
  ])('duration of %i ms is %s', (ms, text) => expect(duration(ms)).toBe(text));

  it('span names the day only when there are two', () => {
    expect(span(now, now + 12_000)).toBe('from 07:00:05 to 07:00:17 UTC');
    expect(span(now, now)).toBe('at 07:00:05 UTC');
    expect(span(now, now + 24 * HOUR)).toBe('from 2026-11-23 07:00:05 to 2026-11-24 07:00:05 UTC');
  });
});
