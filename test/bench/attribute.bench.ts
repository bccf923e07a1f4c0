/**
 * CPU of parsing and attributing a process against CPU of the kernel printing its /proc/PID/maps, in one run.
 * Target: a ratio of 0.5 at most for 30, 300, 3,000 and 30,000 mappings, and time that grows no faster than the mappings.
 *
 * The kernel's side is open, read into a buffer that is used again, close. Ours is from the bytes of that buffer to categories,
 * regions and ranges, all of them made. Both are warm, as in a collector that runs for months: compiled code, known file names.
 */
import { attribute } from '../../src/core/attribution/attribute';
import { parseMaps } from '../../src/core/mapping/parse-maps';
import { snapshotOf } from '../../src/core/snapshot/snapshot';
import { type Mix, bytesRead, growTo, readRaw, smallProcess } from './maps-of-size';
import type { Bench } from './run';
import { SHAPES, mapsOf } from './shapes';

/** Rounds alternate between the sides, so that a slow moment of the machine hits all. */
const ROUNDS = 25;
const LEAST_MS = 8;
/**
 * Compilers of the engine work in threads of this process: they must be done before anything is measured. Counted in CPU, because
 * on a busy machine time alone does not let them get on.
 */
const WARM_CPU_MS = 1500;
const SHAPE_WARM_MS = 200;
/** Mappings of one shape. The many do not fit into caches, of the machine and of file names, which makes them dearer. */
const MOST_GROWTH = 4;
const FEW = 2_000;
const MANY = 16_000;

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** CPU of this process per call, us: median of several rounds. */
function cpuOf(sides: ReadonlyArray<() => void>, warmMs = WARM_CPU_MS): number[] {
  const samples: number[][] = sides.map(() => []);
  for (const run of sides) for (const until = cpuMs() + warmMs; cpuMs() < until;) run();
  for (let round = 0; round < ROUNDS; round++) {
    sides.forEach((run, side) => {
      const began = cpuMs();
      const until = performance.now() + LEAST_MS;
      let calls = 0;
      do {
        run();
        calls++;
      } while (performance.now() < until);
      samples[side]!.push((1000 * (cpuMs() - began)) / calls);
    });
  }
  return samples.map((list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]!);
}

interface Row {
  readonly mix: Mix;
  readonly mappings: number;
  readonly kernel: number;
  readonly parse: number;
  readonly all: number;
}

function measure(path: string, mix: Mix): Row {
  const bytes = new Uint8Array(bytesRead(readRaw(path)));
  const mappings = parseMaps(bytes).length;
  const [kernel, parse, all] = cpuOf([
    () => void readRaw(path),
    () => void parseMaps(bytes),
    () => void attribute(snapshotOf(parseMaps(bytes))),
  ]) as [number, number, number];
  const per = (value: number): string => ((1000 * value) / mappings).toFixed(0).padStart(4);
  console.log(
    `${String(mappings).padStart(6)} mappings, ${mix.padEnd(9)}: kernel ${per(kernel)} ns each, parse ${per(parse)}, ` +
      `parse and attribute ${per(all)}, ratio ${(all / kernel).toFixed(2)}`
  );
  return { mix, mappings, kernel, parse, all };
}

async function measureSmall(): Promise<Row> {
  const child = smallProcess();
  try {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return measure(`/proc/${child.pid}/maps`, 'mixed');
  } finally {
    child.kill();
  }
}

function measureGrown(size: number, mix: Mix): Row {
  const shrink = growTo(size, mix);
  const row = measure('/proc/self/maps', mix);
  shrink();
  return row;
}

export const attributeBench: Bench = {
  name: 'attribute',
  async run() {
    const rows = [await measureSmall()];
    for (const mix of ['mixed', 'anonymous'] as const) {
      const grown = [300, 3_000, 30_000].map((size) => measureGrown(size, mix));
      rows.push(...grown);
    }
    const failures = rows
      .filter(({ kernel, all }) => all > 0.5 * kernel)
      .map(({ mappings, mix }) => `${mappings} mappings (${mix}) cost more than half of the kernel`);
    for (const mix of ['mixed', 'anonymous'] as const) {
      const [first, last] = rows.filter((row) => row.mix === mix).slice(-2) as [Row, Row];
      const growth = last.all / first.all / (last.mappings / first.mappings);
      if (growth > 1.6) failures.push(`time grows ${growth.toFixed(2)} times as fast as the mappings (${mix})`);
    }
    return [...failures, ...measureShapes()];
  },
};

/** Alone, because a process has only one shape. @returns those whose time grows faster than their mappings */
function measureShapes(): string[] {
  const failures: string[] = [];
  for (const [name, shape] of Object.entries(SHAPES)) {
    const [few, many] = [FEW, MANY].map((count) => {
      const bytes = new TextEncoder().encode(mapsOf(shape, count));
      const run = (): void => void attribute(snapshotOf(parseMaps(bytes)));
      return cpuOf([run], SHAPE_WARM_MS)[0]! / count;
    }) as [number, number];
    console.log(`${name}: ${(1000 * few).toFixed(0)} ns a mapping of ${FEW}, ${(1000 * many).toFixed(0)} of ${MANY}`);
    if (many > MOST_GROWTH * few) {
      failures.push(`${name} grow ${(many / few).toFixed(1)} times as fast as their mappings`);
    }
  }
  return failures;
}
