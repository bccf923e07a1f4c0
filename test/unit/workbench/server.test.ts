/** The workbench's server with a backend that is played: addresses, headers, and what it refuses. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PluginHost } from '../../../src/adapters/pluginv2/host/plugin-host';
import type { Backend } from '../../../src/workbench/server/backend';
import { createDataSourceKeeper } from '../../../src/workbench/server/data-source';
import { readPluginFiles } from '../../../src/workbench/server/plugin-files';
import { type Workbench, startWorkbench } from '../../../src/workbench/server/server';

const ID = 'plateau-addressspace-datasource';
const folder = mkdtempSync(path.join(tmpdir(), 'workbench-'));
const dist = path.join(folder, 'dist');
const asked: unknown[] = [];
let running = true;
let workbench: Workbench;

const host = {
  queryData: (_context: unknown, queries: ReadonlyArray<{ refId: string }>, range: unknown) => {
    asked.push(range);
    return Promise.resolve(
      new Map(
        queries.map(({ refId }) => [
          refId,
          refId === 'BAD'
            ? { status: 502, error: 'The collector did not answer.', errorSource: 'downstream', frames: [] }
            : { status: 200, error: '', errorSource: '', frames: [] },
        ])
      )
    );
  },
  checkHealth: (context: { settings: { url?: string } }) =>
    Promise.resolve({ status: context.settings.url ? 'OK' : 'ERROR', message: 'No URL is set.', details: null }),
  callResource: (_context: unknown, { method, path: name, search }: Record<string, string>) =>
    Promise.resolve({
      status: 203,
      headers: { 'Content-Type': ['text/plain'], Connection: ['close'] },
      body: new TextEncoder().encode(`${method} ${name} ${search}`),
      messages: 1,
    }),
} as unknown as PluginHost;

const backend: Backend = {
  host() {
    if (!running) throw new Error('The backend is not running; it is started again in a second.');
    return host;
  },
  stop: () => Promise.resolve(),
};

beforeAll(async () => {
  mkdirSync(path.join(dist, 'panel'), { recursive: true });
  mkdirSync(path.join(folder, 'page'));
  const panel = { id: 'a-panel', name: 'Panel </script>', type: 'panel' };
  writeFileSync(path.join(dist, 'plugin.json'), JSON.stringify({ id: ID, name: 'Plateau', type: 'datasource' }));
  writeFileSync(path.join(dist, 'module.js'), 'define([], () => ({}))');
  writeFileSync(path.join(dist, 'gpx_plateau_linux_amd64'), 'executable');
  writeFileSync(path.join(dist, 'panel/plugin.json'), JSON.stringify(panel));
  writeFileSync(path.join(folder, 'secret.js'), 'no');
  const plugin = readPluginFiles(dist);
  const dataSource = createDataSourceKeeper({ pluginId: ID, pluginName: 'Plateau', url: '', collectorUrl: '' });
  const nodeModules = path.resolve(__dirname, '../../../node_modules');
  workbench = await startWorkbench({
    api: { plugin, dataSource, backend },
    roots: { dist, page: path.join(folder, 'page'), nodeModules, pluginId: ID },
    port: 0,
  });
});

afterAll(async () => {
  await workbench.close();
  rmSync(folder, { recursive: true });
});

const get = (name: string, init?: RequestInit) => fetch(new URL(name, workbench.url), init);
const post = (name: string, body: unknown) => get(name, { method: 'POST', body: JSON.stringify(body) });

describe('the page', () => {
  test.each(['/', '/d/plateau-process', '/explore', '/connections/datasources/edit'])(
    '%s is the page',
    async (name) => {
      const answer = await get(name);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toContain('text/html');
      expect(await answer.text()).toContain('grafanaBootData');
    }
  );

  test('nothing in plugin.json can end the script that holds it', async () => {
    const html = await (await get('/')).text();
    expect(html.split('</script>')).toHaveLength(3);
    expect(html).toContain('Panel \\u003c/script>');
  });

  test('its policy allows its own files alone', async () => {
    const policy = (await get('/')).headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/https?:|\*/);
  });
});

describe('files', () => {
  test('the plugin is served where Grafana serves it, its executable is not', async () => {
    expect((await get(`/public/plugins/${ID}/module.js`)).status).toBe(200);
    expect((await get(`/public/plugins/${ID}/gpx_plateau_linux_amd64`)).status).toBe(404);
  });

  test('no path leads out of its folder', async () => {
    expect((await get(`/public/plugins/${ID}/%2e%2e/secret.js`)).status).toBe(404);
    expect((await get(`/public/plugins/${ID}/..%2fsecret.js`)).status).toBe(404);
  });

  test('fonts and icons come from the packages; a missing icon is an empty picture', async () => {
    expect((await get('/public/fonts/inter/Inter-Regular.woff2')).headers.get('content-type')).toBe('font/woff2');
    expect(await (await get('/public/build/img/icons/unicons/sync.svg')).text()).toContain('<path');
    expect(await (await get('/public/build/img/icons/unicons/no-such.svg')).text()).toMatch(/^<svg[^>]*><\/svg>$/);
  });

  test('what is not there is a JSON 404', async () => {
    const answer = await get('/public/nothing');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ status: 404, message: expect.stringContaining('/public/nothing') });
  });
});

describe('the API', () => {
  test('frontend settings name the data source with its plugin', async () => {
    expect(await (await get('/api/frontend/settings')).json()).toMatchObject({
      defaultDatasource: 'Plateau',
      datasources: { Plateau: { uid: 'plateau', type: ID, meta: { module: `public/plugins/${ID}/module.js` } } },
      panels: { 'a-panel': { module: `public/plugins/${ID}/panel/module.js` } },
    });
  });

  test('a query is answered by the backend; one failed part makes it 207', async () => {
    const range = { from: '1795419180320', to: '1795419190320' };
    const good = await post('/api/ds/query', { queries: [{ refId: 'A' }], ...range });
    expect([good.status, await good.json()]).toEqual([200, { results: { A: { status: 200, frames: [] } } }]);
    expect(asked.at(-1)).toEqual({ fromMs: 1795419180320, toMs: 1795419190320 });
    const mixed = await post('/api/ds/query', { queries: [{ refId: 'A' }, { refId: 'BAD' }], ...range });
    expect(mixed.status).toBe(207);
    expect(await mixed.json()).toMatchObject({
      results: { BAD: { status: 502, error: 'The collector did not answer.', errorSource: 'downstream' } },
    });
  });

  test.each([
    [{ queries: [], from: '1', to: '2' }, 'No queries found.'],
    [{ queries: [{ refId: 'A' }], from: 'now-1h', to: '2' }, "'now-1h'"],
    ['text', 'not a JSON object'],
  ])('a query that cannot be read is a 400 that says why: %j', async (body, text) => {
    const answer = await post('/api/ds/query', body);
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { message: string }).message).toContain(text);
  });

  test('health is 400 with the message until the settings are saved', async () => {
    const health = () => get('/api/datasources/uid/plateau/health');
    expect([(await health()).status, await (await health()).json()]).toEqual([
      400,
      { status: 'ERROR', message: 'No URL is set.' },
    ]);
    const body = JSON.stringify({ url: 'http://prometheus:9090' });
    expect((await get('/api/datasources/uid/plateau', { method: 'PUT', body })).status).toBe(200);
    expect((await health()).status).toBe(200);
  });

  test('resource calls keep method, path, search, status and type', async () => {
    const answer = await post('/api/datasources/uid/plateau/resources/processes/x?from=1', {});
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      203,
      'text/plain',
      'POST processes/x from=1',
    ]);
  });

  test('another data source is not there', async () => {
    expect((await get('/api/datasources/uid/other')).status).toBe(404);
  });

  test('a backend that is down is a 502 that says so', async () => {
    running = false;
    const answer = await get('/api/datasources/uid/plateau/health');
    running = true;
    expect(answer.status).toBe(502);
    expect(((await answer.json()) as { message: string }).message).toContain('The backend is not running');
  });
});

describe('who may ask', () => {
  /** fetch does not let a Host header be chosen. */
  const statusFor = (headers: Record<string, string>): Promise<number> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(workbench.url);
      httpRequest({ hostname, port, path: '/api/frontend/settings', headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode!);
      })
        .on('error', reject)
        .end();
    });

  test('a name that is not this machine is refused: DNS rebinding', async () => {
    expect(await statusFor({ host: 'attacker.example' })).toBe(403);
    expect(await statusFor({ host: '127.0.0.1.attacker.example' })).toBe(403);
    expect(await statusFor({ host: 'localhost:1234' })).toBe(200);
  });

  test('a page of another site is refused', async () => {
    expect(await statusFor({ origin: 'https://attacker.example' })).toBe(403);
    expect(await statusFor({ origin: 'http://127.0.0.1:9880' })).toBe(200);
  });
});
