/** HTTP on the loopback interface: the page, its files and the API, for a browser on this machine and no one else. */
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keepAnnotations } from './annotations';
import { type Api, RequestError, answerApi } from './api';
import { renderHtml } from './html';
import { type StaticRoots, readStatic } from './static-files';

const BODY_LIMIT = 16 * 1024 * 1024;
/** Addresses of the page itself; the router in the page knows the rest. */
const PAGES = /^\/($|d\/|explore$|connections\/)/;

export interface WorkbenchOptions {
  readonly api: Api;
  readonly roots: StaticRoots;
  /** 0 = a free one. */
  readonly port: number;
}

export interface Workbench {
  readonly url: string;
  close(): Promise<void>;
}

/** @throws the system's error (EADDRINUSE, EACCES) when the port cannot be had */
export async function startWorkbench({ api, roots, port }: WorkbenchOptions): Promise<Workbench> {
  const html = renderHtml(api.plugin);
  const served = { ...api, annotations: keepAnnotations() };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => {
      const status = error instanceof RequestError ? error.status : 502;
      if (!response.headersSent) send(response, status, {}, { message: error.message, status });
      else response.destroy();
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A foreign site can make a browser ask 127.0.0.1 under its own name; then the name is not ours.
    if (!isLoopbackName(request.headers.host)) {
      throw new RequestError(403, `Not served under the name '${request.headers.host}'.`);
    }
    const { origin } = request.headers;
    if (origin !== undefined && !isLoopbackName(origin.replace(/^https?:\/\//, ''))) {
      throw new RequestError(403, `Not answered for pages of '${origin}'.`);
    }
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname.startsWith('/api/')) {
      const abort = new AbortController();
      response.on('close', () => abort.abort());
      const body = await readBody(request);
      const { method = 'GET', headers } = request;
      const found = await answerApi(served, { method, url, headers, body, signal: abort.signal });
      if (!found) throw new RequestError(404, `The workbench does not know ${url.pathname}.`);
      return send(response, found.status, found.headers ?? {}, found.body);
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new RequestError(405, 'Only GET is answered here.');
    }
    if (PAGES.test(url.pathname)) {
      const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': html.policy };
      return send(response, 200, headers, Buffer.from(html.body));
    }
    const file = await readStatic(roots, decodeURIComponent(url.pathname));
    if (!file) throw new RequestError(404, `There is no file ${url.pathname}.`);
    send(response, 200, { 'content-type': file.type }, Buffer.from(file.body));
  }

  await listen(server, port);
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${taken}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** @param host a Host header, with or without a port */
export function isLoopbackName(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host ?? '');
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: object | Uint8Array
): void {
  const bytes = body instanceof Uint8Array;
  response.writeHead(status, {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    ...(bytes ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    ...headers,
  });
  response.end(bytes ? body : JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > BODY_LIMIT) throw new RequestError(413, 'The request body is larger than 16 MiB.');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1' }, () => resolve());
  });
}
