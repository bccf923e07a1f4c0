/** The command as users run it: a real process with real pipes, exit codes and file descriptors. */
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const BUN = resolve('node_modules/.bin/bun');
const MAIN = resolve('src/cli/main.ts');
const CASE = resolve('test/proc-root/28386');
const scratch = mkdtempSync(join(tmpdir(), 'plateau-cli-'));

function plateau(args: readonly string[], options: { readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {}) {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], LANG: 'C.UTF-8', ...options.env };
  const { input = '' } = options;
  return spawnSync(BUN, [MAIN, ...args], { encoding: 'utf8', env, input }) as SpawnSyncReturns<string>;
}

function directory(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(scratch, name);
  mkdirSync(path, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

beforeAll(() => {
  cpSync(CASE, join(scratch, 'hello'), { recursive: true, verbatimSymlinks: true });
  rmSync(join(scratch, 'hello/exe'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('explain --json', () => {
  test('is the contract document, one a line, in the order of the targets', () => {
    const maps = readFileSync(join(CASE, 'maps'), 'utf8');
    const { stdout, stderr, status } = plateau(['explain', '--json', join(scratch, 'hello'), '-'], { input: maps });
    expect([stderr, status]).toEqual(['', 0]);
    const documents = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(documents.map((document) => document['virtualBytes'])).toEqual([719851520, 719851520]);
    expect(documents[0]).toMatchObject({ schema: 1, process: { pid: 28386, comm: 'hello' } });
    expect(Object.keys(documents[0]!)).toEqual([
      'schema',
      'process',
      'virtualBytes',
      'categories',
      'regions',
      'ranges',
      'findings',
      'notices',
    ]);
    expect(Object.keys(documents[0]!['categories'] as object)).toHaveLength(11);
    const ranges = documents[0]!['ranges'] as Array<{ start: string; end: string }>;
    expect(ranges.reduce((sum, { start, end }) => sum + parseInt(end, 16) - parseInt(start, 16), 0)).toBe(719851520);
  });

  test('answers what it can and ends with 2 when one target cannot be read', () => {
    const broken = directory('broken', { maps: '00400000-00401000 r-xp 00000000 00:00 0 \n7f12-\n' });
    const { stdout, stderr, status } = plateau(['explain', '--json', broken, join(scratch, 'hello')]);
    expect(status).toBe(2);
    expect(stderr).toBe(
      `plateau explain: ${broken}/maps: line 2 is not a mapping: '7f12-'. It is cut off or damaged: copy /proc/PID/maps again.\n`
    );
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  });

  test('of a live process adds up', async () => {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    try {
      const { stdout, status } = plateau(['explain', '--json', String(child.pid)]);
      const document = JSON.parse(stdout) as {
        virtualBytes: number;
        categories: Record<string, number>;
        notices: string[];
      };
      expect(status).toBe(0);
      expect(document.notices).toEqual([]);
      expect(Object.values(document.categories).reduce((sum, bytes) => sum + bytes, 0)).toBe(document.virtualBytes);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('bad input is one line and exit code 2', () => {
  test.each([
    [
      'an empty directory',
      () => [directory('empty', {})],
      /empty\/maps: no such file\. A directory needs at least a copy of/,
    ],
    ['no directory', () => [join(scratch, 'none')], /none: no such directory\. A target is a pid, a directory, or -/],
    ['a plain file', () => [join(scratch, 'hello/maps')], /maps: is not a directory\./],
    [
      'an empty maps',
      () => [directory('blank', { maps: '' })],
      /blank\/maps: line 1 should be a mapping, but the file is empty/,
    ],
    [
      'smaps in the place of maps',
      () => [directory('smaps', { maps: '00400000-00401000 r-xp 00000000 00:00 0 \nSize:                616 kB\n' })],
      /line 2 is not a mapping: 'Size: +616 kB'\. This is smaps: maps is needed/,
    ],
    [
      'another text',
      () => [directory('text', { maps: 'hello\n' })],
      /line 1 is not a mapping: 'hello'\. Expected are lines as in \/proc\/PID\/maps\./,
    ],
    ['a kernel thread', () => ['2'], /\/proc\/2\/(maps: is empty|maps: not permitted|stat: no process)/],
    ['a pid that is not there', () => ['4194399'], /\/proc\/4194399\/stat: no process 4194399\./],
    ['empty stdin', () => ['-'], /stdin: is empty\. Expected the text of \/proc\/PID\/maps\./],
  ])('%s', (_, targets, message) => {
    const { stdout, stderr, status } = plateau(['explain', ...targets()]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test.each([
    [['explian'], "plateau: unknown command 'explian', did you mean 'explain'? See: plateau help\n"],
    [['explain'], 'plateau explain: needs a TARGET: a pid, a directory, or -. See: plateau help explain\n'],
    [
      ['explain', '--jsn', '1'],
      'plateau explain: unknown option --jsn, did you mean --json? See: plateau help explain\n',
    ],
    [
      ['explain', '--by', 'size', '1'],
      "plateau explain: --by must be category, region or mapping, not 'size'. See: plateau help explain\n",
    ],
    [['diff', 'a'], 'plateau diff: needs two targets, A and B. See: plateau help diff\n'],
  ])('%j', (args, message) => {
    const { stdout, stderr, status } = plateau(args);
    expect([status, stdout, stderr]).toEqual([2, '', message]);
  });

  test('a process that may not be read', () => {
    const asRoot = process.getuid?.() === 0;
    // As root another user asks for this process; else this user asks for that of root.
    const pid = asRoot ? process.pid : 1;
    const nobody = asRoot ? { uid: 65534, gid: 65534 } : {};
    const { stderr, status } = spawnSync(BUN, [MAIN, 'explain', String(pid)], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: scratch, BUN_RUNTIME_TRANSPILER_CACHE_PATH: '0' },
      ...nobody,
    });
    expect(stderr).toBe(
      `plateau explain: /proc/${pid}/maps: not permitted to read the mappings of process ${pid}. Needs the same user or CAP_SYS_PTRACE.\n`
    );
    expect(status).toBe(2);
  });
});

describe('text', () => {
  test('fits COLUMNS, has no colour in a pipe, and follows the locale', () => {
    const hello = join(scratch, 'hello');
    const wide = plateau(['explain', hello], { env: { COLUMNS: '110', TERM: 'xterm-256color' } });
    expect(wide.stdout).toContain('= VmSize, difference 0 B');
    expect(wide.stdout).not.toContain('\u001b');
    expect(Math.max(...wide.stdout.split('\n').map((line) => line.length))).toBe(110);
    const ascii = plateau(['explain', hello], { env: { LANG: 'C' } });
    expect(ascii.stdout).toMatch(/^[\n -~]*$/);
  });

  test.each([40, 60, 80, 120])('of every command fits %i columns', (columns) => {
    const series = join(
      directory('series', { 'vsz.tsv': 'time_ms\tbytes\n0\t5000000\n1000\t5000000\n2000\t9000000\n' }),
      'vsz.tsv'
    );
    const hello = join(scratch, 'hello');
    for (const args of [
      ['explain', '--by', 'mapping', hello],
      ['explain', '--by', 'region', hello],
      ['diff', hello, hello],
      ['plateaus', series],
      ['massif', resolve('test/fixtures/massif/go-1.15-pages.out')],
      ['record', '--', 'sleep', '0.05'],
    ]) {
      const { stdout, stderr } = plateau(args, { env: { COLUMNS: String(columns) } });
      const wide = `${stdout}${stderr}`.split('\n').filter((line) => line.length > columns);
      expect([args[0], wide]).toEqual([args[0], []]);
    }
  });

  test('of mappings in a pipe is not cut', () => {
    const { stdout } = plateau(['explain', '--by', 'mapping', join(scratch, 'hello')]);
    const rows = stdout.split('\n').filter((line) => /^ *[0-9a-f]+ {2}[rwxsp-]{4} /.test(line));
    expect(rows.length).toBeGreaterThan(20);
    expect(rows[0]).toMatch(/\/srv\/d075\/hello$/);
  });

  test('of several targets is one picture after the other', () => {
    const { stdout } = plateau(['explain', '--by', 'region', join(scratch, 'hello'), join(scratch, 'hello')]);
    expect(stdout.match(/^hello \(pid 28386\)/gm)).toHaveLength(2);
  });

  test('that cannot be written is told in one line', () => {
    const { stderr, status } = spawnSync('sh', ['-c', `"${BUN}" "${MAIN}" version > /dev/full`], { encoding: 'utf8' });
    expect(stderr).toBe('plateau: the answer could not be written (ENOSPC). Is there room where the output goes?\n');
    expect(status).toBe(2);
  });

  test('a reader that stops reading is no error', () => {
    const command = `"${BUN}" "${MAIN}" explain --json ${`"${join(scratch, 'hello')}" `.repeat(40)} | head -c 10`;
    const { stdout, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
    expect([stdout, stderr]).toEqual(['{"schema":', '']);
  });
});

describe('diff', () => {
  test('of a process with itself is nothing', () => {
    const { stdout, status } = plateau(['diff', '--json', join(scratch, 'hello'), join(scratch, 'hello')]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 1, changeBytes: 0, text: 'VSZ is the same and nothing moved.' });
  });

  test('takes a stored layout, and names what is wrong with another JSON file', () => {
    const range = {
      gap: 0,
      size: 4096,
      permissions: 'rw-p',
      category: 'heap',
      region: 'a.b',
      confidence: 'guess',
      why: '.',
    };
    const layout = {
      schema: 1,
      comm: 'x',
      virtualBytes: 4096,
      mappings: 1,
      runtimes: [],
      threads: null,
      maxMapCount: null,
      residentBytes: null,
      peakBytes: null,
      ranges: [{ ...range, name: '', mapping: 0, resident: null }],
    };
    const files = directory('stored', {
      'good.json': JSON.stringify(layout),
      'bad.json': '{"schema":2}',
      'no.json': '{',
    });
    const good = plateau(['diff', '--json', join(files, 'good.json'), join(scratch, 'hello')]);
    expect(JSON.parse(good.stdout)).toMatchObject({ beforeBytes: 4096, afterBytes: 719851520 });
    const bad = plateau(['diff', join(files, 'bad.json'), join(scratch, 'hello')]);
    expect([bad.status, bad.stderr]).toEqual([
      2,
      expect.stringMatching(/bad\.json: is not a stored layout \(schema: /),
    ]);
    const none = plateau(['diff', join(files, 'no.json'), join(scratch, 'hello')]);
    expect([none.status, none.stderr]).toEqual([2, expect.stringMatching(/no\.json: is not a readable JSON file/)]);
  });
});

describe('help', () => {
  test.each([[['help']], [['--help']], [['-h']]])('%j lists the commands', (args) => {
    const { stdout, status } = plateau(args);
    expect(status).toBe(0);
    for (const name of ['explain', 'diff', 'version']) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  test.each([[['help', 'explain']], [['explain', '--help']], [['explain', '-h', '1']]])('%j explains one', (args) => {
    const { stdout, status } = plateau(args);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^plateau explain: .*\n\nusage: plateau explain /);
  });

  test('no command at all is bad usage', () => {
    const { stdout, stderr, status } = plateau([]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('usage: plateau COMMAND');
  });

  test('version names runtime and platform', () => {
    expect(plateau(['version']).stdout).toMatch(/^plateau \d+\.\d+\.\d+, Bun [\d.]+, linux-\w+\n$/);
    expect(plateau(['--version']).stdout).toBe(plateau(['version']).stdout);
  });
});
