/** The whole way with nothing fake: a real Prometheus that scrapes itself and a real collector, and the backend. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DecodedFrame } from '../../src/adapters/pluginv2/decode-frame';
import type { CallContext, PluginHost } from '../../src/adapters/pluginv2/host/plugin-host';
import { type Workplace, contextOf, framesOf, noticesOf, setUpBackend, stackSums } from './backend-setup';

const ROOT = path.resolve(__dirname, '../..');
const installed = spawnSync('prometheus', ['--version']).status === 0 || process.env.CI === 'true';
const VSZ = 'process_virtual_memory_bytes{job="prometheus"}';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe.skipIf(!installed || process.platform !== 'linux')(
  'with a real Prometheus and a real collector (prometheus)',
  () => {
    let place: Workplace;
    let host: PluginHost;
    let context: CallContext;
    let prometheusUrl: string;
    const children: ChildProcess[] = [];
    let prometheusPid = 0;
    /** The collector's label of our Prometheus: another one may run on this machine. */
    let own = '';

    const run = (command: string, args: string[]): ChildProcess => {
      const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
      children.push(child);
      return child;
    };
    const last = (ms: number) => ({ fromMs: Date.now() - ms, toMs: Date.now() });
    const ask = async (model: Record<string, unknown>, range = last(60_000)): Promise<DecodedFrame[]> =>
      framesOf(
        (await host.queryData(context, [{ refId: 'A', intervalMs: 1000, maxDataPoints: 1000, ...model }], range)).get(
          'A'
        )
      );

    beforeAll(async () => {
      place = await setUpBackend();
      const port = await freePort();
      prometheusUrl = `http://127.0.0.1:${port}`;
      const collector = run(path.join(ROOT, 'node_modules/.bin/bun'), [
        'src/cli/main.ts',
        'collect',
        '--listen',
        '127.0.0.1:0',
        '--data',
        ':memory:',
        '--include',
        'prometheus',
      ]);
      const collectorUrl = await new Promise<string>((resolve, reject) => {
        let text = '';
        const read = (data: Buffer): void => {
          text += data.toString();
          const found = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
          if (found) resolve(found);
        };
        collector.stdout!.on('data', read);
        collector.stderr!.on('data', read);
        collector.on('exit', (code) => reject(new Error(`the collector ended with ${code}: ${text}`)));
      });
      const config = path.join(place.directory, 'prometheus.yml');
      writeFileSync(
        config,
        `global: {scrape_interval: 1s}
scrape_configs:
  - {job_name: prometheus, static_configs: [{targets: ['127.0.0.1:${port}']}]}
  - {job_name: plateau, static_configs: [{targets: ['${collectorUrl.slice('http://'.length)}']}]}
`
      );
      const prometheus = run('prometheus', [
        `--config.file=${config}`,
        `--storage.tsdb.path=${path.join(place.directory, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ]);
      prometheus.stderr!.resume();
      prometheusPid = prometheus.pid!;
      host = await place.start();
      context = contextOf(prometheusUrl, { collectorUrl });
      // Both have looked: the newest sample is one that a layout explains.
      for (;;) {
        const [frame] = await ask({ expr: VSZ }, last(5000)).catch(() => []);
        own = String((frame?.meta?.custom as { readonly process?: unknown } | undefined)?.process ?? '');
        if (frame?.fields.at(-1)?.labels?.evidence === 'snapshot') break;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    });
    afterAll(async () => {
      await Promise.all(
        children.map((child) => {
          const gone = new Promise((resolve) => child.once('close', resolve));
          return child.kill() ? gone : null;
        })
      );
      await place.clean();
    });

    it('is healthy, and names what it found', async () => {
      const health = await host.checkHealth(context);
      expect(health.message).toMatch(/^Prometheus \d+\.\d+\.\S+ answers\. Collector \d+\.\d+\.\d+ answers\.$/);
      expect(health).toMatchObject({
        status: 'OK',
        details: { verboseMessage: expect.stringContaining('process_virtual_memory_bytes') },
      });
    });

    it("explains Prometheus's own VSZ exactly to the byte", async () => {
      // The newest samples are those of a steady state: equal to what the kernel says at the same moment.
      const kernelBytes = (): number =>
        Number(readFileSync(`/proc/${prometheusPid}/statm`, 'utf8').split(' ')[0]) * 4096;
      await expect
        .poll(
          async () => {
            const before = kernelBytes();
            const [frame] = await ask({ expr: VSZ }, last(4000));
            const sums = stackSums(frame!);
            const total = frame!.fields.at(-1)!;
            return {
              evidence: total.labels?.evidence,
              exact: sums.every((sum, i) => sum === total.values[i]),
              kernel: total.values.at(-1) === before && before === kernelBytes(),
            };
          },
          { timeout: 60_000, interval: 500 }
        )
        .toEqual({ evidence: 'snapshot', exact: true, kernel: true });
    });

    it('matches by start time, and knows what the program is made of', async () => {
      const [frame] = await ask({ expr: VSZ }, last(4000));
      expect(frame!.meta).toMatchObject({
        custom: { process: expect.stringMatching(/^prometheus/), matchedBy: 'start' },
      });
      const bytes = (name: string): number =>
        frame!.fields.find((field) => field.name === name)!.values.at(-1) as number;
      // A Go program: more than half a gigabyte reserved, and text of its own.
      expect(bytes('reservation')).toBeGreaterThan(500 * 1024 * 1024);
      expect(bytes('code')).toBeGreaterThan(10 * 1024 * 1024);
    });

    it("explains the collector's own series too, by label", async () => {
      const [frame] = await ask({ expr: `plateau_process_virtual_memory_bytes{process="${own}"}` }, last(4000));
      expect(frame!.meta).toMatchObject({ custom: { process: own, matchedBy: 'label' } });
      expect(stackSums(frame!)).toEqual(frame!.fields.at(-1)!.values);
    });

    it('keeps the sums over the whole start, whatever the evidence is', async () => {
      const [frame] = await ask({ expr: VSZ }, last(120_000));
      expect(stackSums(frame!)).toEqual(frame!.fields.at(-1)!.values);
      const [regions] = await ask({ expr: VSZ, groupBy: 'region' }, last(120_000));
      expect(stackSums(regions!)).toEqual(regions!.fields.at(-1)!.values);
    });

    it('shows the split of the collector, or an estimate, without the collector', async () => {
      context = { settings: { ...context.settings, uid: 'alone', jsonData: {} } };
      const [frame] = await ask({ expr: `plateau_process_virtual_memory_bytes{process="${own}"}` }, last(4000));
      expect(frame!.fields.at(-1)!.labels?.evidence).toBe('snapshot');
      const [estimated] = await ask({ expr: VSZ }, last(4000));
      expect(estimated!.fields.at(-1)!.labels?.evidence).toBe('metrics');
      expect(stackSums(estimated!)).toEqual(estimated!.fields.at(-1)!.values);
      expect(noticesOf(estimated).join()).toContain("Estimated from Go's own metrics");
    });

    it("passes on Prometheus's own words about a wrong query", async () => {
      const answers = await host.queryData(
        context,
        [
          { refId: 'A', expr: 'process_virtual{' },
          { refId: 'B', expr: 'sum(process_virtual_memory_bytes)' },
          { refId: 'C', expr: 'nothing_like_it' },
        ],
        last(4000)
      );
      expect(answers.get('A')).toMatchObject({
        status: 400,
        errorSource: 'downstream',
        error: expect.stringMatching(/^The query has a syntax error at column \d+: /),
      });
      expect(framesOf(answers.get('B'))).toHaveLength(1);
      expect(noticesOf(framesOf(answers.get('C'))[0])).toContain(
        'The expression selects no series in this time range.'
      );
    });
  }
);
