import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = path.resolve(__dirname, '../..');
const FIXTURE = path.join(ROOT, 'test/fixtures/massif/go-1.15-pages.out');
const scratch = mkdtempSync(path.join(tmpdir(), 'plateau-massif-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function massif(...args: string[]) {
  return spawnSync(path.join(ROOT, 'node_modules/.bin/bun'), [path.join(ROOT, 'src/cli/main.ts'), 'massif', ...args], {
    encoding: 'utf8',
    env: { ...process.env, COLUMNS: '100', NO_COLOR: '1', LC_ALL: 'C.UTF-8' },
  });
}

describe('plateau massif', () => {
  it('prints one JSON document whose snapshots sum to the totals of the file', () => {
    const done = massif('--json', FIXTURE);
    expect(done.status).toBe(0);
    const answer = JSON.parse(done.stdout) as {
      schema: number;
      peak: number;
      snapshots: Array<{ totalBytes: number; categories: Record<string, number> }>;
    };
    expect(answer).toMatchObject({ schema: 1, command: './hello', timeUnit: 'i', peak: 9, largest: 30 });
    for (const { totalBytes, categories } of answer.snapshots) {
      expect(Object.values(categories).reduce((a, b) => a + b, 0)).toBe(totalBytes);
      expect(Object.keys(categories)).toHaveLength(11);
    }
  });

  it('draws the curve and explains what massif counts twice', () => {
    const { stdout, status } = massif(FIXTURE);
    expect(status).toBe(0);
    expect(stdout).toContain('Largest: 786,960,384 B (751 MiB).');
    expect(stdout).toContain('go.page-summary');
    expect(stdout).toMatch(/67,108,864 B \(64 MiB\) are counted twice/);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('explains a file up to where it was cut, names the line and exits with 2', () => {
    const cut = path.join(scratch, 'cut.out');
    const text = readFileSync(FIXTURE, 'utf8');
    writeFileSync(cut, text.slice(0, text.indexOf('runtime.(*mheap).grow')));
    const done = massif(cut);
    expect(done.status).toBe(2);
    expect(done.stdout).toContain('snapshots');
    expect(done.stderr).toMatch(/cut\.out: line \d+/);
  });

  it.each([
    [['/nowhere/massif.out'], 'no such file'],
    [[ROOT], 'is a directory'],
    [[path.join(ROOT, 'package.json')], 'is this a massif.out file?'],
    [[], 'needs a FILE'],
  ])('says what is wrong with %j', (args, message) => {
    const done = massif(...args);
    expect(done.status).toBe(2);
    expect(done.stderr).toContain(message);
    expect(done.stderr.trim().split('\n')).toHaveLength(1);
  });

  const valgrind = spawnSync('valgrind', ['--version']).status === 0;
  it.skipIf(!valgrind && process.env['CI'] !== 'true')('reads what this valgrind writes (needs valgrind)', () => {
    const out = path.join(scratch, 'true.out');
    execFileSync('valgrind', ['--tool=massif', '--pages-as-heap=yes', `--massif-out-file=${out}`, '/bin/true'], {
      stdio: 'ignore',
    });
    const answer = JSON.parse(massif('--json', out).stdout) as { command: string; snapshots: unknown[] };
    expect(answer.command).toBe('/bin/true');
    expect(answer.snapshots.length).toBeGreaterThan(5);
  });
});
