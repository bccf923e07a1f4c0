import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../src/cli/duration';

describe('durations', () => {
  it.each([
    ['10ms', 10],
    ['250us', 0.25],
    ['1.5s', 1500],
    ['2min', 120_000],
    ['1h', 3_600_000],
    [' 5 s ', 5000],
  ])('%j is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', '10', 'ms', '-1s', '1 day', '1e3ms'])('%j is none', (text) => expect(parseDuration(text)).toBeNull());
});
