import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BARS, casesOf, readCase, readTruth, scoreCase, sumErrors, summarise } from '../../scripts/corpus-score';
import { attribute } from '../../src/core/attribution/attribute';
import type { Snapshot } from '../../src/core/snapshot/snapshot';

const HOME = join(__dirname, '../corpus');
const cases = casesOf(HOME);

/** The same order on every run: a stride that has no factor in common with the length visits every element once. */
function shuffled<T>(items: readonly T[]): T[] {
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  let stride = Math.floor(items.length * 0.618) || 1;
  while (gcd(items.length, stride) !== 1) stride++;
  return items.map((_, i) => items[(i * stride) % items.length]!);
}

function answer(snapshot: Snapshot): unknown {
  const { categories, ranges, regions, runtimes } = attribute(snapshot);
  return { categories, ranges, regions, runtimes };
}

describe('every captured process', () => {
  it('is there', () => {
    expect(cases.length).toBeGreaterThanOrEqual(100);
  });

  it.each(cases)('%s: sums equal VSZ and ranges tile the mappings', (name) => {
    const snapshot = readCase(join(HOME, name));
    expect(snapshot.notices).toEqual([]);
    expect(sumErrors(snapshot, attribute(snapshot))).toEqual([]);
  });

  it.each(cases)('%s: sums are exact from maps alone', (name) => {
    const snapshot = readCase(join(HOME, name), 'maps');
    expect(sumErrors(snapshot, attribute(snapshot))).toEqual([]);
  });

  it.each(cases)('%s: the order of lines does not matter', (name) => {
    const snapshot = readCase(join(HOME, name));
    const other = {
      ...snapshot,
      mappings: shuffled(snapshot.mappings),
      smaps: snapshot.smaps && shuffled(snapshot.smaps),
      threads: snapshot.threads && shuffled(snapshot.threads),
    };
    expect(answer(other)).toEqual(answer(snapshot));
  });
});

describe('the whole corpus', () => {
  const scores = cases.map((name) => scoreCase(name, readCase(join(HOME, name)), readTruth(join(HOME, name))));
  const summary = summarise(scores);

  it('reaches the bars', () => {
    expect(summary.meanBalanced).toBeGreaterThanOrEqual(BARS.meanBalanced);
    expect(summary.meanRegion).toBeGreaterThanOrEqual(BARS.meanRegion);
  });

  it.each(scores.filter((score) => score.balanced !== null))('$name is above the worst that is allowed', (score) => {
    expect(score.balanced, JSON.stringify(score.wrong.slice(0, 3))).toBeGreaterThanOrEqual(BARS.worstBalanced);
  });

  it('holds from maps alone, with less certainty', () => {
    const blind = summarise(
      cases.map((name) => scoreCase(name, readCase(join(HOME, name), 'maps'), readTruth(join(HOME, name))))
    );
    expect(blind.meanBalanced).toBeGreaterThanOrEqual(98);
  });
});
