/** node:http around the routes: HEAD, gzip, limits, a clean stop. */
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { ConfigError } from '../../contract/collector-config';
import type { Handler } from './routes';

const WORTH_GZIP = 1400;

export interface RunningServer {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** @throws ConfigError when the address cannot be had */
export async function serve(
  handler: Handler,
  address: { readonly host: string; readonly port: number }
): Promise<RunningServer> {
  const server = createServer((request, response) => {
    request.resume();
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value])
    );
    void handler({ method: request.method ?? 'GET', url: request.url ?? '/', headers }).then((answer) => {
      let body = Buffer.from(answer.body);
      const out: Record<string, string> = {
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        ...answer.headers,
      };
      if (body.length > WORTH_GZIP && /\bgzip\b/.test(headers['accept-encoding'] ?? '')) {
        body = gzipSync(body, { level: 1 });
        out['content-encoding'] = 'gzip';
        out['vary'] = 'accept-encoding';
      }
      response.writeHead(answer.status, { ...out, 'content-length': String(body.length) });
      response.end(request.method === 'HEAD' ? undefined : body);
    });
  });
  server.requestTimeout = 10_000;
  server.headersTimeout = 5_000;
  server.maxConnections = 200;
  await listen(server, address);
  const { port } = server.address() as AddressInfo;
  return {
    host: address.host,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new ConfigError(adviceFor(error.code, host, port))));
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

function adviceFor(code: string | undefined, host: string, port: number): string {
  const where = `${host}:${port}`;
  if (code === 'EADDRINUSE') {
    return `Port ${port} on ${host} is taken, perhaps by another collector. Stop that one, or choose another address with --listen.`;
  }
  if (code === 'EACCES') return `Not permitted to listen on ${where}. Choose a port above 1023 with --listen.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `${host} is not an address of this host. Choose one that is with --listen.`;
  }
  return `Cannot listen on ${where} (${code ?? 'unknown'}). Choose another address with --listen.`;
}
