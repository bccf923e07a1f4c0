import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openMemoryStore } from '../../../src/adapters/store/memory/memory-store';
import { createAccounts } from '../../../src/collector/accounts';
import type { ApiAnswer } from '../../../src/collector/api/message';
import { type Handler, createHandler } from '../../../src/collector/api/routes';
import { type Tracker, createTracker } from '../../../src/collector/tracker';
import { layoutsAnswer, problem, processesAnswer, snapshotAnswer } from '../../../src/contract/snapshot-api';
import { type FakeProc, createFakeProc, program } from './fake-proc';

let proc: FakeProc;
let tracker: Tracker;
let handler: Handler;
let clock: number;
let lastCycleMs: number | null;
let open: (options?: { token?: string; listenHost?: string; hosts?: string[]; pidLabel?: boolean }) => Handler;

const UNIT = '0::/system.slice/api.service';

beforeEach(async () => {
  proc = createFakeProc();
  clock = proc.bootMs + 3_600_000;
  lastCycleMs = null;
  proc.set(10, { comm: 'api', maps: program(64), cgroup: UNIT });
  proc.set(11, { comm: 'a/b #1', maps: program(64), startTicks: 2000 });
  proc.set(12, { comm: 'locked', maps: program(64), startTicks: 3000 });
  proc.write(12, 'maps', null);
  proc.set(2, { comm: 'kthreadd', maps: null });
  const store = openMemoryStore();
  const accounts = createAccounts();
  tracker = await createTracker(store, accounts, {
    root: proc.root,
    host: 'node-1',
    include: [],
    exclude: [],
    exposeAddresses: false,
    smaps: null,
    maxKept: 0,
    now: () => clock,
  });
  await tracker.cycle();
  lastCycleMs = clock;
  open = (options = {}) =>
    createHandler({
      store,
      tracker,
      accounts,
      token: null,
      listenHost: '127.0.0.1',
      hosts: [],
      pidLabel: false,
      staleMs: 60_000,
      lastCycleMs: () => lastCycleMs,
      now: () => clock,
      ...options,
    });
  handler = open();
});
afterEach(() => proc.clean());

const get = (url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<ApiAnswer> =>
  handler({ method, url, headers: { host: '127.0.0.1:9871', ...headers } });
const json = async (url: string): Promise<unknown> => JSON.parse((await get(url)).body);
const refusal = async (url: string, headers?: Record<string, string>, method?: string) => {
  const answer = await get(url, headers, method);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  const document = problem.parse(JSON.parse(answer.body));
  expect(document.status).toBe(answer.status);
  expect(document.remedy).toBeTruthy();
  return document;
};

test('a whole scrape', async () => {
  const steady = (text: string): string =>
    text
      .replace(/^(plateau_collector_(?:\w+_seconds(?:_total)?|resident_memory_bytes)(?:\{.*\})?) [\d.e-]+$/gm, '$1 0')
      // The id hashes the sentences of the attribution too, and those may be improved.
      .replace(/^(plateau_process_layout_id\{.*\}) \d+$/gm, '$1 0')
      .replace(/(runtime=")(?:node|bun) [\d.]+/, '$1node 0.0.0');
  const text = await get('/metrics');
  expect(text.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  await expect(steady(text.body)).toMatchFileSnapshot('golden/metrics.txt');
  const open = await get('/metrics', { accept: 'application/openmetrics-text;version=1.0.0' });
  expect(open.headers['content-type']).toContain('application/openmetrics-text');
  await expect(steady(open.body)).toMatchFileSnapshot('golden/metrics.openmetrics.txt');
});

test('the categories of each process sum to its virtual memory', async () => {
  const { body } = await get('/metrics');
  for (const process of ['api.service', 'a/b #1', 'locked']) {
    const value = (line: RegExp): number[] => [...body.matchAll(line)].map((match) => Number(match[1]));
    const [total] = value(new RegExp(`^plateau_process_virtual_memory_bytes\\{process="${process}"\\} (\\d+)$`, 'gm'));
    const parts = value(
      new RegExp(`^plateau_process_address_space_bytes\\{process="${process}",category="\\w+"\\} (\\d+)$`, 'gm')
    );
    expect(parts.length).toBe(11);
    expect(parts.reduce((a, b) => a + b, 0)).toBe(total);
  }
});

test('a pid label only when asked for', async () => {
  expect((await get('/metrics')).body).not.toContain('pid=');
  handler = open({ pidLabel: true });
  expect((await get('/metrics')).body).toContain(
    'plateau_process_virtual_memory_bytes{process="api.service",pid="10"}'
  );
});

describe('the API', () => {
  test('answers processes with their evidence', async () => {
    const { processes } = processesAnswer.parse(await json('/api/v1/processes'));
    expect(processes.map(({ process, pid, evidence }) => [process, pid, evidence])).toEqual([
      ['a/b #1', 11, 'snapshot'],
      ['api.service', 10, 'snapshot'],
      ['locked', 12, 'bounds'],
    ]);
    expect(processesAnswer.parse(await json('/api/v1/processes?to=1')).processes).toEqual([]);
    expect(processesAnswer.parse(await json('/api/v1/processes?from=2026-01-01T00:00:00Z')).processes.length).toBe(3);
  });

  test('answers layouts of a name that has to be encoded', async () => {
    const page = layoutsAnswer.parse(
      await json(`/api/v1/processes/${encodeURIComponent('a/b #1')}/layouts?include=regions`)
    );
    expect(page.items.length).toBe(1);
    expect(page.items[0]!.regions).toBeDefined();
    expect(page.next).toBeUndefined();
  });

  test('pages with limit and cursor', async () => {
    for (let i = 1; i <= 5; i++) {
      proc.set(10, { comm: 'api', maps: program(64 * (i + 1)), cgroup: UNIT });
      clock += 1000;
      await tracker.cycle();
    }
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = layoutsAnswer.parse(await json(`/api/v1/processes/api.service/layouts?limit=4${cursor}`));
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next ? `&cursor=${page.next}` : '';
    } while (cursor !== '');
    expect(new Set(seen).size).toBe(6);
  });

  test('answers snapshots by instant, by id and afresh, with the id of the metric', async () => {
    const before = snapshotAnswer.parse(await json(`/api/v1/processes/api.service/snapshot?at=${clock}`));
    expect(before.exact).toBe(true);
    proc.set(10, { comm: 'api', maps: program(512), cgroup: UNIT });
    clock += 500;
    const fresh = snapshotAnswer.parse(await json('/api/v1/processes/api.service/snapshot'));
    expect(fresh.layout.virtualBytes - before.layout.virtualBytes).toBe(448 * 1024);
    expect(snapshotAnswer.parse(await json(`/api/v1/processes/api.service/snapshot?id=${before.id}`)).layout).toEqual(
      before.layout
    );
    const id = /^plateau_process_layout_id\{process="api.service"\} (\d+)$/m.exec((await get('/metrics')).body)![1]!;
    expect(Number(id).toString(16).padStart(13, '0')).toBe(fresh.id);
    expect(fresh.layout.ranges.every(({ start }) => start === undefined)).toBe(true);
  });

  test('reads one process afresh once a second at most', async () => {
    await json('/api/v1/processes/api.service/snapshot?at=now');
    proc.set(10, { comm: 'api', maps: program(512), cgroup: UNIT });
    clock += 900;
    const soon = snapshotAnswer.parse(await json('/api/v1/processes/api.service/snapshot?at=now'));
    clock += 200;
    const later = snapshotAnswer.parse(await json('/api/v1/processes/api.service/snapshot?at=now'));
    expect(later.layout.virtualBytes - soon.layout.virtualBytes).toBe(448 * 1024);
  });

  test('describes itself', async () => {
    const document = (await json('/api/v1/openapi.json')) as {
      openapi: string;
      paths: object;
      components: { schemas: Record<string, object> };
    };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual([
      '/processes',
      '/processes/{process}/layouts',
      '/processes/{process}/snapshot',
    ]);
    expect(JSON.stringify(document.components.schemas['Snapshot'])).toContain('permissions');
  });

  test('HEAD is GET without a body for the server to send', async () => {
    expect((await get('/api/v1/processes', {}, 'HEAD')).status).toBe(200);
  });
});

describe('refusals', () => {
  test('an unknown process is named with those that are like it', async () => {
    for (const route of ['layouts', 'snapshot', 'snapshot?at=1', 'snapshot?id=0123456789abc']) {
      const { status, remedy } = await refusal(`/api/v1/processes/api.servcie/${route}`);
      expect(status).toBe(404);
      expect(remedy).toContain(`'api.service'`);
    }
    expect((await refusal('/api/v1/processes/zzz/layouts')).remedy).toContain('/api/v1/processes');
  });

  test('a layout that is not kept is another 404', async () => {
    expect((await refusal('/api/v1/processes/api.service/snapshot?id=0123456789abc')).title).toBe('No such layout');
  });

  test.each([
    ['processes?from=yesterday', 'from'],
    ['processes?from=2&to=1', 'from'],
    ['processes?form=1', 'form'],
    ['processes?from=1&from=2', 'from'],
    ['processes?from=1e99', 'from'],
    ['processes/api.service/layouts?limit=0', 'limit'],
    ['processes/api.service/layouts?limit=1000000', 'limit'],
    ['processes/api.service/layouts?include=everything', 'include'],
    ['processes/api.service/layouts?cursor=!!', 'cursor'],
    ['processes/api.service/snapshot?id=xyz', 'id'],
    ['processes/api.service/snapshot?at=1&id=0123456789abc', 'at'],
    ['processes/%E0%A4%A/layouts', '%E0%A4%A'],
  ])('%s is bad, and the answer says where', async (path, name) => {
    const { status, detail } = await refusal(`/api/v1/${path}`);
    expect(status).toBe(400);
    expect(detail).toContain(name);
  });

  test.each([
    '/nowhere',
    '/api/v1',
    '/api/v1/',
    '/api/v1/processes/',
    '/api/v1/processes/api.service',
    '/api/v2/processes',
    '/metrics/x',
  ])('%s is not there', async (path) => {
    expect((await refusal(path)).status).toBe(404);
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is not answered', async (method) => {
    expect((await refusal('/api/v1/processes', {}, method)).status).toBe(405);
  });

  test('a foreign host name gets nothing, not even metrics', async () => {
    for (const host of ['evil.example', 'evil.example:9871', '', '10.0.0.1:9871', '127.0.0.1.evil.example']) {
      expect((await refusal('/metrics', { host })).status).toBe(421);
    }
    for (const host of ['localhost', 'localhost:9871', '127.0.0.1:1', '[::1]:9871', 'LOCALHOST']) {
      expect((await get('/metrics', { host })).status).toBe(200);
    }
    handler = open({ hosts: ['collector.example'] });
    expect((await get('/metrics', { host: 'collector.example:80' })).status).toBe(200);
  });

  test('a token guards the API and nothing else', async () => {
    handler = open({ token: '0123456789abcdef', listenHost: '0.0.0.0' });
    const host = 'collector:9871';
    for (const authorization of [
      undefined,
      'Bearer wrong',
      'Basic 0123456789abcdef',
      'Bearer',
      'Bearer 0123456789abcdef0',
    ]) {
      const headers = { host, ...(authorization === undefined ? {} : { authorization }) };
      expect((await refusal('/api/v1/processes', headers)).status).toBe(401);
      expect((await refusal('/api/v1/openapi.json', headers)).status).toBe(401);
    }
    expect((await get('/api/v1/processes', { host, authorization: 'bearer 0123456789abcdef' })).status).toBe(200);
    for (const path of ['/metrics', '/-/healthy', '/-/ready']) expect((await get(path, { host })).status).toBe(200);
  });
});

test('whatever is asked, the answer is an answer', async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '/api/v1/',
      'processes',
      '/',
      'api.service',
      '/layouts',
      '/snapshot',
      '?',
      '&',
      'from=',
      'at=',
      'id=',
      'cursor=',
      '%2F',
      '%'
    ),
    fc.string(),
    fc.integer().map(String)
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
      const { status, body } = await get(`/${pieces.join('')}`);
      expect([200, 400, 404, 429]).toContain(status);
      if (status !== 200) expect(problem.parse(JSON.parse(body)).remedy).toBeTruthy();
    }),
    { numRuns: 500 }
  );
});

describe('health', () => {
  test('is ready after the first look, and unhealthy when looks stop', async () => {
    lastCycleMs = null;
    expect((await get('/-/ready')).status).toBe(503);
    expect((await get('/-/healthy')).status).toBe(200);
    lastCycleMs = clock;
    expect((await get('/-/ready')).status).toBe(200);
    clock += 61_000;
    expect((await get('/-/healthy')).status).toBe(503);
  });
});
