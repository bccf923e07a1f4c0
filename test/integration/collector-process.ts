/** Starts the real collector, from source or compiled, on a free port, and stops it again. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

export const ROOT = path.resolve(__dirname, '../..');
export const BUN = path.join(ROOT, 'node_modules/.bin/bun');
export const FROM_SOURCE = [BUN, path.join(ROOT, 'src/cli/main.ts')];

export interface RunningCollector {
  readonly url: string;
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** SIGTERM. @returns the exit code */
  stop(): Promise<number | null>;
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function launch(
  command: readonly string[],
  args: readonly string[],
  options: { readonly uid?: number; readonly cwd?: string }
) {
  const child: ChildProcess = spawn(command[0]!, [...command.slice(1), 'collect', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    cwd: options.cwd ?? '/',
  });
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr!.on('data', (chunk) => (stderr += String(chunk)));
  const closed = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  return { child, closed, stdout: () => stdout, stderr: () => stderr };
}

/** Runs it until it ends by itself. */
export async function runCollector(command: readonly string[], args: readonly string[]): Promise<Finished> {
  const { closed, stdout, stderr } = launch(command, args, {});
  return { code: await closed, stdout: stdout(), stderr: stderr() };
}

/** @throws when it ends before it has printed its address */
export async function startCollector(
  command: readonly string[],
  args: readonly string[],
  options: { readonly uid?: number; readonly cwd?: string } = {}
): Promise<RunningCollector> {
  const { child, closed, stdout, stderr } = launch(command, ['--listen', '127.0.0.1:0', ...args], options);
  let ended = false;
  void closed.then(() => (ended = true));
  const url = await until(async () => {
    if (ended) throw new Error(`The collector ended: ${stderr()}`);
    return /http:\/\/[^/\s]+/.exec(stdout())?.[0];
  });
  await until(async () => (await fetch(`${url}/-/ready`)).ok || undefined);
  return {
    url,
    pid: child.pid!,
    stdout,
    stderr,
    stop() {
      child.kill('SIGTERM');
      return closed;
    },
  };
}

/** Polls until there is an answer; the limit only ends a test that hangs. */
export async function until<T>(ask: () => Promise<T | undefined>, limitMs = 60_000): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`No answer within ${limitMs} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Values of one metric by its labels, as text. */
export async function scrape(url: string, name: string): Promise<Map<string, number>> {
  return valuesOf(await (await fetch(`${url}/metrics`)).text(), name);
}

export function valuesOf(metrics: string, name: string): Map<string, number> {
  const lines = [...metrics.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm'))];
  return new Map(lines.map(([, labels, value]) => [labels ?? '', value === '+Inf' ? Infinity : Number(value)]));
}
