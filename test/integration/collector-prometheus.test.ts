/** A real Prometheus scrapes the collector: both agree, ids to the last bit. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createCollectorSource } from '../../src/adapters/snapshot-api/client';
import { FROM_SOURCE, startCollector, until } from './collector-process';

const PROMETHEUS = 'prometheus';
const installed = spawnSync(PROMETHEUS, ['--version']).status === 0 || process.env['CI'] === 'true';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface Vector {
  readonly data: {
    readonly result: ReadonlyArray<{ readonly metric: Record<string, string>; readonly value: [number, string] }>;
  };
}

test.skipIf(!installed)('scraped by a real Prometheus (prometheus)', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plateau-scrape-'));
  const steady = spawn('sleep', ['600'], { stdio: 'ignore' });
  const collector = await startCollector(FROM_SOURCE, ['--data', ':memory:', '--include', '^sleep']);
  const port = await freePort();
  const target = new URL(collector.url).host;
  const config = path.join(directory, 'prometheus.yml');
  writeFileSync(
    config,
    `scrape_configs: [{ job_name: plateau, scrape_interval: 1s, static_configs: [{ targets: ['${target}'] }] }]\n`
  );
  const prometheus = spawn(
    PROMETHEUS,
    [`--config.file=${config}`, `--storage.tsdb.path=${directory}/data`, `--web.listen-address=127.0.0.1:${port}`],
    { stdio: 'ignore' }
  );
  const ask = async (query: string): Promise<Vector['data']['result']> => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`).catch(
      () => null
    );
    return answer?.ok ? ((await answer.json()) as Vector).data.result : [];
  };
  try {
    const source = createCollectorSource({ url: collector.url, timeoutMs: 10_000 });
    const { process: label } = await until(async () =>
      (await source.processes(0, Number.MAX_SAFE_INTEGER)).find(({ pid }) => pid === steady.pid)
    );
    const of = (metric: string): string => `${metric}{process="${label}"}`;
    const [id] = await until(async () => {
      const found = await ask(of('plateau_process_layout_id'));
      return found.length === 1 ? found : undefined;
    });
    const { items } = await source.layouts(label, 0, Number.MAX_SAFE_INTEGER, 'categories');
    expect(Number(id!.value[1]).toString(16).padStart(13, '0')).toBe(items.at(-1)!.id);
    expect(await ask('up == 1')).toHaveLength(1);
    expect(
      await ask(
        `sum(${of('plateau_process_address_space_bytes')}) != sum(${of('plateau_process_virtual_memory_bytes')})`
      )
    ).toEqual([]);
    expect(await ask(`count(${of('plateau_process_address_space_bytes')}) == 11`)).toHaveLength(1);
  } finally {
    prometheus.kill('SIGKILL');
    steady.kill('SIGKILL');
    await collector.stop();
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
});
