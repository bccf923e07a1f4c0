/** `npm start` as a real process: what it prints, and how it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

export const ROOT = path.resolve(__dirname, '../..');
const BUN = path.join(ROOT, 'node_modules/.bin/bun');

export interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly closed: Promise<number | null>;
  /** Resolves with the first match in what it prints; rejects when it ends without. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
}

export function start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(BUN, [path.join(ROOT, 'scripts/start.ts'), ...args], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const closed = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  const printed: Started['printed'] = (pattern) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(output);
        if (found) resolve(found);
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      void closed.then((code) => {
        look();
        reject(new Error(`npm start ended with ${code} before it printed ${pattern}:\n${output}`));
      });
      look();
    });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { child, output: () => output, closed, printed };
}

/** Pids whose parent is `pid`, by the kernel's own list. */
export async function childrenOf(pid: number): Promise<number[]> {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.trim().split(' ').filter(Boolean).map(Number);
}
