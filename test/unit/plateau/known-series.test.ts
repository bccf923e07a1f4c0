import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { detectPlateaus } from '../../../src/core/plateau/detect';
import { parseSeries } from '../../../src/core/plateau/parse-series';
import { meanScore, scorePlateaus, type Score, type SeriesTruth } from '../../../src/core/plateau/score';
import { generate, KINDS } from './generate';

const FOLDER = join(__dirname, '../../series');

/** Missing columns count as perfect: a series without restarts cannot miss one. */
function atLeast(
  score: Score,
  bars: { f1: number; covering: number; level: number; kind: number; reset: number }
): void {
  expect(score.f1 ?? 1).toBeGreaterThanOrEqual(bars.f1);
  expect(score.covering ?? 1).toBeGreaterThanOrEqual(bars.covering);
  expect(score.level ?? 1).toBeGreaterThanOrEqual(bars.level);
  expect(score.kind ?? 1).toBeGreaterThanOrEqual(bars.kind);
  expect(score.reset ?? 1).toBeGreaterThanOrEqual(bars.reset);
  expect(score.spikes ?? 0).toBe(0);
}

describe('series with known plateaus', () => {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.tsv'));
  const scores = names.map((name) => {
    const samples = parseSeries(readFileSync(join(FOLDER, name), 'utf8'), name);
    const truth = JSON.parse(readFileSync(join(FOLDER, name.replace('.tsv', '.truth.json')), 'utf8')) as SeriesTruth;
    return { name, truth, score: scorePlateaus(samples.timesMs, truth, detectPlateaus(samples)) };
  });

  it('are found as a whole', () => {
    expect(scores.length).toBe(73);
    const mean = meanScore(scores.map(({ score }) => score));
    atLeast(mean, { f1: 0.99, covering: 0.99, level: 0.99, kind: 0.99, reset: 1 });
  });

  it.each(scores.map(({ name, score }) => [name, score] as const))('%s: none is given up', (_name, score) => {
    atLeast(score, { f1: 0.8, covering: 0.9, level: 0.8, kind: 0.8, reset: 1 });
  });
});

describe('other series of the same definitions', () => {
  it.each(KINDS)('%s', (kind) => {
    const seeds = Array.from({ length: kind.startsWith('long') ? 2 : 12 }, (_, i) => 5000 + i);
    const scores = seeds.map((seed) => {
      const { samples, truth } = generate(kind, seed);
      return scorePlateaus(samples.timesMs, truth, detectPlateaus(samples));
    });
    atLeast(meanScore(scores), { f1: 0.95, covering: 0.95, level: 0.92, kind: 0.93, reset: 0.95 });
  });
});
