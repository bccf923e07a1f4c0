/**
 * `limits` against reality: each program is captured when it is ready, and then started again under limits around the
 * edges that are predicted for it. A limit that is said to be safe must be.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { PROGRAMS, type Point, experiment, findExecutable, forecastFor } from './limits-experiment';

const scratch = mkdtempSync(join(tmpdir(), 'plateau-limits-'));
const points: Point[] = [];
const isRight = ({ verdict, ran }: Point): boolean => (verdict === 'runs') === ran;
const isDecided = ({ verdict }: Point): boolean => verdict !== 'unknown';

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('a program under the limits around its edges', () => {
  for (const { name, needs, build } of PROGRAMS) {
    const missing = [...needs, 'prlimit'].filter((one) => findExecutable(one) === null);
    const title = missing.length === 0 ? name : `${name} (missing: ${missing.join(', ')})`;
    // In CI all of them are there, and a missing one is an error.
    test.skipIf(missing.length > 0 && process.env['CI'] !== 'true')(title, async () => {
      const command = build(scratch);
      const found = await experiment(command, await forecastFor(command, 'as'), scratch);
      points.push(...found);
      expect(found.filter((point) => point.verdict === 'runs' && !point.ran)).toEqual([]);
      expect(found.some((point) => point.verdict === 'runs')).toBe(true);
      expect(found.some((point) => point.verdict === 'fails')).toBe(true);
    });
  }

  test('97 % of what is decided is right', () => {
    const decided = points.filter(isDecided);
    expect(decided.filter(isRight).length).toBeGreaterThanOrEqual(0.97 * decided.length);
  });
});

test.skipIf(findExecutable('go') === null && process.env['CI'] !== 'true')('RLIMIT_DATA of a Go program', async () => {
  const command = PROGRAMS.find(({ name }) => name === 'Go hello')!.build(scratch);
  const found = await experiment(command, await forecastFor(command, 'data'), scratch);
  expect(found.filter(isDecided).filter((point) => !isRight(point))).toEqual([]);
});

describe('plateau limits', () => {
  const BUN = resolve('node_modules/.bin/bun');
  const hello = join(scratch, 'hello');
  const limits = (...args: string[]) => {
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], LANG: 'C.UTF-8' };
    return spawnSync(BUN, [resolve('src/cli/main.ts'), 'limits', ...args], { encoding: 'utf8', env });
  };

  test('the document of the contract, and exit code 1 for a limit that fails', () => {
    cpSync('test/corpus/go-1.24.9-hello-cgo1', join(scratch, 'cgo'), { recursive: true });
    cpSync('test/corpus/go-1.26-hello-cgo0', hello, { recursive: true });
    const fails = limits('--json', '--as', '1150MiB', hello);
    expect([fails.status, fails.stderr]).toEqual([1, '']);
    const document = JSON.parse(fails.stdout) as Record<string, unknown>;
    expect(Object.keys(document).slice(0, 6)).toEqual(['schema', 'limit', 'bytes', 'verdict', 'why', 'safe']);
    expect(document).toMatchObject({ schema: 1, limit: 'as', bytes: 1150 * 1024 ** 2, verdict: 'fails' });
    const safe = document['safe'] as Array<{ fromBytes: number; toBytes: number | null }>;
    expect(safe).toHaveLength(2);
    expect(safe[1]!.toBytes).toBeNull();
    expect(document['nearestBelow']).toBe(safe[0]!.toBytes! - 1);
    expect(document['nearestAbove']).toBe(safe[1]!.fromBytes);

    const runs = limits('--json', '--as', '800000000', '--data', '64M', hello);
    expect(runs.status).toBe(0);
    expect(JSON.parse(runs.stdout)).toMatchObject({
      verdict: 'runs',
      also: [{ schema: 1, limit: 'data', verdict: 'runs', bytes: 64 * 1024 ** 2 }],
    });
  });

  test('says the verdict first, and the nearest safe values', () => {
    const { stdout, status } = limits('--as', '1150M', hello);
    expect(status).toBe(1);
    const lines = stdout.split('\n');
    expect(lines[2]).toBe('× fails under RLIMIT_AS 1,205,862,400 B (1.12 GiB)');
    expect(stdout).toMatch(/safe below +1,152,6\d\d,\d\d\d B/);
    expect(stdout).toMatch(/safe above +1,256,\d\d\d,\d\d\d B/);
    expect(stdout).toMatch(/better limit +RLIMIT_DATA/);
  });

  test('without a limit: those of a living process, exit code 0', () => {
    const { stdout, status } = limits(String(process.pid));
    expect(status).toBe(0);
    expect(stdout).toMatch(/RLIMIT_AS/);
    expect(stdout).toMatch(/RLIMIT_DATA/);
  });

  test.each([
    [['--as', 'lots', 'x'], /--as is 'lots', which is no size/],
    [[], /needs a TARGET/],
    [['a', 'b'], /unexpected argument 'b'/],
    [['/nowhere'], /no such directory/],
  ])('bad usage is one line: %j', (args, text) => {
    const { status, stderr, stdout } = limits(...args);
    expect([status, stdout, stderr.split('\n').length]).toEqual([2, '', 2]);
    expect(stderr).toMatch(text);
  });
});
