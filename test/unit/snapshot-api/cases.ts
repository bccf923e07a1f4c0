/** The client against servers that behave badly. Run by Vitest on Node and by Bun, whose HTTP client is another one. */
import { type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCollectorSource } from '../../../src/adapters/snapshot-api/client';
import { emptyCategoryBytes } from '../../../src/core/attribution/categories';
import { type LayoutSource, SourceError } from '../../../src/core/query/sources';

export interface Runner {
  readonly describe: (name: string, body: () => void) => void;
  readonly test: (name: string, body: () => Promise<void>) => void;
  readonly expect: (value: unknown) => {
    toBe(expected: unknown): void;
    toEqual(expected: unknown): void;
    toContain(expected: unknown): void;
    toBeNull(): void;
  };
}

interface Asked {
  readonly url: string;
  readonly authorization: string | undefined;
}

export function clientCases({ describe, test, expect }: Runner): void {
  const withServer = async (
    answer: (response: ServerResponse, asked: Asked) => void,
    body: (source: LayoutSource, asked: Asked[], where: string) => Promise<void>
  ): Promise<void> => {
    const asked: Asked[] = [];
    const server: Server = createServer((request, response) => {
      const one = { url: request.url ?? '', authorization: request.headers.authorization };
      asked.push(one);
      answer(response, one);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const where = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      await body(
        createCollectorSource({ url: `http://${where}/`, token: 'secret-token', timeoutMs: 700 }),
        asked,
        where
      );
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  };
  const send = (response: ServerResponse, status: number, body: string, type = 'application/json'): void => {
    response.writeHead(status, { 'content-type': type });
    response.end(body);
  };
  const failure = async (work: Promise<unknown>): Promise<SourceError> => {
    const error = await work.then(
      () => null,
      (reason: unknown) => reason
    );
    if (error instanceof SourceError) return error;
    throw new Error(`expected a SourceError, got ${String(error)}`);
  };
  const interval = (index: number) => ({
    id: '0123456789abc',
    fromMs: index,
    toMs: index,
    startMs: null,
    virtualBytes: 0,
    mappings: 1,
    categories: emptyCategoryBytes(),
  });

  describe('answers', () => {
    test('the token is sent, names are encoded, times are whole numbers', async () =>
      withServer(
        (response) => send(response, 200, JSON.stringify({ items: [interval(1)] })),
        async (source, asked) => {
          const { items, notices } = await source.layouts('a/b #1?', 1.5, 2.5, 'regions');
          expect(items.length).toBe(1);
          expect(notices).toEqual([]);
          expect(asked[0]!.authorization).toBe('Bearer secret-token');
          expect(asked[0]!.url).toBe(
            '/api/v1/processes/a%2Fb%20%231%3F/layouts?from=1&to=3&include=regions&limit=5000'
          );
        }
      ));

    test('cursors are followed to the end', async () =>
      withServer(
        (response, { url }) => {
          const index = Number(/cursor=(\d+)/.exec(url)?.[1] ?? 0);
          send(
            response,
            200,
            JSON.stringify({ items: [interval(index)], ...(index < 4 ? { next: String(index + 1) } : {}) })
          );
        },
        async (source) => {
          const { items } = await source.layouts('api', 0, 9, 'categories');
          expect(items.map(({ fromMs }) => fromMs)).toEqual([0, 1, 2, 3, 4]);
        }
      ));

    test('cursors that never end do end, with a notice', async () => {
      const page = JSON.stringify({ items: Array.from({ length: 5000 }, (_, i) => interval(i)), next: 'again' });
      await withServer(
        (response) => send(response, 200, page),
        async (_, asked, where) => {
          const source = createCollectorSource({ url: `http://${where}`, timeoutMs: 20_000 });
          const { items, notices } = await source.layouts('api', 0, 9, 'categories');
          expect(items.length).toBe(50_000);
          expect(asked.length).toBe(10);
          expect(notices[0]).toContain('Narrow the time range');
        }
      );
      await withServer(
        (response) => send(response, 200, '{"items":[],"next":"again"}'),
        async (source) => expect((await source.layouts('api', 0, 9, 'categories')).items).toEqual([])
      );
    });

    test('a process that the collector does not know has no layouts, which is no error', async () =>
      withServer(
        (response) =>
          send(
            response,
            404,
            '{"type":"about:blank","title":"No such process","status":404}',
            'application/problem+json'
          ),
        async (source) => {
          expect(await source.layouts('api', 0, 9, 'categories')).toEqual({ items: [], notices: [] });
          expect(await source.snapshot('api', { id: '0123456789abc' })).toBeNull();
        }
      ));
  });

  describe('failures', () => {
    test('nobody there', async () => {
      const source = createCollectorSource({ url: 'http://127.0.0.1:1', timeoutMs: 2000 });
      const error = await failure(source.processes(0, 1));
      expect(error.kind).toBe('unreachable');
      expect(error.message).toContain('Address tried: 127.0.0.1:1. Is it running?');
    });

    test('no answer, and an answer that never ends', async () => {
      for (const answer of [
        () => undefined,
        (response: ServerResponse) => {
          response.writeHead(200);
          response.write('{"processes":[');
        },
      ]) {
        await withServer(answer, async (source, _, where) => {
          const error = await failure(source.processes(0, 1));
          expect(error.kind).toBe('timeout');
          expect(error.message).toBe(
            `The collector did not answer within 0.7 s. Address tried: ${where}. Is it running?`
          );
        });
      }
    });

    test('the caller gives up', async () =>
      withServer(
        () => undefined,
        async (source) => {
          const error = await failure(source.processes(0, 1, AbortSignal.timeout(50)));
          expect(error.message).toContain('withdrawn');
        }
      ));

    test('a wrong token', async () =>
      withServer(
        (response) => send(response, 401, '{}'),
        async (source) => {
          const error = await failure(source.processes(0, 1));
          expect(error.kind).toBe('denied');
          expect(error.message).toContain('token');
          expect(error.message.includes('secret-token')).toBe(false);
        }
      ));

    test('a refusal says what the collector said', async () =>
      withServer(
        (response) =>
          send(
            response,
            400,
            '{"type":"about:blank","title":"Bad","status":400,"detail":"from is odd.","remedy":"Make it even."}'
          ),
        async (source) => {
          const error = await failure(source.processes(0, 1));
          expect(error.kind).toBe('bad-query');
          expect(error.message).toContain('from is odd. Make it even.');
        }
      ));

    for (const [name, status, body] of [
      ['HTML', 200, '<!doctype html><title>Sign in</title>'],
      ['nothing', 200, ''],
      ['JSON of another kind', 200, '{"status":"success","data":[]}'],
      ['null', 200, 'null'],
      ['bytes that are no text', 200, '\xff\xfe\x00'],
      ['a number where a name belongs', 200, '{"processes":[{"process":1}]}'],
      ['a 404 of another server', 404, '<h1>Not found</h1>'],
      ['a 500 of a proxy', 502, 'Bad gateway'],
      ['a redirect', 302, ''],
    ] as const) {
      test(`${name} is no answer of a collector`, async () =>
        withServer(
          (response) => send(response, status, body, 'text/html'),
          async (source, _, where) => {
            const error = await failure(source.processes(0, 1));
            expect(error.kind).toBe('bad-answer');
            expect(error.message).toContain(where);
          }
        ));
    }

    test('a connection that breaks in the middle', async () =>
      withServer(
        (response) => {
          response.writeHead(200, { 'content-length': '1000' });
          response.write('{"processes":[');
          setTimeout(() => response.destroy(), 20);
        },
        async (source) => expect((await failure(source.processes(0, 1))).source).toBe('collector')
      ));

    test('an address that is none', async () => {
      for (const url of ['', 'localhost:9871', 'ftp://host', 'not a url']) {
        let error: unknown = null;
        try {
          createCollectorSource({ url, timeoutMs: 100 });
        } catch (reason) {
          error = reason;
        }
        expect(error instanceof SourceError && error.kind).toBe('bad-query');
      }
    });
  });
}
