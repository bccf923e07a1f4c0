/** Programs of test/programs that do what a test tells them, line by line, and the servers that watch them. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { ROOT, until } from './collector-process';

const PROGRAMS = path.join(ROOT, 'test/programs');

/** Under CI everything has to be there. */
export function installed(command: string, ...args: string[]): boolean {
  return process.env['CI'] === 'true' || spawnSync(command, args).status === 0;
}

export interface Scripted {
  readonly pid: number;
  /** Resolves when the program says that it has done the command. */
  tell(command: string): Promise<void>;
  stop(): Promise<void>;
}

async function start(command: string, args: readonly string[]): Promise<Scripted> {
  const child: ChildProcess = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  let answers = 0;
  let ended = false;
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  void closed.then(() => (ended = true));
  // A line may come in pieces, so its end is what counts.
  child.stdout!.on('data', (chunk: Buffer) => (answers += chunk.toString().split('\n').length - 1));
  let expected = 1;
  const answered = () =>
    until(async () => {
      if (ended) throw new Error(`${command} ended.`);
      return answers >= expected || undefined;
    }).then(() => undefined);
  await answered();
  return {
    pid: child.pid!,
    tell(line) {
      expected++;
      child.stdin!.write(`${line}\n`);
      return answered();
    },
    async stop() {
      child.stdin!.end();
      await closed;
    },
  };
}

/** @param name shows as the process's name, 15 characters at most */
export function startC(directory: string, name: string): Promise<Scripted> {
  const executable = path.join(directory, name);
  execFileSync('gcc', ['-O1', '-Wall', '-Wextra', '-pthread', '-o', executable, path.join(PROGRAMS, 'steps.c')]);
  return start(executable, []);
}

export function startNode(name: string): Promise<Scripted> {
  return start(process.execPath, [path.join(PROGRAMS, 'steps-node.mjs'), name]);
}

export function startJava(directory: string, name: string): Promise<Scripted> {
  execFileSync('javac', ['-d', directory, path.join(PROGRAMS, 'Steps.java')]);
  // The kernel names a process by the file that was run, also when that is a link.
  const java = path.join(directory, name);
  const home = /java\.home = (.*)/.exec(
    spawnSync('java', ['-XshowSettings:properties', '-version']).stderr.toString()
  )?.[1];
  symlinkSync(path.join(home ?? '', 'bin/java'), java);
  return start(java, ['-Xmx128m', '-XX:+UseSerialGC', '-XX:MaxDirectMemorySize=1g', '-cp', directory, 'Steps']);
}

export function startGo(directory: string, name: string): Promise<Scripted> {
  const executable = path.join(directory, name);
  execFileSync('go', ['build', '-o', executable, 'main.go'], {
    cwd: path.join(PROGRAMS, 'steps-go'),
    env: { ...process.env, CGO_ENABLED: '0', GO111MODULE: 'off' },
  });
  return start(executable, []);
}

/** A file of zeros that takes no room on the disk. */
export function sparseFile(file: string, bytes: number): string {
  writeFileSync(file, '');
  truncateSync(file, bytes);
  return file;
}

export interface Sample {
  readonly timeMs: number;
  readonly value: number;
}

export interface RunningPrometheus {
  readonly url: string;
  /** Raw samples of a selector with one series, of the last five minutes. */
  samples(selector: string): Promise<Sample[]>;
  stop(): Promise<void>;
}

/** Scrapes the collector each second. */
export async function startPrometheus(directory: string, collectorUrl: string): Promise<RunningPrometheus> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  const config = path.join(directory, 'prometheus.yml');
  const target = new URL(collectorUrl).host;
  writeFileSync(
    config,
    `scrape_configs: [{ job_name: plateau, scrape_interval: 1s, static_configs: [{ targets: ['${target}'] }] }]\n`
  );
  const child = spawn(
    'prometheus',
    [`--config.file=${config}`, `--storage.tsdb.path=${directory}/tsdb`, `--web.listen-address=127.0.0.1:${port}`],
    { stdio: 'ignore' }
  );
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(`${url}/-/ready`).catch(() => null))?.ok || undefined);
  return {
    url,
    async samples(selector) {
      const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(`${selector}[5m]`)}`);
      const body = (await answer.json()) as { data: { result: Array<{ values: Array<[number, string]> }> } };
      return (body.data.result[0]?.values ?? []).map(([time, value]) => ({
        timeMs: Math.round(time * 1000),
        value: Number(value),
      }));
    },
    async stop() {
      child.kill('SIGTERM');
      await closed;
    },
  };
}
