/**
 * CPU of parsing and attributing a process against CPU of the kernel printing its /proc/PID/maps, in one run.
 * Target: a ratio of 0.5 at most for 30, 300, 3,000 and 30,000 mappings, and time that grows no faster than the mappings.
 */
import { attribute } from '../../src/core/attribution/attribute';
import { parseMaps } from '../../src/core/mapping/parse-maps';
import { snapshotOf } from '../../src/core/snapshot/snapshot';
import { growTo, readRaw, smallProcess, textOf } from './maps-of-size';
import type { Bench } from './run';

/** Rounds alternate between the two sides, so that a slow moment of the machine hits both. */
const ROUNDS = 15;
const LEAST_MS = 8;
/** Compilers of the engine work in threads of this process: they must be done before anything is measured. */
const WARM_MS = 400;

/** CPU of this process per call, us: median of several rounds. */
function cpuOf(sides: ReadonlyArray<() => void>): number[] {
  const samples: number[][] = sides.map(() => []);
  for (const run of sides) for (const until = performance.now() + WARM_MS; performance.now() < until;) run();
  for (let round = 0; round < ROUNDS; round++) {
    sides.forEach((run, side) => {
      const began = process.cpuUsage();
      const until = performance.now() + LEAST_MS;
      let calls = 0;
      do {
        run();
        calls++;
      } while (performance.now() < until);
      const { user, system } = process.cpuUsage(began);
      samples[side]!.push((user + system) / calls);
    });
  }
  return samples.map((list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]!);
}

export const attributeBench: Bench = {
  name: 'attribute',
  async run() {
    const rows: Array<{ mappings: number; kernel: number; parse: number; all: number }> = [];
    const child = smallProcess();
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (const size of [30, 300, 3_000, 30_000]) {
      const path = size === 30 ? `/proc/${child.pid}/maps` : '/proc/self/maps';
      if (size !== 30) growTo(size);
      const text = textOf(readRaw(path));
      const mappings = parseMaps(text).length;
      const [kernel, parse, all] = cpuOf([
        () => void readRaw(path),
        () => void parseMaps(text),
        () => void attribute(snapshotOf(parseMaps(text))),
      ]) as [number, number, number];
      rows.push({ mappings, kernel, parse, all });
    }
    child.kill();
    for (const { mappings, kernel, parse, all } of rows) {
      const per = (value: number): string => ((1000 * value) / mappings).toFixed(0).padStart(5);
      console.log(
        `${String(mappings).padStart(6)} mappings: kernel ${per(kernel)} ns each, parse ${per(parse)}, parse and attribute ${per(all)}, ` +
          `ratio ${(all / kernel).toFixed(2)}`
      );
    }
    const failures = rows
      .filter(({ kernel, all }) => all > 0.5 * kernel)
      .map(({ mappings }) => `${mappings} mappings cost more than half of the kernel`);
    const first = rows[2]!;
    const last = rows[3]!;
    const growth = last.all / first.all / (last.mappings / first.mappings);
    if (growth > 1.6) failures.push(`time grows ${growth.toFixed(2)} times as fast as the mappings`);
    return failures;
  },
};
