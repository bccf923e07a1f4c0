/** What `limits` predicts against what happens: programs built here, captured when ready, run again under limits. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { readProcess, readStatm } from '../../src/adapters/procfs';
import { explainProcess } from '../../src/core/explain/explain';
import { limitFacts } from '../../src/core/limits/facts';
import { type Forecast, type LimitKind, forecastOf, judge } from '../../src/core/limits/forecast';
import type { Verdict } from '../../src/core/limits/segments';
import { MIB } from '../../src/core/units';

const SOURCES = resolve('test/programs/limits');
/** A program that hangs under a limit has not started. */
const PATIENCE_MS = 8_000;

export interface Program {
  readonly name: string;
  /** Executables that it takes to build and run it. */
  readonly needs: readonly string[];
  /** Builds into `directory`. @returns the command line */
  readonly build: (directory: string) => readonly string[];
}

/** First match on PATH, or null. */
export function findExecutable(name: string): string | null {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    try {
      const path = join(directory, name);
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this one.
    }
  }
  return null;
}

function make(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  const { status, stderr } = spawnSync(command, args, {
    cwd: SOURCES,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
}

const source = (file: string): string => join(SOURCES, file);

function go(cgo: boolean): (directory: string) => readonly string[] {
  return (directory) => {
    const executable = join(directory, cgo ? 'go-cgo' : 'go-hello');
    make('go', ['build', '-o', executable, cgo ? 'cgo.go' : 'hello.go'], {
      CGO_ENABLED: cgo ? '1' : '0',
      GO111MODULE: 'off',
    });
    return [executable];
  };
}

function c(file: string, ...args: readonly string[]): (directory: string) => readonly string[] {
  return (directory) => {
    const executable = join(directory, file.replace('.c', ''));
    make('gcc', ['-O1', '-pthread', '-o', executable, file]);
    return [executable, ...args];
  };
}

function java(...options: readonly string[]): (directory: string) => readonly string[] {
  return (directory) => {
    make('javac', ['-d', directory, 'Hello.java']);
    return ['java', ...options, '-cp', directory, 'Hello'];
  };
}

export const PROGRAMS: readonly Program[] = [
  { name: 'Go hello', needs: ['go'], build: go(false) },
  { name: 'Go hello with cgo', needs: ['go', 'gcc'], build: go(true) },
  { name: 'C that mallocs', needs: ['gcc'], build: c('malloc.c', '100') },
  { name: 'C with 4 threads', needs: ['gcc'], build: c('threads.c', '4') },
  { name: 'Node hello', needs: ['node'], build: () => ['node', source('node-hello.js')] },
  { name: 'Node with workers', needs: ['node'], build: () => ['node', source('node-workers.js'), '2'] },
  { name: 'Java hello', needs: ['java', 'javac'], build: java() },
  { name: 'Java hello with -Xmx', needs: ['java', 'javac'], build: java('-Xmx64m') },
  { name: 'Python hello', needs: ['python3'], build: () => ['python3', source('hello.py')] },
  { name: 'Python with threads', needs: ['python3'], build: () => ['python3', source('threads.py'), '4'] },
];

/** Starts the program, waits until it says `ready` and its size stands still, and reads it. */
export async function forecastFor(command: readonly string[], limit: LimitKind): Promise<Forecast> {
  const child = spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'pipe', 'ignore'] });
  try {
    await ready(child);
    await still(child.pid!);
    const read = readProcess(child.pid!);
    if (read.kind !== 'ok') throw new Error(`${command.join(' ')}: ${read.kind} ${read.code}`);
    const { layout, snapshot } = explainProcess(read.value);
    const facts = limitFacts(layout, { dataBytes: snapshot.status?.vmData ?? null, commandLine: snapshot.cmdline });
    return forecastOf(limit, facts);
  } finally {
    child.stdin?.end();
    child.kill('SIGKILL');
  }
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((done, failed) => {
    child.stdout?.on('data', (data: Buffer) => {
      if (data.includes('ready')) done();
    });
    child.on('exit', (code) => failed(new Error(`ended with ${code} before it was ready`)));
    child.on('error', failed);
  });
}

async function still(pid: number): Promise<void> {
  let last = -1;
  for (let equal = 0, looks = 0; equal < 4 && looks < 100; looks++) {
    await new Promise((done) => setTimeout(done, 25));
    const statm = readStatm(pid);
    const size = statm.kind === 'ok' ? statm.value.size : -1;
    equal = size === last ? equal + 1 : 0;
    last = size;
  }
}

/**
 * Runs it under the limit with an empty stdin.
 *
 * @param cwd where a program that dies may leave files (the JVM does)
 * @returns whether it was ready and ended with 0
 */
function runUnder(command: readonly string[], limit: LimitKind, bytes: number, cwd: string): Promise<boolean> {
  return new Promise((done) => {
    const child = spawn('prlimit', [`--${limit}=${bytes}`, '--core=0', ...command], {
      stdio: ['pipe', 'pipe', 'ignore'],
      cwd,
    });
    const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    let text = '';
    child.stdout.on('data', (data: Buffer) => (text += data.toString()));
    child.stdin.on('error', () => undefined);
    child.stdin.end();
    child.on('close', (code) => {
      clearTimeout(patience);
      done(code === 0 && text.includes('ready'));
    });
  });
}

export interface Point {
  readonly bytes: number;
  readonly verdict: Verdict;
  readonly ran: boolean;
}

/** Distances from each edge of the forecast at which it is tried. */
const DISTANCES: readonly number[] = [-12 * MIB, -3 * MIB, -MIB, MIB, 3 * MIB, 12 * MIB];

/** Around each edge, or around the lowest and the last ones where there are many. */
export function gridOf({ segments }: Forecast, most = 4): number[] {
  const edges = segments.flatMap(({ toBytes }) => (toBytes === null ? [] : [toBytes]));
  const chosen = edges.length <= most ? edges : [...edges.slice(0, most - 2), ...edges.slice(-2)];
  const points = chosen.flatMap((edge) => DISTANCES.map((distance) => edge + distance));
  return [...new Set(points)].filter((bytes) => bytes > 4 * MIB).sort((a, b) => a - b);
}

/** Runs all points, two at a time. */
export async function experiment(
  command: readonly string[],
  forecast: Forecast,
  cwd: string,
  grid: readonly number[] = gridOf(forecast)
): Promise<Point[]> {
  const points: Point[] = [];
  const queue = [...grid];
  const worker = async (): Promise<void> => {
    for (let bytes = queue.shift(); bytes !== undefined; bytes = queue.shift()) {
      const { verdict } = judge(forecast, bytes);
      let ran = await runUnder(command, forecast.limit, bytes, cwd);
      // Go 1.26 takes 64 MiB more in one start of 60 (its heap begins at a random place), so one failure is tried again.
      if (verdict === 'runs' && !ran) {
        ran =
          (await runUnder(command, forecast.limit, bytes, cwd)) &&
          (await runUnder(command, forecast.limit, bytes, cwd));
      }
      points.push({ bytes, verdict, ran });
    }
  };
  await Promise.all([worker(), worker()]);
  return points.sort((a, b) => a.bytes - b.bytes);
}
