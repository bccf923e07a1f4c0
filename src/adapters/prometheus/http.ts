/** One HTTP request with everything that may go wrong said in words. node:http, which Node and Bun both have. */
import { type ClientRequest, type IncomingMessage, Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { gunzip } from 'node:zlib';
import { SourceError } from '../../core/query/sources';
import type { PrometheusSettings } from './settings';

/** An answer above it would not fit beside Grafana's other plugins. */
const ANSWER_LIMIT = 128 * 1024 * 1024;

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly location: string;
  readonly text: string;
}

export interface HttpClient {
  /** `form` is sent as POST body, or as query string of a GET. @throws SourceError */
  send(method: 'GET' | 'POST', path: string, form: URLSearchParams, signal?: AbortSignal): Promise<HttpAnswer>;
  close(): void;
}

/** @throws SourceError when the URL cannot be used */
export function createHttpClient(settings: PrometheusSettings): HttpClient {
  const base = parseUrl(settings.url);
  const secure = base.protocol === 'https:';
  const { tls } = settings;
  const agent = secure
    ? new HttpsAgent({
        keepAlive: true,
        maxSockets: 8,
        rejectUnauthorized: !tls.skipVerify,
        ...(tls.ca ? { ca: tls.ca } : {}),
        ...(tls.cert ? { cert: tls.cert } : {}),
        ...(tls.key ? { key: tls.key } : {}),
        ...(tls.serverName ? { servername: tls.serverName } : {}),
      })
    : new HttpAgent({ keepAlive: true, maxSockets: 8 });
  const prefix = base.pathname.replace(/\/+$/, '');

  return {
    send(method, path, form, signal) {
      const body = method === 'POST' ? form.toString() : '';
      const search = method === 'GET' && form.size > 0 ? `?${form.toString()}` : '';
      const options = {
        agent,
        method,
        hostname: base.hostname.replace(/^\[|\]$/g, ''),
        port: base.port || (secure ? 443 : 80),
        path: `${prefix}${path}${search}`,
        headers: {
          Accept: 'application/json',
          'Accept-Encoding': 'gzip',
          'User-Agent': 'plateau',
          ...(method === 'POST'
            ? { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(body) }
            : {}),
          ...(settings.basicAuth
            ? {
                Authorization: `Basic ${Buffer.from(`${settings.basicAuth.user}:${settings.basicAuth.password}`).toString('base64')}`,
              }
            : {}),
          ...settings.headers,
        },
      };
      return new Promise((resolve, reject) => {
        const fail = (error: Error): void => reject(toSourceError(error, settings, base));
        if (signal?.aborted) return fail(new Error('aborted'));
        const request: ClientRequest = (secure ? httpsRequest : httpRequest)(options, (response) => {
          readBody(response).then(
            (text) =>
              resolve({
                status: response.statusCode ?? 0,
                contentType: response.headers['content-type'] ?? '',
                location: response.headers.location ?? '',
                text,
              }),
            fail
          );
        });
        const abort = (): void => void request.destroy(new Error('aborted'));
        signal?.addEventListener('abort', abort, { once: true });
        const timer = setTimeout(() => request.destroy(new Error('timeout')), settings.timeoutMs);
        request.once('close', () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', abort);
        });
        request.once('error', fail);
        request.end(body);
      });
    },
    close: () => agent.destroy(),
  };
}

function parseUrl(text: string): URL {
  try {
    const url = new URL(text);
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  } catch {
    // Said below.
  }
  throw new SourceError(
    'prometheus',
    'unreachable',
    `The Prometheus URL '${text}' is not an address. Enter one like http://localhost:9090.`
  );
}

async function readBody(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > ANSWER_LIMIT) throw new Error('too large');
    parts.push(part);
  }
  const body = Buffer.concat(parts);
  if (response.headers['content-encoding'] !== 'gzip') return body.toString('utf8');
  return new Promise((resolve, reject) => {
    gunzip(body, { maxOutputLength: ANSWER_LIMIT }, (error, plain) =>
      error ? reject(error) : resolve(plain.toString('utf8'))
    );
  });
}

const TLS_HINTS: ReadonlyArray<readonly [RegExp, string]> = [
  [
    /self.signed|unable to (get|verify)|SELF_SIGNED|UNABLE_TO/i,
    "Its certificate is signed by an authority that is not known here. Enter the authority's certificate in the settings.",
  ],
  [/expired|CERT_HAS_EXPIRED/i, 'Its certificate has expired.'],
  [/altname|ALTNAME/i, 'Its certificate is for another name. Check the URL, or set the server name in the settings.'],
  [/wrong version number|EPROTO|packet length/i, 'It does not speak TLS there. Is it http instead of https?'],
  [
    /certificate required|alert number 116|handshake failure/i,
    'It wants a client certificate. Enter one in the settings.',
  ],
];

/** True for failures that a second try may cure. */
export function isReset(error: unknown): boolean {
  const cause = error instanceof SourceError ? (error.cause as { readonly code?: string } | undefined) : undefined;
  return cause?.code === 'ECONNRESET' || cause?.code === 'EPIPE';
}

function toSourceError(
  error: Error & { readonly code?: string },
  settings: PrometheusSettings,
  base: URL
): SourceError {
  if (error instanceof SourceError) return error;
  const place = `Address tried: ${base.host}.`;
  const { code = '', message } = error;
  let result: SourceError;
  if (message === 'timeout' || code === 'ETIMEDOUT') {
    result = new SourceError(
      'prometheus',
      'timeout',
      `Prometheus did not answer within ${settings.timeoutMs / 1000} s. ${place} Is it running?`
    );
  } else if (message === 'aborted') {
    result = new SourceError('prometheus', 'timeout', 'The query was cancelled.');
  } else if (message === 'too large' || code === 'ERR_BUFFER_TOO_LARGE') {
    result = new SourceError(
      'prometheus',
      'bad-answer',
      `Prometheus answered with more than ${ANSWER_LIMIT / 1024 / 1024} MiB. Narrow the query or the time range.`
    );
  } else if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    result = new SourceError(
      'prometheus',
      'unreachable',
      `The name ${base.hostname} of the Prometheus URL is not known here. Check the URL.`
    );
  } else {
    const hint = TLS_HINTS.find(([pattern]) => pattern.test(`${code} ${message}`))?.[1];
    result = hint
      ? new SourceError('prometheus', 'unreachable', `No safe connection to Prometheus. ${place} ${hint}`)
      : new SourceError(
          'prometheus',
          'unreachable',
          `Prometheus did not answer (${code || message}). ${place} Is it running?`
        );
  }
  result.cause = error;
  return result;
}
