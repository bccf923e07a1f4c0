import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = path.resolve(__dirname, '../..');
const BUN = path.join(ROOT, 'node_modules/.bin/bun');
const MAIN = path.join(ROOT, 'src/cli/main.ts');
const scratch = mkdtempSync(path.join(tmpdir(), 'plateau-record-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const environment = { ...process.env, COLUMNS: '100', NO_COLOR: '1', LC_ALL: 'C.UTF-8' };

interface Document {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly samples: number;
  readonly peak: {
    virtualBytes: number;
    kernelPeakBytes: number;
    missedBytes: number;
    categories: Record<string, number>;
  };
  readonly plateaus: Array<{
    levelBytes: number;
    stepBytes: number;
    why: string;
    causes: Array<{ bytes: number; region: string }>;
  }>;
  readonly layouts: Array<{ virtualBytes: number; categories: Record<string, number> }>;
  readonly processes: unknown[];
  readonly notices: string[];
}

function plateau(args: readonly string[], input = '') {
  return spawnSync(BUN, [MAIN, ...args], { encoding: 'utf8', env: environment, input });
}

function recorded(command: readonly string[], ...options: string[]): { document: Document; stdout: string } {
  const { stdout } = plateau(['record', '--json', ...options, '--', ...command]);
  const lines = stdout.trimEnd().split('\n');
  return { document: JSON.parse(lines[lines.length - 1]!) as Document, stdout };
}

/** Holds a level for a second, takes 256 MiB, holds that. Printing starts threads, whose arenas come in the same step. */
const STEPS = `const hold = (ms) => new Promise((done) => setTimeout(done, ms));
(async () => { await hold(1000); let b = Buffer.alloc(256 * 1024 * 1024); await hold(1500); console.log(b.length); })();`;

describe('plateau record', () => {
  it('passes output, input and exit code of the command through', () => {
    const done = plateau(['record', '--', 'sh', '-c', 'read line; echo "out $line"; echo err >&2; exit 3'], 'hello\n');
    expect(done.stdout).toBe('out hello\n');
    expect(done.stderr).toContain('err\n');
    expect(done.stderr).toContain('exit 3');
    expect(done.status).toBe(3);
  });

  it('sees a program that lives for a few milliseconds, and every layout sums to its size', () => {
    const { document } = recorded(['sh', '-c', 'i=0; while [ $i -lt 3000 ]; do i=$((i+1)); done']);
    expect(document.samples).toBeGreaterThan(0);
    expect(document.peak.virtualBytes).toBeGreaterThan(0);
    expect(document.peak.kernelPeakBytes).toBe(document.peak.virtualBytes + document.peak.missedBytes);
    for (const { virtualBytes, categories } of document.layouts) {
      expect(Object.values(categories).reduce((a, b) => a + b, 0)).toBe(virtualBytes);
    }
  });

  it('finds a step of 256 MiB, its cause, and keeps a recording that other commands read', () => {
    const out = path.join(scratch, 'steps');
    const { document, stdout } = recorded([process.execPath, '-e', STEPS], '--out', out);
    expect(stdout.startsWith('268435456\n')).toBe(true);
    const isBlock = ({ region, bytes }: { region: string; bytes: number }): boolean =>
      region === 'glibc.mmap-chunk' && Math.abs(bytes - 256 * 1024 * 1024) < 2 * 1024 * 1024;
    const step = document.plateaus.find(({ causes }) => causes.some(isBlock));
    expect(step, JSON.stringify(document.plateaus)).toBeDefined();
    expect(step!.why).toContain('malloc or mmap');

    const explained = JSON.parse(plateau(['explain', '--json', out]).stdout) as { virtualBytes: number };
    expect(explained.virtualBytes).toBe(document.peak.virtualBytes);
    const layouts = readdirSync(path.join(out, 'layouts'));
    expect(layouts.length).toBeGreaterThanOrEqual(2);
    const diff = plateau(['diff', ...layouts.slice(0, 2).map((name) => path.join(out, 'layouts', name))]);
    expect(diff.status).toBe(0);
    expect(existsSync(path.join(out, 'plateau.db'))).toBe(true);
    const saved = JSON.parse(readFileSync(path.join(out, 'recording.json'), 'utf8')) as Document;
    expect(saved.peak).toEqual(document.peak);
  });

  it('adds up the command and its children with --children, and says so without', () => {
    const script = 'sleep 0.4 & sleep 0.4 & wait';
    const { document } = recorded(['sh', '-c', script], '--children');
    expect(document.processes).toHaveLength(3);
    expect(document.peak.virtualBytes).toBeGreaterThan(2 * 1024 * 1024);
  });

  it('draws the report on stderr within the width of the terminal', () => {
    const { stderr, stdout } = plateau(['record', '--', 'sh', '-c', 'sleep 0.3']);
    expect(stdout).toBe('');
    expect(stderr).toContain('plateau record  sh -c sleep 0.3');
    expect(stderr).toMatch(/Peak [\d,]+ B/);
    expect(Math.max(...stderr.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('gives 128 and the number of the signal that ended the command', () => {
    const done = plateau(['record', '--', 'sh', '-c', 'kill -KILL $$']);
    expect(done.status).toBe(137);
    expect(done.stderr).toContain('ended by SIGKILL');
  });

  it('hands a SIGTERM that it gets on to the command and reports all the same', async () => {
    const child = spawn(
      BUN,
      [MAIN, 'record', '--', 'sh', '-c', 'trap "echo caught; exit 5" TERM; echo ready; while :; do sleep 0.05; done'],
      {
        env: environment,
        stdio: ['ignore', 'pipe', 'pipe'],
      }
    );
    let stdout = '';
    let stderr = '';
    let sent = false;
    child.stdout.on('data', (data: Buffer) => {
      stdout += data.toString();
      if (stdout.includes('ready') && !sent) sent = child.kill('SIGTERM');
    });
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(5);
    expect(stdout).toContain('caught');
    expect(stderr).toContain('exit 5');
  });

  it('says that a command that forked and ended left a process behind', () => {
    const { document } = recorded(['sh', '-c', 'sleep 3 > /dev/null 2>&1 & exit 0']);
    expect(document.notices.join()).toContain('left processes behind');
  });

  const plain = path.join(scratch, 'plain.txt');
  writeFileSync(plain, 'x');
  it.each([
    [['record'], 'needs a command after --'],
    [['record', '--', 'no-such-command-here'], 'no such command'],
    [['record', '--', scratch], 'is a directory'],
    [['record', '--', plain], 'is not executable'],
    [['record', '--interval', 'fast', '--', 'true'], '--interval must be a time'],
    [['record', '--out', plain, '--', 'true'], 'is not a directory'],
    [['record', '--out', scratch, '--', 'true'], 'is not empty'],
    [['record', '--out', '/proc/nothing/here', '--', 'true'], 'cannot be made (ENOENT)'],
  ])('says what is wrong with %j', (args, message) => {
    const done = plateau(args);
    expect(done.status).toBe(2);
    expect(done.stderr).toContain(message);
    expect(done.stderr.trim().split('\n')).toHaveLength(1);
  });
});
