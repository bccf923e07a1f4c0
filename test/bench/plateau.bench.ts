/**
 * CPU of plateau detection on 11,000 points, as a ratio to one plain running median of the same series in the same run, so
 * that the machine drops out. Target: 30 medians at most for the worst kind of series (it is 15 on the machine of first measurement: 10 ms).
 */
import { detectPlateaus } from '../../src/core/plateau/detect';
import { generate } from '../unit/plateau/generate';
import type { Bench } from './run';

const POINTS = 11_000;
const MIB = 2 ** 20;
const ROUNDS = 15;
const WARM_ROUNDS = 15;
const MOST_MEDIANS = 30;

function series(): Array<readonly [name: string, values: readonly number[]]> {
  let state = 5;
  const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const distinct = Array.from({ length: POINTS }, (_, i) => 1e9 + i * 40_960 + Math.floor(random() * 1000) * 4096);
  let level = 2e9;
  const walk = distinct.map(() => (level = Math.max(0, level + Math.floor((random() - 0.5) * 20_000) * 4096)));
  return [
    ['clean', generate('long-clean', 1).samples.values],
    ['churn', generate('long-churn', 1).samples.values],
    ['leak', generate('long-counter', 1).samples.values],
    ['distinct', distinct],
    ['walk', walk],
    ['stairs', distinct.map((_, i) => 1e9 + Math.floor(i / 13) * 64 * MIB)],
  ];
}

/** The plain pass: median of nine by sorting each window. */
function plainMedian(values: Float64Array): number {
  let sum = 0;
  for (let i = 4; i + 4 < values.length; i++) sum += values.slice(i - 4, i + 5).sort()[4]!;
  return sum;
}

/** Median CPU of one call, ms. */
function cpuOf(run: () => unknown): number {
  for (let i = 0; i < WARM_ROUNDS; i++) run();
  const rounds = Array.from({ length: ROUNDS }, () => {
    const began = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1000;
  });
  return rounds.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
}

export const plateauBench: Bench = {
  name: 'plateau',
  run: async () => {
    const missed: string[] = [];
    for (const [name, values] of series()) {
      const timesMs = values.map((_, i) => i * 15_000);
      const floats = Float64Array.from(values);
      const plain = cpuOf(() => plainMedian(floats));
      const detect = cpuOf(() => detectPlateaus({ timesMs, values }));
      const ratio = detect / plain;
      console.log(`${name.padEnd(9)} ${detect.toFixed(1).padStart(5)} ms, ${ratio.toFixed(1)} plain running medians`);
      if (ratio > MOST_MEDIANS) missed.push(`${name}: ${ratio.toFixed(1)} medians, more than ${MOST_MEDIANS}`);
    }
    return missed;
  },
};
