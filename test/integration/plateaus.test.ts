/**
 * Plateaus end to end: programs that make scripted steps, the real collector, a real Prometheus, the compiled backend.
 * Every step is found within a scrape, and its cause is named right.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import path from 'node:path';
import type { PluginHost } from '../../src/adapters/pluginv2/host/plugin-host';
import { MIB } from '../../src/core/units';
import { type Workplace, contextOf, framesOf, setUpBackend } from './backend-setup';
import { FROM_SOURCE, type RunningCollector, startCollector, until } from './collector-process';
import {
  type RunningPrometheus,
  type Scripted,
  installed,
  sparseFile,
  startC,
  startGo,
  startJava,
  startNode,
  startPrometheus,
} from './scripted-programs';

const hasPrometheus = installed('prometheus', '--version');
const has = {
  c: hasPrometheus && installed('gcc', '--version'),
  java: hasPrometheus && installed('javac', '-version'),
  go: hasPrometheus && installed('go', 'version'),
};

/** Names of processes, short enough for the kernel; another run of this test may be on the machine. */
const names = Object.fromEntries(
  ['c', 'leak', 'node', 'java', 'go'].map((kind) => [kind, `pt${process.pid}-${kind}`])
) as Record<'c' | 'leak' | 'node' | 'java' | 'go', string>;
type Program = keyof typeof names;

/** Samples that make a plateau, and a few to spare. */
const HELD = 14;
const SCRAPE_MS = 1_000;
const LOOK_MS = 500;

/** What each program does in each phase; an empty command does nothing. */
const SCRIPT: Readonly<Record<Program, readonly string[]>> = {
  c: ['threads 8', 'reserve 1024', 'map FILE', 'unmap'],
  leak: ['leak 1024', '', 'stop', 'blocks 2 128'],
  node: ['wasm 2', 'buffers 1 200', 'workers 3', 'wasm 1'],
  java: ['direct 1 258', 'free', 'threads 64', 'direct 4 64'],
  go: ['heap 100', 'heap 8', 'heap 400', ''],
};
const PHASES = 4;

interface Row {
  readonly time: number;
  readonly timeEnd: number;
  readonly level: number;
  readonly step: number | null;
  readonly kind: string;
  readonly cause: string;
  readonly causes: ReadonlyArray<{ readonly kind: string; readonly region: string; readonly bytes: number }>;
  readonly inside: string;
  readonly evidence: string;
  readonly process: string;
  readonly before: string;
  readonly after: string;
}

/** Arrow keeps times as nanoseconds. */
const toNumber = (value: unknown): unknown => (typeof value === 'bigint' ? Number(value / BigInt(1_000_000)) : value);

describe.skipIf(!has.c)('scripted plateaus (prometheus, gcc)', () => {
  let place: Workplace;
  let collector: RunningCollector;
  let prometheus: RunningPrometheus;
  let host: PluginHost;
  const programs = new Map<Program, Scripted>();
  /** When each phase's commands were given, and when all were done. */
  const phases: Array<{ readonly fromMs: number; readonly toMs: number }> = [];
  let rows: Row[] = [];
  let range = { fromMs: 0, toMs: 0 };

  const selector = (program: Program): string => `plateau_process_virtual_memory_bytes{process="${names[program]}"}`;
  const rowsOf = async (model: Record<string, unknown>): Promise<Array<Record<string, unknown>>> => {
    const answer = await host.queryData(
      contextOf(prometheus.url, { collectorUrl: collector.url }),
      [{ refId: 'A', ...model }],
      range
    );
    const [frame] = framesOf(answer.get('A'));
    const length = frame!.fields[0]!.values.length;
    return Array.from({ length }, (_, i) =>
      Object.fromEntries(frame!.fields.map(({ name, values }) => [name, toNumber(values[i])]))
    );
  };
  const ask = async (model: Record<string, unknown>): Promise<Row[]> =>
    (await rowsOf({ queryType: 'plateaus', ...model })).map(
      (row) =>
        ({ ...row, causes: typeof row.causes === 'string' ? JSON.parse(row.causes) : row.causes }) as unknown as Row
    );
  /** Every program has been scraped often enough since `sinceMs`. */
  const hold = async (sinceMs: number): Promise<void> => {
    for (const program of programs.keys()) {
      await until(async () => {
        const samples = await prometheus.samples(selector(program));
        return samples.filter(({ timeMs }) => timeMs > sinceMs).length >= HELD || undefined;
      });
    }
  };

  beforeAll(async () => {
    place = await setUpBackend();
    const { directory } = place;
    const file = sparseFile(path.join(directory, 'steps.dat'), 300 * MIB);
    programs.set('c', await startC(directory, names.c));
    programs.set('leak', await startC(directory, names.leak));
    programs.set('node', await startNode(names.node));
    if (has.java) programs.set('java', await startJava(directory, names.java));
    if (has.go) programs.set('go', await startGo(directory, names.go));
    collector = await startCollector(FROM_SOURCE, [
      '--data',
      ':memory:',
      '--include',
      `^pt${process.pid}-`,
      '--interval',
      `${LOOK_MS}ms`,
    ]);
    prometheus = await startPrometheus(directory, collector.url);
    host = await place.start();
    await hold(0);
    for (let phase = 0; phase < PHASES; phase++) {
      const fromMs = Date.now();
      await Promise.all(
        [...programs].map(([program, running]) => {
          const command = SCRIPT[program][phase]!.replace('FILE', file);
          return command === '' ? undefined : running.tell(command);
        })
      );
      phases.push({ fromMs, toMs: Date.now() });
      await hold(Date.now() + LOOK_MS);
    }
    range = { fromMs: Date.now() - 300_000, toMs: Date.now() };
    rows = await ask({ expr: `plateau_process_virtual_memory_bytes{process=~"pt${process.pid}-.*"}` });
  }, 300_000);

  afterAll(async () => {
    await Promise.all([...programs.values()].map((program) => program.stop()));
    await host?.stop();
    await prometheus?.stop();
    await collector?.stop();
    await place?.clean();
  }, 60_000);

  /** The entry that begins in a phase: at the second scrape after all was done at the latest. */
  const found = async (program: Program, phase: number): Promise<Row> => {
    const { fromMs, toMs } = phases[phase]!;
    const samples = await prometheus.samples(selector(program));
    const after = samples.filter(({ timeMs }) => timeMs > toMs + LOOK_MS);
    const own = rows.filter((row) => row.process === names[program] && row.kind !== 'spike');
    const row = own.find(({ time }) => time >= fromMs && time <= after[1]!.timeMs);
    if (row) return row;
    const list = own.map(({ kind, time, level }) => `${kind} at ${time - fromMs} ms: ${level}`).join('; ');
    throw new Error(
      `${program}, phase ${phase}: nothing begins between 0 and ${toMs - fromMs + SCRAPE_MS} ms: ${list}`
    );
  };

  /** Program and phase → how much VSZ changes (the least and the most, MiB), main cause, and its sentence. */
  const steps: ReadonlyArray<readonly [Program, number, readonly [number, number], string, RegExp]> = [
    [
      'c',
      0,
      [576, 577],
      'arenas',
      /\+512 MiB 8 glibc arenas \(64 MiB each\) for new threads, .* of it usable; \+64 MiB stacks of 8 threads \(8 MiB each\)\.$/,
    ],
    ['c', 1, [1024, 1024], 'reserved', /^\+1 GiB: one range \(1 GiB\) reserved by the program, inaccessible\.$/],
    ['c', 2, [300, 300], 'file', /^\+300 MiB: one file mapped: steps\.dat\.$/],
    ['c', 3, [-300, -300], 'file', /^-300 MiB: one file unmapped: steps\.dat\.$/],
    ['leak', 3, [256, 257], 'blocks', /^\+256 MiB: .*mapped by malloc or mmap\.$/],
    ['node', 0, [20_480, 20_490], 'wasm', /^\+20 GiB: two wasm memories \(10 GiB each\), 128 KiB of it usable\.$/],
    [
      'node',
      2,
      [1_600, 2_400],
      'isolates',
      /\+1\.5 GiB code ranges of three V8 isolates \(512 MiB each\), a worker has one/,
    ],
    ['node', 3, [10_200, 10_250], 'wasm', /one wasm memory \(10 GiB\), 64 KiB of it usable\.$/],
    ['java', 0, [258, 260], 'blocks', /^\+258 MiB: .* mapped by malloc or mmap, in a JVM usually direct buffers\.$/],
    ['java', 1, [-260, -258], 'blocks', /^-258 MiB: .* unmapped by malloc or mmap, in a JVM usually direct buffers\.$/],
    ['java', 3, [256, 258], 'blocks', /direct buffers\.$/],
    ['go', 0, [64, 200], 'go.heap', /: Go reserved the next .*heap arenas? \(64 MiB/],
    ['go', 2, [380, 460], 'go.heap', /: Go reserved the next \d heap arenas \(64 MiB each\)/],
  ];
  for (const [program, phase, [least, most], kind, sentence] of steps) {
    const needed = program === 'java' || program === 'go' ? has[program] : true;
    const toolchain = program === 'java' ? ' (javac)' : program === 'go' ? ' (go)' : '';
    it.skipIf(!needed)(`${program}: ${SCRIPT[program][phase]}${toolchain}`, async () => {
      const row = await found(program, phase);
      expect(row).toMatchObject({ kind: 'plateau', evidence: 'snapshot', cause: expect.stringMatching(sentence) });
      expect(row.causes[0]).toMatchObject({ kind });
      expect(row.step! / MIB).toBeGreaterThanOrEqual(least);
      expect(row.step! / MIB).toBeLessThanOrEqual(most);
    });
  }

  it('node: buffers are found beside the arenas that come with them', async () => {
    const row = await found('node', 1);
    expect(row.causes).toContainEqual(expect.objectContaining({ kind: 'blocks', count: 1 }));
    expect(row.cause).toContain('+200 MiB one mapping (200 MiB) mapped by malloc or mmap, in Node.js usually Buffers');
  });

  it.skipIf(!has.java)('java: stacks of 64 threads (javac)', async () => {
    const row = await found('java', 2);
    expect(row.causes).toContainEqual(expect.objectContaining({ kind: 'threads', count: 64 }));
    expect(row.cause).toContain('stacks of 64 threads (1,008 KiB each)');
  });

  it('leak: a ramp from its begin to its end, by what the program maps', async () => {
    const row = await found('leak', 0);
    expect(row).toMatchObject({
      kind: 'ramp',
      evidence: 'snapshot',
      cause: expect.stringMatching(/^\+\d+ MiB in \d+ s: .*mapped by malloc or mmap\.$/),
    });
    // Two phases long; the detector may give a sample or two to its neighbours.
    expect(row.timeEnd).toBeGreaterThan(phases[2]!.fromMs - 3 * SCRAPE_MS);
    expect(row.timeEnd).toBeLessThan(phases[2]!.toMs + 3 * SCRAPE_MS);
  });

  it.skipIf(!has.go)('go: what moves inside a plateau is told (go)', async () => {
    const row = await found('go', 0);
    expect(row.timeEnd).toBeGreaterThan(phases[1]!.toMs + 5 * SCRAPE_MS);
    expect(row.inside).toMatch(/^Inside: the Go heap took [\d.]+ MiB out of its reservation/);
  });

  it('nothing else is found: one entry for each scripted level', () => {
    const count = (program: Program): number =>
      rows.filter((row) => row.process === names[program] && row.kind !== 'spike').length;
    expect(count('c')).toBe(5);
    expect(count('leak')).toBe(4);
    expect(count('node')).toBe(5);
  });

  it("finds the same in the collector's own timeline, without Prometheus", async () => {
    const own = await ask({ process: names.c });
    const told = (list: readonly Row[]) => list.filter((row) => row.step !== null).map((row) => [row.step, row.cause]);
    expect(told(own)).toEqual(told(rows.filter((row) => row.process === names.c)));
  });

  it('the difference and the trees of a step sum to it', async () => {
    const row = await found('c', 0);
    const process = names.c;
    const diff = await rowsOf({ queryType: 'diff', process, from: row.before, to: row.after });
    const sum = (column: string): number => diff.reduce((total, one) => total + Number(one[column]), 0);
    expect([sum('change'), sum('to')]).toEqual([row.step, row.level]);
    const arenas = diff.filter((one) => one.region === 'glibc.arena');
    expect(arenas.reduce((total, one) => total + Number(one.change), 0)).toBe(512 * MIB);
    for (const [at, bytes] of [
      [row.before, row.level - row.step!],
      [row.after, row.level],
    ] as const) {
      const [root] = await rowsOf({ queryType: 'tree', process, at });
      expect(root).toMatchObject({ level: 0, label: process, value: bytes });
    }
  });

  it('findings tell what went on at an instant', async () => {
    const growing = String(phases[1]!.toMs + 3 * SCRAPE_MS);
    const findings = await rowsOf({ queryType: 'findings', process: names.leak, at: growing });
    expect(findings[0]).toMatchObject({
      kind: 'ramp',
      sentence: expect.stringMatching(
        /^VSZ grows since .*: \d+ MiB in \d+ s, .* an hour, by .*mapped by malloc or mmap\.$/
      ),
    });
  });
});
