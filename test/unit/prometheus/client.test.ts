import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { type PrometheusClient, openPrometheus, throughGrafana } from '../../../src/adapters/prometheus/client';
import type { PrometheusSettings } from '../../../src/adapters/prometheus/settings';
import { SourceError } from '../../../src/core/query/sources';
import { type Answer, type Asked, type TestServer, matrix, startServer } from './server';

let server: TestServer | null = null;
let client: PrometheusClient | null = null;
afterEach(async () => {
  client?.close();
  await server?.close();
  client = server = null;
});

async function setup(
  answer: (asked: Asked, count: number) => Answer | Promise<Answer>,
  { path = '', ...parts }: Partial<PrometheusSettings> & { readonly path?: string } = {},
  now?: () => number
) {
  server = await startServer(answer);
  const url = `${server.url}${path}`;
  client = openPrometheus(
    { url, basicAuth: null, headers: {}, tls: { skipVerify: false }, timeoutMs: 5000, ...parts },
    now
  );
  return { server, client };
}
const ask = (one: PrometheusClient, signal?: AbortSignal) => one.range('up', 1_000_000, 1_060_000, 15_000, signal);
const failure = async (promise: Promise<unknown>): Promise<SourceError> => {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason
  );
  expect(error).toBeInstanceOf(SourceError);
  return error as SourceError;
};
const apiError = (type: string, error: string) => JSON.stringify({ status: 'error', errorType: type, error });

describe('range', () => {
  it('posts a form and reads the matrix', async () => {
    const { server, client } = await setup((asked) => ({ body: matrix(asked) }));
    const answer = await ask(client);
    expect(answer.series).toEqual([
      {
        labels: { job: 'a' },
        timesMs: [1_000_000, 1_015_000, 1_030_000, 1_045_000, 1_060_000],
        values: [1000, 1015, 1030, 1045, 1060],
      },
    ]);
    expect(server.asked[0]).toMatchObject({ method: 'POST', path: '/api/v1/query_range' });
    expect(Object.fromEntries(server.asked[0]!.form)).toEqual({
      query: 'up',
      start: '1000',
      end: '1060',
      step: '15',
      timeout: '5s',
    });
  });

  it('keeps a path prefix, and sends who asks', async () => {
    const { server, client } = await setup((asked) => ({ body: matrix(asked) }), {
      path: '/prom/',
      basicAuth: { user: 'u', password: 'p:ä' },
      headers: { 'X-Scope-OrgID': 't1' },
    });
    await ask(client);
    expect(server.asked[0]!.path).toBe('/prom/api/v1/query_range');
    expect(server.asked[0]!.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('u:p:ä').toString('base64')}`,
      'x-scope-orgid': 't1',
    });
  });

  it('falls back to GET where POST is forbidden, and remembers it', async () => {
    const { server, client } = await setup((asked) =>
      asked.method === 'POST' ? { status: 405, body: 'no' } : { body: matrix(asked) }
    );
    await ask(client);
    await client.range('down', 0, 1000, 1000);
    expect(server.asked.map((one) => one.method)).toEqual(['POST', 'GET', 'GET']);
  });

  it.each([502, 503, 504])('tries a proxy that answers %i once more', async (status) => {
    const { server, client } = await setup((asked, count) =>
      count === 1 ? { status, type: 'text/plain', body: 'bad gateway' } : { body: matrix(asked) }
    );
    expect((await ask(client)).series).toHaveLength(1);
    expect(server.asked).toHaveLength(2);
  });

  it('tries a cut connection once more, and only once', async () => {
    const { server, client } = await setup((asked, count) => (count === 1 ? { reset: true } : { body: matrix(asked) }));
    expect((await ask(client)).series).toHaveLength(1);
    expect(server.asked).toHaveLength(2);
    const { server: dead, client: hopeless } = await setup(() => ({ reset: true }));
    expect((await failure(ask(hopeless))).kind).toBe('unreachable');
    expect(dead.asked).toHaveLength(2);
    await server.close();
  });

  it('splits what is longer than Prometheus allows, and joins it without a seam', async () => {
    const { server, client } = await setup((asked) => ({ body: matrix(asked) }));
    const [series] = (await client.range('up', 0, 24_999_000, 1000)).series;
    expect(server.asked).toHaveLength(3);
    expect(series!.timesMs).toHaveLength(25_000);
    expect(series!.timesMs.every((ms, i) => ms === i * 1000)).toBe(true);
  });

  it('keeps an answer for a step when it touches now', async () => {
    let now = 1_060_000;
    const { server, client } = await setup(
      (asked) => ({ body: matrix(asked) }),
      {},
      () => now
    );
    await ask(client);
    now += 14_999;
    await ask(client);
    expect(server.asked).toHaveLength(1);
    now += 1;
    await ask(client);
    expect(server.asked).toHaveLength(2);
  });

  it('asks at most four things at a time', async () => {
    let running = 0;
    let most = 0;
    const { client } = await setup(async (asked) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 10));
      running--;
      return { body: matrix(asked) };
    });
    await Promise.all(Array.from({ length: 20 }, (_, i) => client.range(`q${i}`, 0, 1000, 1000)));
    expect(most).toBe(4);
  });

  it('reads gzip, special values and warnings', async () => {
    const body = JSON.stringify({
      status: 'success',
      warnings: ['results truncated due to limit'],
      infos: ['metric might not be a gauge'],
      isPartial: true,
      data: {
        resultType: 'matrix',
        result: [
          {
            metric: {},
            values: [
              [1.001, 'NaN'],
              [2, '+Inf'],
              [3, '-Inf'],
              [4, '1.79541918032e+09'],
            ],
          },
        ],
      },
    });
    const { client } = await setup(() => ({ headers: { 'content-encoding': 'gzip' }, body: gzipSync(body) }));
    const answer = await ask(client);
    expect(answer.series[0]).toMatchObject({
      timesMs: [1001, 2000, 3000, 4000],
      values: [NaN, Infinity, -Infinity, 1795419180.32],
    });
    expect(answer.notices).toEqual([
      'Prometheus says: results truncated due to limit',
      'Prometheus says: metric might not be a gauge',
      'Prometheus answered in part.',
    ]);
  });
});

describe('errors say what, where and what next', () => {
  const cases: ReadonlyArray<readonly [string, Answer, SourceError['kind'], RegExp]> = [
    [
      'a web page',
      { type: 'text/html', body: '<html>login' },
      'bad-answer',
      /answered with a web page \(200\).*Check the URL/,
    ],
    [
      'a syntax error',
      {
        status: 400,
        body: apiError('bad_data', 'invalid parameter "query": 1:14: parse error: unexpected end of input'),
      },
      'bad-query',
      /^The query has a syntax error at column 14: unexpected end of input\.$/,
    ],
    [
      "VictoriaMetrics' refusal",
      { status: 422, body: apiError('422', 'unparsed data') },
      'bad-query',
      /^Prometheus refused the query: unparsed data\.$/,
    ],
    [
      'a wrong password',
      { status: 401, type: 'text/plain', body: 'Unauthorized' },
      'denied',
      /refused the password \(401\)/,
    ],
    ['no rights', { status: 403, type: 'text/plain', body: 'no' }, 'denied', /refused access \(403\)/],
    ['another service', { status: 404, type: 'text/plain', body: 'not found' }, 'not-found', /404 for \/api\/v1/],
    [
      'a redirect',
      { status: 302, headers: { location: 'https://sso.example/login' } },
      'bad-answer',
      /redirects to https:\/\/sso\.example\/login/,
    ],
    [
      'a problem document',
      { status: 404, body: '{"status":404,"title":"No such path"}' },
      'not-found',
      /Check the URL/,
    ],
    ['JSON of something else', { body: '{"version":"1"}' }, 'bad-answer', /not the Prometheus API/],
    [
      'half a result',
      { body: '{"status":"success","data":{"resultType":"matrix","result":[{"values":[["x"]]}]}}' },
      'bad-answer',
      /cannot be read/,
    ],
    [
      'text as result',
      { body: '{"status":"success","data":{"resultType":"string","result":[1,"x"]}}' },
      'bad-query',
      /answers a string/,
    ],
    [
      "the query's own timeout",
      { status: 503, body: apiError('timeout', 'query timed out in expression evaluation') },
      'timeout',
      /gave up: query timed out/,
    ],
  ];
  it.each(cases)('%s', async (_, answer, kind, text) => {
    const { client } = await setup(() => answer);
    const error = await failure(ask(client));
    expect(error.kind).toBe(kind);
    expect(error.message).toMatch(text);
    expect(error.message).toMatch(/[.?]$/);
  });

  it('nobody listens', async () => {
    const { client, server } = await setup(() => ({}));
    await server.close();
    expect((await failure(ask(client))).message).toMatch(
      /did not answer \(ECONNREFUSED\)\. Address tried: 127\.0\.0\.1:\d+\. Is it running\?$/
    );
  });

  it('no answer in time', async () => {
    const { client } = await setup(() => ({ hang: true }), { timeoutMs: 60 });
    expect(await failure(ask(client))).toMatchObject({
      kind: 'timeout',
      message: expect.stringContaining('within 0.06 s'),
    });
  });

  it('a cancelled query', async () => {
    const { client } = await setup(() => ({ hang: true }));
    const aborter = new AbortController();
    setTimeout(() => aborter.abort(), 30);
    expect((await failure(ask(client, aborter.signal))).message).toBe('The query was cancelled.');
  });

  it.each(['', 'localhost:9090', 'ftp://x', 'http://'])('the URL %j', (url) => {
    expect(() =>
      openPrometheus({ url, basicAuth: null, headers: {}, tls: { skipVerify: false }, timeoutMs: 1 })
    ).toThrow('is not an address');
  });
});

it('throughGrafana asks a data source of this Grafana with the token', () => {
  expect(throughGrafana('http://g:3000/', 'a/b', 't', 1000)).toMatchObject({
    url: 'http://g:3000/api/datasources/proxy/uid/a%2Fb',
    headers: { Authorization: 'Bearer t' },
  });
  expect(() => throughGrafana('', 'a', 't', 1)).toThrow("Grafana's own address is not known");
});

it('buildInfo names the server, or nothing where it does not tell', async () => {
  const { client } = await setup(() => ({ body: '{"status":"success","data":{"version":"2.42.0"}}' }));
  expect(await client.buildInfo()).toEqual({ application: 'Prometheus', version: '2.42.0' });
  const { client: silent } = await setup(() => ({ status: 404, type: 'text/plain', body: 'unsupported path' }));
  expect(await silent.buildInfo()).toEqual({ application: '', version: '' });
});
