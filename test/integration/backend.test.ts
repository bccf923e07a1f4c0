import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PluginHost, pluginContext } from '../../src/adapters/pluginv2/host/plugin-host';
import { toQueryResponse } from '../../src/adapters/pluginv2/host/query-response';
import {
  type FakeServer,
  type Workplace,
  contextOf,
  fakeCollector,
  fakePrometheus,
  framesOf,
  noticesOf,
  serveHttp,
  setUpBackend,
  stackSums,
} from './backend-setup';

const NOW = 1_795_420_800_000;
const RANGE = { fromMs: NOW - 600_000, toMs: NOW };
const VSZ = 'process_virtual_memory_bytes';

let place: Workplace;
let host: PluginHost;
let collector: FakeServer;
let prometheus: FakeServer;
const logs: string[] = [];

beforeAll(async () => {
  place = await setUpBackend();
  collector = await serveHttp(fakeCollector(NOW - 3_600_000, NOW));
  prometheus = await serveHttp(fakePrometheus({ [VSZ]: 12288, process_start_time_seconds: (NOW - 3_600_000) / 1000 }));
  host = await place.start({ onLog: (line) => logs.push(line) });
});
afterAll(async () => {
  await place.clean();
  await collector.close();
  await prometheus.close();
});

const both = () => contextOf(prometheus.url, { collectorUrl: collector.url });
/** A port on which nobody listens. */
async function deadUrl(): Promise<string> {
  const server = await serveHttp(() => undefined);
  await server.close();
  return server.url;
}
const webPage = () =>
  serveHttp((_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Welcome</html>'));

describe('Save & test', () => {
  it('names both servers when all is well', async () => {
    const health = await host.checkHealth(both());
    expect(health).toMatchObject({ status: 'OK', message: 'Prometheus 2.42.0 answers. Collector 9.9.9 answers.' });
    expect(health.details).toMatchObject({
      message: health.message,
      verboseMessage: expect.stringContaining('It knows 1 process'),
    });
  });

  it('says what to do when neither URL is set', async () => {
    expect(await host.checkHealth(contextOf(''))).toMatchObject({
      status: 'ERROR',
      message: 'No URL is set. Enter Prometheus, the collector, or both.',
    });
  });

  it('names the one that is wrong', async () => {
    const page = await webPage();
    const dead = await deadUrl();
    const wrongPage = await host.checkHealth(contextOf(page.url, { collectorUrl: collector.url }, { uid: 'u2' }));
    expect(wrongPage.message).toMatch(/answered with a web page/);
    expect(wrongPage.message).not.toContain('Collector');
    const noCollector = await host.checkHealth(contextOf(prometheus.url, { collectorUrl: dead }, { uid: 'u3' }));
    expect(noCollector).toMatchObject({
      status: 'ERROR',
      message: expect.stringMatching(/collector.*Is it running\?$/),
    });
    await page.close();
  });

  it('says when the token is wrong', async () => {
    const guarded = await serveHttp(fakeCollector(NOW - 1000, NOW, 'secret'));
    const jsonData = { collectorUrl: guarded.url };
    const wrong = await host.checkHealth(
      contextOf('', jsonData, { uid: 'u4', secureJsonData: { collectorToken: 'no' } })
    );
    expect(wrong.message).toContain('refused the token (401)');
    const right = await host.checkHealth(
      contextOf('', jsonData, { uid: 'u4', secureJsonData: { collectorToken: 'secret' } })
    );
    expect(right.status).toBe('OK');
    await guarded.close();
  });

  it('says when the clocks differ', async () => {
    const answer = fakeCollector(NOW - 1000, NOW);
    const late = await serveHttp((request, response) => {
      response.setHeader('date', new Date(Date.now() - 3_600_000).toUTCString());
      answer(request, response);
    });
    const health = await host.checkHealth(contextOf('', { collectorUrl: late.url }, { uid: 'u5' }));
    expect(health).toMatchObject({
      status: 'ERROR',
      message: expect.stringMatching(/clock is (1 h|59 min 59 s) behind/),
    });
    await late.close();
  });
});

describe('queries', () => {
  it('answer wide frames whose categories sum to the samples', async () => {
    const answers = await host.queryData(
      both(),
      [{ refId: 'A', expr: VSZ, intervalMs: 15_000, maxDataPoints: 1000 }],
      RANGE
    );
    const [frame, ...more] = framesOf(answers.get('A'));
    expect(more).toEqual([]);
    expect(frame!.length).toBe(41);
    expect(stackSums(frame!)).toEqual(new Array(41).fill(12288));
    const heap = frame!.fields.find((field) => field.name === 'heap')!;
    expect(heap).toMatchObject({
      labels: { job: 'api', instance: 'h:1', process: 'api-1', category: 'heap', evidence: 'snapshot' },
      config: { unit: 'bytes', displayNameFromDS: 'heap', custom: { stacking: { mode: 'normal' } } },
    });
    expect(frame!.meta).toMatchObject({
      type: 'timeseries-wide',
      preferredVisualisationType: 'graph',
      executedQueryString: expect.stringContaining(VSZ),
      custom: { layoutIds: ['0123456789abc'], evidence: { snapshot: 41, nearby: 0, metrics: 0, bounds: 0 } },
    });
  });

  it('answer every query type', async () => {
    const types = ['attribution', 'plateaus', 'snapshot', 'tree', 'diff', 'findings', 'limits', 'processes'];
    const answers = await host.queryData(
      both(),
      types.map((queryType) => ({ refId: queryType, queryType })),
      RANGE
    );
    for (const type of types) expect(framesOf(answers.get(type))[0]!.fields.length, type).toBeGreaterThan(3);
  });

  it('fail one by one: a bad query never spoils a good one', async () => {
    const dead = contextOf(await deadUrl(), { collectorUrl: collector.url }, { uid: 'u6' });
    const answers = await host.queryData(
      dead,
      [
        { refId: '__proto__', queryType: 'processes' },
        { refId: 'constructor', queryType: 'snapshot' },
        { refId: 'type', queryType: 'nonsense' },
        { refId: 'schema', schema: 99 },
        { refId: 'down', expr: VSZ },
        { refId: 'pattern', process: '/(/' },
      ],
      RANGE
    );
    expect([...answers.keys()].sort()).toEqual(['__proto__', 'constructor', 'down', 'pattern', 'schema', 'type']);
    expect(framesOf(answers.get('__proto__'))[0]!.refId).toBe('__proto__');
    expect(framesOf(answers.get('constructor'))).toHaveLength(1);
    expect(answers.get('type')).toMatchObject({
      status: 400,
      error: expect.stringContaining("'nonsense' is not known"),
    });
    expect(answers.get('schema')).toMatchObject({ status: 400, error: expect.stringContaining('reads schema 1') });
    expect(answers.get('down')).toMatchObject({
      status: 502,
      errorSource: 'downstream',
      error: expect.stringMatching(/Is it running\?$/),
    });
    expect(answers.get('pattern')).toMatchObject({ status: 400, error: expect.stringContaining('cannot be read') });
    expect(toQueryResponse(answers)).toMatchObject({
      status: 207,
      body: { results: { down: { status: 502, errorSource: 'downstream' } } },
    });
  });

  it('answer by the refId of the request, whatever stands in the model', async () => {
    const json = (text: string) => new TextEncoder().encode(text);
    const timeRange = { fromEpochMS: BigInt(RANGE.fromMs), toEpochMS: BigInt(RANGE.toMs) };
    const answers = await host.queryDataRaw({
      pluginContext: pluginContext(both()),
      // Newer Grafana asks for JSON and reads what it gets.
      format: 1,
      queries: [
        { refId: 'A', json: json('{"refId":"Z","queryType":"processes"}'), timeRange },
        { refId: 'B', json: json('{not json'), timeRange },
        { refId: 'C', json: json(`{"queryType":${'['.repeat(50_000)}${']'.repeat(50_000)}}`), timeRange },
        {
          refId: 'D',
          json: json('{"queryType":"processes"}'),
          maxDataPoints: BigInt('9223372036854775807'),
          intervalMS: BigInt(-1),
        },
      ],
    });
    expect(framesOf(answers.get('A'))).toHaveLength(1);
    expect(answers.get('B')).toMatchObject({ status: 400, error: expect.stringContaining('not JSON') });
    expect(answers.get('C')).toMatchObject({ status: 400 });
    expect(framesOf(answers.get('D'))).toHaveLength(1);
  });

  it('work for the alerting engine: no user, its own headers', async () => {
    const context = { ...both(), headers: { FromAlert: 'true', 'X-Cache-Skip': 'true' } };
    const [frame] = framesOf((await host.queryData(context, [{ refId: 'A', expr: VSZ }], RANGE)).get('A'));
    expect(frame!.meta).toMatchObject({ type: 'timeseries-wide', typeVersion: [0, 1] });
    // One time field and numbers, nothing else: what the engine takes as wide.
    expect(frame!.fields.map((field) => field.type)).toEqual(['time', ...new Array(12).fill('number')]);
    expect(new Set(frame!.fields.map((field) => JSON.stringify(field.labels))).size).toBe(13);
  });

  it('show what could be had when the collector is down', async () => {
    const context = contextOf(prometheus.url, { collectorUrl: await deadUrl() }, { uid: 'u7' });
    const [frame] = framesOf((await host.queryData(context, [{ refId: 'A', expr: VSZ }], RANGE)).get('A'));
    expect(stackSums(frame!)[0]).toBe(12288);
    expect(noticesOf(frame).join('\n')).toMatch(/No layouts: The collector cannot be reached.*Is it running\?/);
  });

  it('say when Prometheus answers a web page', async () => {
    const page = await webPage();
    const answer = (
      await host.queryData(contextOf(page.url, {}, { uid: 'u8' }), [{ refId: 'A', expr: VSZ }], RANGE)
    ).get('A');
    expect(answer).toMatchObject({
      status: 502,
      errorSource: 'downstream',
      error: expect.stringContaining('web page'),
    });
    await page.close();
  });

  it.each([
    ['Prometheus', () => contextOf('nonsense', { collectorUrl: collector.url }, { uid: 'u12' }), 'processes', 'expr'],
    [
      'the collector',
      () => contextOf(prometheus.url, { collectorUrl: 'nonsense' }, { uid: 'u13' }),
      'expr',
      'processes',
    ],
  ])('that need the other server work when the address of %s is none', async (_, context, works, fails) => {
    const queries = [
      { refId: 'processes', queryType: 'processes' },
      { refId: 'expr', expr: VSZ },
    ];
    const answers = await host.queryData(context(), queries, RANGE);
    expect(framesOf(answers.get(works))).toHaveLength(1);
    expect(answers.get(fails)!.error).toMatch(/'nonsense' is not (an address|a URL)/);
  });

  it('follow a change of the settings', async () => {
    const other = await serveHttp(fakePrometheus({ [VSZ]: 777 }));
    const ask = async (url: string, updatedMs: number) => {
      const context = contextOf(url, { collectorUrl: collector.url }, { uid: 'u9', updatedMs });
      const [frame] = framesOf((await host.queryData(context, [{ refId: 'A', expr: VSZ }], RANGE)).get('A'));
      return frame!.fields.at(-1)!.values[0];
    };
    expect([await ask(prometheus.url, 1), await ask(other.url, 2), await ask(prometheus.url, 3)]).toEqual([
      12288, 777, 12288,
    ]);
    await other.close();
  });

  it('survive callers that go away', async () => {
    await Promise.allSettled(
      Array.from({ length: 60 }, async (_, i) => {
        const aborter = new AbortController();
        setTimeout(() => aborter.abort(), i % 7);
        await host.queryData(both(), [{ refId: 'A', expr: VSZ }], RANGE, { signal: aborter.signal });
      })
    );
    expect(await host.ping()).toBe(true);
    expect(framesOf((await host.queryData(both(), [{ refId: 'A', expr: VSZ }], RANGE)).get('A'))).toHaveLength(1);
  });
});

describe('the second way to Prometheus', () => {
  it("asks a data source of this Grafana, with the token, at Grafana's own address", async () => {
    const seen: string[] = [];
    const answer = fakePrometheus({ [VSZ]: 4096 });
    const grafana = await serveHttp((request, response) => {
      seen.push(`${request.url} ${request.headers.authorization}`);
      answer(request, response);
    });
    const context = {
      ...contextOf('', { prometheusUid: 'prom' }, { uid: 'u10', secureJsonData: { grafanaToken: 't' } }),
      grafanaConfig: { GF_APP_URL: `${grafana.url}/` },
    };
    const [frame] = framesOf((await host.queryData(context, [{ refId: 'A', expr: VSZ }], RANGE)).get('A'));
    expect(frame!.fields.at(-1)!.values[0]).toBe(4096);
    expect(seen[0]).toBe('/api/datasources/proxy/uid/prom/api/v1/query_range Bearer t');
    const unknown = await host.queryData(
      contextOf('', { prometheusUid: 'prom' }, { uid: 'u11' }),
      [{ refId: 'A', expr: VSZ }],
      RANGE
    );
    expect(unknown.get('A')!.error).toContain("Grafana's own address is not known");
    await grafana.close();
  });
});

describe('TLS', () => {
  const tls = (name: string): string => readFileSync(path.join(__dirname, '../fixtures/tls', name), 'utf8');

  it('needs the authority, the client certificate, and the right name', async () => {
    const server = createHttpsServer(
      {
        cert: tls('server.pem'),
        key: tls('server.key'),
        ca: tls('ca.pem'),
        requestCert: true,
        rejectUnauthorized: true,
      },
      fakePrometheus({ [VSZ]: 4096 })
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const secrets = { tlsCACert: tls('ca.pem'), tlsClientCert: tls('client.pem'), tlsClientKey: tls('client.key') };
    const ask = async (uid: string, jsonData: Record<string, unknown>) =>
      (
        await host.queryData(
          contextOf(url, jsonData, { uid, secureJsonData: secrets }),
          [{ refId: 'A', expr: VSZ }],
          RANGE
        )
      ).get('A');

    expect(framesOf(await ask('t1', { tlsAuth: true, tlsAuthWithCACert: true }))).toHaveLength(1);
    expect(framesOf(await ask('t2', { tlsAuth: true, tlsSkipVerify: true }))).toHaveLength(1);
    expect(
      framesOf(await ask('t3', { tlsAuth: true, tlsAuthWithCACert: true, serverName: 'server.test' }))
    ).toHaveLength(1);
    expect((await ask('t4', { tlsAuth: true }))!.error).toMatch(/No safe connection to Prometheus.*authority/);
    expect((await ask('t5', { tlsAuth: true, tlsAuthWithCACert: true, serverName: 'other.test' }))!.error).toMatch(
      /another name/
    );
    expect((await ask('t6', { tlsAuthWithCACert: true }))!.status).toBe(502);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('resources and metrics', () => {
  it('answers an unknown resource with 404 in one message', async () => {
    const reply = await host.callResource(both(), { method: 'GET', path: 'nothing' });
    expect(reply).toMatchObject({ status: 404, messages: 1 });
    expect(JSON.parse(new TextDecoder().decode(reply.body))).toEqual({ message: expect.stringContaining("'nothing'") });
  });

  it('counts its queries', async () => {
    expect(await host.collectMetrics()).toMatch(/^plateau_backend_queries_total\{query_type="attribution"\} \d+$/m);
  });
});

describe('the life of the process', () => {
  const sockets = (): string[] => readdirSync(place.directory).filter((name) => name.startsWith('plateau-plugin-'));

  it('ends with code 0 on Shutdown and takes its socket along', async () => {
    const before = sockets();
    const one = await place.start();
    expect(sockets()).toHaveLength(before.length + 1);
    expect(await one.stop()).toEqual({ code: 0, signal: null });
    expect(sockets()).toEqual(before);
  });

  it('ends on SIGTERM, and leaves SIGINT to Grafana', async () => {
    const one = await place.start();
    process.kill(one.pid, 'SIGINT');
    expect(await one.ping()).toBe(true);
    process.kill(one.pid, 'SIGTERM');
    expect(await one.exited).toEqual({ code: 0, signal: null });
  });

  it('ends when its parent is killed', async () => {
    const script = `const c = require('child_process').spawn(process.argv[1], { env: { grafana_plugin_type: 'datasource', PLUGIN_UNIX_SOCKET_DIR: process.argv[2] }, stdio: ['ignore', 'pipe', 'ignore'] });
      c.stdout.on('data', () => console.log(c.pid));`;
    const parent = spawn(process.execPath, ['-e', script, place.executable, place.directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await new Promise<number>((resolve) =>
      parent.stdout.once('data', (data: Buffer) => resolve(Number(data.toString())))
    );
    parent.kill('SIGKILL');
    await expect.poll(() => existsSync(`/proc/${pid}/exe`), { timeout: 20_000 }).toBe(false);
  });

  it('refuses to run outside Grafana, at once and in words', async () => {
    await expect(place.start({ env: { grafana_plugin_type: '' } })).rejects.toThrow(/code 1.*started by Grafana/);
    await expect(place.start({ env: { PLUGIN_PROTOCOL_VERSIONS: '1' } })).rejects.toThrow(/speaks 2/);
    await expect(place.start({ env: { PLUGIN_UNIX_SOCKET_DIR: '/nonexistent' } })).rejects.toThrow(
      /cannot start.*ENOENT/
    );
  });

  it('reads neither .env nor bunfig.toml of the directory it is started in', async () => {
    const cwd = path.join(place.directory, 'cwd');
    mkdirSync(cwd);
    writeFileSync(path.join(cwd, '.env'), 'PLUGIN_CLIENT_CERT=x\n');
    writeFileSync(path.join(cwd, 'bunfig.toml'), 'preload = ["./preload.js"]\n');
    writeFileSync(path.join(cwd, 'preload.js'), `require('fs').writeFileSync('${cwd}/preloaded', '')\n`);
    const one = await place.start({ cwd });
    expect(await one.ping()).toBe(true);
    expect(existsSync(path.join(cwd, 'preloaded'))).toBe(false);
  });

  it('logs only lines that Grafana can read, and no secrets', () => {
    expect(logs.length).toBeGreaterThan(5);
    for (const line of logs) {
      const parsed = JSON.parse(line) as Record<string, unknown>;
      for (const key of ['@level', '@message', '@timestamp']) expect(typeof parsed[key], line).toBe('string');
      expect(line).not.toMatch(/secret|PRIVATE KEY/);
    }
  });
});
