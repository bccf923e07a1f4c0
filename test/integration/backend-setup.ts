/** The compiled backend, freshly built, and a collector that answers as the test says. */
import { mkdtempSync, rmSync } from 'node:fs';
import { type RequestListener, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decodeFrame, type DecodedFrame } from '../../src/adapters/pluginv2/decode-frame';
import {
  type CallContext,
  type PluginHost,
  type QueryResult,
  openPluginHost,
} from '../../src/adapters/pluginv2/host/plugin-host';
import { emptyCategoryBytes } from '../../src/core/attribution/categories';
import type { StartOptions } from '../../src/adapters/pluginv2/host/start-plugin';
import { HOST_TARGET, buildBackend } from '../../scripts/build-backend';

export interface Workplace {
  readonly directory: string;
  readonly executable: string;
  /** Hosts that `start` made are stopped by `clean`. */
  start(options?: Partial<StartOptions>): Promise<PluginHost>;
  clean(): Promise<void>;
}

/** Compiles the backend of this source into a directory of its own: about a second. */
export async function setUpBackend(): Promise<Workplace> {
  const directory = mkdtempSync(path.join(tmpdir(), 'plateau-backend-'));
  const [executable] = (await buildBackend([HOST_TARGET], directory)) as [string];
  const hosts: PluginHost[] = [];
  return {
    directory,
    executable,
    async start(options = {}) {
      const host = await openPluginHost({ executable, env: { PLUGIN_UNIX_SOCKET_DIR: directory }, ...options });
      hosts.push(host);
      return host;
    },
    async clean() {
      await Promise.all(hosts.map((host) => host.stop()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export interface FakeServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function serveHttp(listener: RequestListener): Promise<FakeServer> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A collector with one process, `api-1`, that holds one layout of 12,288 B since `fromMs`. */
export function fakeCollector(fromMs: number, toMs: number, token = ''): RequestListener {
  const zero = emptyCategoryBytes();
  const range = (category: string, region: string, size: number, mapping: number) => ({
    gap: 0,
    size,
    permissions: 'rw-p',
    category,
    region,
    confidence: 'certain',
    why: 'because',
    name: '',
    mapping,
    resident: null,
  });
  const ranges = [range('code', 'elf.text', 4096, 0), range('heap', 'libc.brk', 8192, 1)];
  const layout = {
    schema: 1,
    comm: 'api',
    virtualBytes: 12288,
    mappings: 2,
    runtimes: [],
    threads: 1,
    maxMapCount: 65530,
    residentBytes: 4096,
    peakBytes: null,
    ranges,
  };
  const known = {
    process: 'api-1',
    host: 'h',
    pid: 7,
    comm: 'api',
    startMs: fromMs,
    firstMs: fromMs,
    lastMs: toMs,
    runtime: 'go',
    runtimeVersion: '1.24',
    virtualBytes: 12288,
    residentBytes: 4096,
    mappings: 2,
    evidence: 'snapshot',
  };
  const item = {
    id: '0123456789abc',
    fromMs,
    toMs,
    startMs: fromMs,
    virtualBytes: 12288,
    mappings: 2,
    categories: { ...zero, code: 4096, heap: 8192 },
    regions: { 'elf.text\tcode': 4096, 'libc.brk\theap': 8192 },
  };
  const problem = (title: string, status: number) => ({ type: 'about:blank', title, status, detail: title });
  return (request, response) => {
    const url = request.url ?? '';
    const send = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (url.startsWith('/metrics')) return void response.end('plateau_collector_build_info{version="9.9.9"} 1\n');
    if (token !== '' && request.headers.authorization !== `Bearer ${token}`) {
      return void send(401, problem('No token.', 401));
    }
    if (url.startsWith('/api/v1/processes?')) return void send(200, { processes: [known] });
    if (url.startsWith('/api/v1/processes/api-1/layouts')) return void send(200, { items: [item] });
    if (url.startsWith('/api/v1/processes/api-1/snapshot')) {
      return void send(200, { id: item.id, fromMs, toMs, exact: true, layout });
    }
    send(404, problem('Not found.', 404));
  };
}

/** Prometheus with one series of constant value, and whatever else `answers` holds by metric name. */
export function fakePrometheus(
  answers: Readonly<Record<string, number>>,
  labels: Readonly<Record<string, string>> = { job: 'api', instance: 'h:1' }
): RequestListener {
  return (request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const send = (data: unknown) =>
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ status: 'success', data }));
      if ((request.url ?? '').includes('buildinfo')) return void send({ version: '2.42.0' });
      const form = new URLSearchParams(body);
      const query = form.get('query') ?? '';
      const names = Object.keys(answers).filter((name) => query.includes(name));
      const metric = (name: string) => ({ __name__: name, ...labels });
      if ((request.url ?? '').endsWith('/query')) {
        const result = names.map((name) => ({ metric: { __name__: name }, value: [Number(form.get('time')), '1'] }));
        return void send({ resultType: 'vector', result });
      }
      const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(form.get(name))) as [
        number,
        number,
        number,
      ];
      const times = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, i) => start + i * step);
      const result = names.map((name) => ({
        metric: metric(name),
        values: times.map((time) => [time, String(answers[name])]),
      }));
      send({ resultType: 'matrix', result });
    });
  };
}

export function framesOf(answer: QueryResult | undefined): DecodedFrame[] {
  if (!answer) throw new Error('There is no answer for this refId.');
  if (answer.error !== '') throw new Error(`${answer.status}: ${answer.error}`);
  return answer.frames.map(decodeFrame);
}

export function noticesOf(frame: DecodedFrame | undefined): string[] {
  const notices = (frame?.meta?.notices ?? []) as ReadonlyArray<{ readonly text: string }>;
  return notices.map((notice) => notice.text);
}

export function contextOf(
  url: string,
  jsonData: Record<string, unknown> = {},
  more: Partial<CallContext['settings']> = {}
): CallContext {
  return { settings: { uid: 'u1', url, jsonData, ...more } };
}

/** Sum over the stack, row by row; null for a gap. */
export function stackSums(frame: DecodedFrame): Array<number | null> {
  const stack = frame.fields.filter((field) => field.labels?.category !== undefined);
  return Array.from({ length: frame.length }, (_, row) =>
    stack.some((field) => field.values[row] === null)
      ? null
      : stack.reduce((sum, field) => sum + (field.values[row] as number), 0)
  );
}
