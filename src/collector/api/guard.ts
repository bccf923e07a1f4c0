/** Who may ask: Host header against DNS rebinding, bearer token for the API. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { type ApiRequest, Problem } from './message';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1']);

export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host) || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * A page of a foreign site can make its own name point to 127.0.0.1 and then read what we answer; it cannot change the
 * Host header that the browser sends. On loopback only loopback names and `hosts` are answered. On other addresses the
 * API wants a token, which such a page does not have; there any name goes unless `hosts` is set.
 *
 * @throws Problem 421
 */
export function checkHost(request: ApiRequest, listenHost: string, hosts: readonly string[]): void {
  const name = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(request.headers['host'] ?? '');
  const host = (name?.[1] ?? name?.[2] ?? '').toLowerCase();
  if (isLoopback(host) || hosts.some((known) => known.toLowerCase() === host)) return;
  if (!isLoopback(listenHost) && (hosts.length === 0 || isIP(host) !== 0)) return;
  throw new Problem(
    421,
    'Unknown host name',
    `This collector is not known as '${host}'.`,
    `Use 127.0.0.1, or add the name to 'hosts' in the collector's configuration.`
  );
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** @throws Problem 401 */
export function checkToken(request: ApiRequest, token: string | null): void {
  if (token === null) return;
  const sent = /^Bearer +(\S+) *$/i.exec(request.headers['authorization'] ?? '')?.[1];
  // Equal lengths and equal time, whatever was sent.
  if (sent !== undefined && timingSafeEqual(digest(sent), digest(token))) return;
  throw new Problem(
    401,
    'Not authorised',
    sent === undefined
      ? 'The API wants a bearer token and none was sent.'
      : 'The bearer token is not the one of this collector.',
    'Send the content of the token file as Authorization: Bearer TOKEN.',
    { 'www-authenticate': 'Bearer realm="plateau collector"' }
  );
}
