/** A small server on a port of its own that answers as the test says. */
import { type IncomingMessage, type RequestListener, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly form: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}
export interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Cut the connection instead of answering. */
  readonly reset?: boolean;
  /** Never answer. */
  readonly hang?: boolean;
}

export interface TestServer {
  readonly url: string;
  readonly asked: Asked[];
  close(): Promise<void>;
}

export async function startServer(
  answer: (asked: Asked, count: number) => Answer | Promise<Answer>
): Promise<TestServer> {
  const asked: Asked[] = [];
  const listener: RequestListener = (request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => (body += part));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://x');
      const form = request.method === 'POST' ? new URLSearchParams(body) : url.searchParams;
      const one = { method: request.method ?? '', path: url.pathname, form, headers: request.headers };
      asked.push(one);
      void Promise.resolve(answer(one, asked.length)).then((given) => {
        const { status = 200, type = 'application/json', body: content = '', headers = {}, reset, hang } = given;
        if (reset) request.socket.resetAndDestroy();
        else if (!hang) response.writeHead(status, { 'content-type': type, ...headers }).end(content);
      });
    });
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Result of query_range with one sample per step between start and end. */
export function matrix(asked: Asked, labels: Readonly<Record<string, string>> = { job: 'a' }): string {
  const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(asked.form.get(name))) as [
    number,
    number,
    number,
  ];
  const values: Array<[number, string]> = [];
  for (let at = start; at <= end; at += step) values.push([at, String(at)]);
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [{ metric: labels, values }] } });
}
