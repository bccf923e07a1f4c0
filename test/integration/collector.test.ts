/** The collector as a real process over the real /proc: from source, compiled, without rights, and badly called. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCollectorSource } from '../../src/adapters/snapshot-api/client';
import {
  BUN,
  FROM_SOURCE,
  ROOT,
  type RunningCollector,
  runCollector,
  scrape,
  startCollector,
  until,
  valuesOf,
} from './collector-process';

const ALL = Number.MAX_SAFE_INTEGER;
let directory: string;
let compiled: string;

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'plateau-collector-'));
  chmodSync(directory, 0o755);
  compiled = path.join(directory, 'plateau');
  execFileSync(BUN, ['build', '--compile', path.join(ROOT, 'src/cli/main.ts'), '--outfile', compiled], {
    cwd: directory,
  });
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A process with 3 MiB that its name tells apart; grows by 64 MiB when it gets a line. */
function spawnGrower(name: string): ChildProcess {
  const link = path.join(directory, name);
  execFileSync('ln', ['-sf', process.execPath, link]);
  return spawn(link, ['-e', 'const kept = []; process.stdin.on("data", () => kept.push(Buffer.alloc(64 << 20, 1)))'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
}

async function followed(collector: RunningCollector, pid: number): Promise<string> {
  const source = createCollectorSource({ url: collector.url, timeoutMs: 10_000 });
  return until(async () => (await source.processes(0, ALL)).find((one) => one.pid === pid)?.process);
}

describe.each([
  ['from source', () => FROM_SOURCE],
  ['compiled', () => [compiled]],
])('%s', (kind, command) => {
  test('follows a process that grows, exact to the byte, and survives a restart', async () => {
    const data = path.join(directory, kind.replace(' ', '-'), 'layouts.sqlite');
    const grower = spawnGrower('grower');
    try {
      const first = await startCollector(command(), ['--data', data, '--interval', '200ms']);
      expect(first.stdout()).toContain(`layouts in ${data}`);
      const label = await followed(first, grower.pid!);
      const source = createCollectorSource({ url: first.url, timeoutMs: 10_000 });
      const before = (await source.snapshot(label, { atMs: Date.now() }))!;
      grower.stdin!.write('grow\n');
      const after = await until(async () => {
        const now = (await source.snapshot(label, { atMs: Date.now() }))!;
        return now.layout.virtualBytes >= before.layout.virtualBytes + (64 << 20) ? now : undefined;
      });
      expect(after.id).not.toBe(before.id);
      expect(after.layout.ranges.reduce((sum, { size }) => sum + size, 0)).toBe(after.layout.virtualBytes);

      const metrics = await (await fetch(`${first.url}/metrics`)).text();
      const sums = new Map<string, number>();
      for (const [labels, value] of valuesOf(metrics, 'plateau_process_address_space_bytes')) {
        const process = labels.replace(/,category=.*$/, '');
        sums.set(process, (sums.get(process) ?? 0) + value);
      }
      expect(sums.size).toBeGreaterThan(1);
      expect(sums).toEqual(valuesOf(metrics, 'plateau_process_virtual_memory_bytes'));
      expect(await first.stop()).toBe(0);
      expect(first.stderr()).toBe('');
      expect((statSync(data).mode & 0o777).toString(8)).toBe('600');

      const second = await startCollector(command(), ['--data', data, '--interval', '200ms']);
      expect(await followed(second, grower.pid!)).toBe(label);
      const again = createCollectorSource({ url: second.url, timeoutMs: 10_000 });
      const stored = await again.snapshot(label, { id: before.id });
      expect(stored!.layout.virtualBytes).toBe(before.layout.virtualBytes);
      const { items } = await again.layouts(label, 0, ALL, 'regions');
      for (const [index, { fromMs, toMs, startMs }] of items.entries()) {
        expect(fromMs).toBeLessThanOrEqual(toMs);
        expect(startMs).toBe(items[0]!.startMs);
        if (index > 0) expect(fromMs).toBeGreaterThanOrEqual(items[index - 1]!.toMs);
      }
      expect(await second.stop()).toBe(0);
    } finally {
      grower.kill('SIGKILL');
    }
  });

  test('says in one line what is wrong, and ends with 2', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const cases: ReadonlyArray<readonly [readonly string[], string]> = [
      [['--listen', `127.0.0.1:${port}`, '--data', ':memory:'], `Port ${port} on 127.0.0.1 is taken`],
      [['--listen', '0.0.0.0:0', '--data', ':memory:'], '--token-file'],
      [
        ['--listen', '192.0.2.1:0', '--token-file', writeToken(), '--data', ':memory:'],
        'is not an address of this host',
      ],
      [['--config', '/no/such.yaml'], '/no/such.yaml cannot be read'],
      [['--interval', 'soon'], 'interval'],
      [
        ['--data', '/proc/nowhere/layouts.sqlite', '--listen', '127.0.0.1:0'],
        '/proc/nowhere/layouts.sqlite cannot be opened',
      ],
      [['--listne', 'x'], '--listen'],
    ];
    for (const [args, text] of cases) {
      const { code, stdout, stderr } = await runCollector(command(), args);
      expect([args, code, stdout]).toEqual([args, 2, '']);
      expect(stderr).toContain(text);
      expect(stderr.trimEnd().split('\n').length).toBe(1);
    }
    await new Promise((resolve) => taken.close(resolve));
  });
});

/** fetch does not let its caller choose the Host header. */
function statusFor(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(`${url}/metrics`, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}

function writeToken(): string {
  const file = path.join(directory, 'token');
  writeFileSync(file, 'a-token-of-the-test\n');
  return file;
}

test('over HTTP: HEAD, gzip, OpenMetrics, the token, and a Host that is not ours', async () => {
  const collector = await startCollector([compiled], ['--data', ':memory:', '--token-file', writeToken()]);
  try {
    const head = await fetch(`${collector.url}/metrics`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const metrics = await fetch(`${collector.url}/metrics`, { headers: { accept: 'application/openmetrics-text' } });
    expect(metrics.headers.get('content-encoding')).toBe('gzip');
    expect((await metrics.text()).endsWith('# EOF\n')).toBe(true);
    expect((await fetch(`${collector.url}/api/v1/processes`)).status).toBe(401);
    const wrong = createCollectorSource({ url: collector.url, token: 'wrong', timeoutMs: 10_000 });
    await expect(wrong.processes(0, ALL)).rejects.toMatchObject({ kind: 'denied' });
    const right = createCollectorSource({ url: collector.url, token: 'a-token-of-the-test', timeoutMs: 10_000 });
    expect((await right.processes(0, ALL)).length).toBeGreaterThan(0);
    expect(await statusFor(collector.url, 'evil.example')).toBe(421);
  } finally {
    await collector.stop();
  }
});

test.skipIf(process.getuid?.() !== 0)(
  'without rights: sizes and bounds of foreign processes, and the denials counted',
  async () => {
    const grower = spawnGrower('foreign');
    const collector = await startCollector([compiled], ['--data', ':memory:', '--include', 'foreign|plateau'], {
      uid: 65_534,
    });
    try {
      const label = await followed(collector, grower.pid!);
      const source = createCollectorSource({ url: collector.url, timeoutMs: 10_000 });
      const one = (await source.processes(0, ALL)).find(({ process }) => process === label)!;
      expect(one.evidence).toBe('bounds');
      const { layout } = (await source.snapshot(label, { atMs: Date.now() }))!;
      expect(layout.ranges.reduce((sum, { size }) => sum + size, 0)).toBe(layout.virtualBytes);
      expect(layout.ranges.every(({ region }) => region.startsWith('bounds.'))).toBe(true);
      expect((await scrape(collector.url, 'plateau_collector_errors_total')).get('reason="denied"')).toBeGreaterThan(0);
      const own = (await source.processes(0, ALL)).find(({ pid }) => pid === collector.pid);
      expect(own?.evidence).toBe('snapshot');
    } finally {
      await collector.stop();
      grower.kill('SIGKILL');
    }
  }
);

test('resident memory by category when asked for', async () => {
  const grower = spawnGrower('resident');
  grower.stdin!.write('grow\n');
  const collector = await startCollector([compiled], ['--data', ':memory:', '--smaps', '--include', '^resident']);
  try {
    await followed(collector, grower.pid!);
    const resident = await until(async () => {
      const found = await scrape(collector.url, 'plateau_process_resident_memory_bytes');
      return found.size > 0 ? found : undefined;
    });
    expect(resident.size).toBe(11);
    const sum = [...resident.values()].reduce((a, b) => a + b, 0);
    expect(sum).toBeGreaterThan(20 << 20);
  } finally {
    await collector.stop();
    grower.kill('SIGKILL');
  }
});
