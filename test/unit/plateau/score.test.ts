import { describe, expect, it } from 'vitest';
import { meanScore, scorePlateaus, type SeriesTruth } from '../../../src/core/plateau/score';
import type { Plateau, PlateauKind } from '../../../src/core/plateau/types';

const times = Array.from({ length: 100 }, (_, i) => i * 10);

function entry(first: number, last: number, levelBytes: number, kind: PlateauKind = 'plateau', reset = false): Plateau {
  const [startMs, endMs] = [first * 10, last * 10];
  return { startMs, endMs, levelBytes, kind, reset, stepBytes: null, confidence: 1, minBytes: 0, maxBytes: 0 };
}

const truth: SeriesTruth = {
  kind: 'drawn',
  exact: true,
  segments: [
    { startMs: 0, endMs: 390, kind: 'plateau', levelBytes: 1 },
    { startMs: 400, endMs: 990, kind: 'plateau', levelBytes: 2 },
  ],
  spikes: [{ startMs: 600, endMs: 620 }],
  restartsMs: [400],
};

describe('score', () => {
  it('is 1 for the truth itself', () => {
    const found = [entry(0, 39, 1), entry(40, 99, 2, 'plateau', true), entry(60, 62, 9, 'spike')];
    expect(scorePlateaus(times, truth, found)).toEqual({
      f1: 1,
      covering: 1,
      level: 1,
      kind: 1,
      spikes: 0,
      found: 1,
      reset: 1,
    });
  });

  it('forgives five samples and not six', () => {
    expect(scorePlateaus(times, truth, [entry(0, 44, 1), entry(45, 99, 2)]).f1).toBe(1);
    expect(scorePlateaus(times, truth, [entry(0, 45, 1), entry(46, 99, 2)]).f1).toBe(0.5);
  });

  it('charges a spike called a plateau, and what it cuts', () => {
    const found = [entry(0, 39, 1), entry(40, 59, 2), entry(60, 62, 9), entry(63, 99, 2)];
    const score = scorePlateaus(times, truth, found);
    expect(score.spikes).toBe(1);
    expect(score.f1).toBeCloseTo((2 * 2) / (2 + 4));
    expect(score.covering).toBeCloseTo((40 + 60 * (37 / 60)) / 100);
  });

  it('takes more than five samples that nothing covers as a segment', () => {
    expect(scorePlateaus(times, truth, [entry(0, 39, 1), entry(50, 99, 2)]).f1).toBe(0.8);
  });

  it('says nothing where the series says nothing', () => {
    const plain = { ...truth, exact: false, spikes: [], restartsMs: [] };
    expect(Object.keys(scorePlateaus(times, plain, [entry(0, 99, 1)])).sort()).toEqual(['covering', 'f1', 'kind']);
  });

  it('means each column over the scores that have it', () => {
    expect(meanScore([{ f1: 1, level: 0.5 }, { f1: 0 }])).toEqual({ f1: 0.5, level: 0.5 });
  });
});
