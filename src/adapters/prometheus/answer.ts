/** What an HTTP answer of the Prometheus API means: data with notices, or one sentence that says what is wrong. */
import { type Series, SourceError } from '../../core/query/sources';
import type { HttpAnswer } from './http';

export interface ApiAnswer {
  readonly data: unknown;
  readonly notices: readonly string[];
}

interface Envelope {
  readonly status?: unknown;
  readonly data?: unknown;
  readonly error?: unknown;
  readonly errorType?: unknown;
  readonly warnings?: unknown;
  readonly infos?: unknown;
  readonly isPartial?: unknown;
}

function parseEnvelope(text: string): Envelope | null {
  try {
    const value: unknown = JSON.parse(text);
    const own = typeof value === 'object' && value !== null && 'status' in value;
    // Problem documents of other servers have a status too: a number.
    return own && (value.status === 'success' || value.status === 'error') ? value : null;
  } catch {
    return null;
  }
}

/** True when the answer is the API's own, so that its status is about the query and not about a proxy on the way. */
export function isApiAnswer(answer: HttpAnswer): boolean {
  return parseEnvelope(answer.text) !== null;
}

/** @param url base address, for the errors. @throws SourceError */
export function readAnswer(answer: HttpAnswer, url: string): ApiAnswer {
  const envelope = parseEnvelope(answer.text);
  if (envelope?.status === 'success') return { data: envelope.data, notices: noticesOf(envelope) };
  throw envelope ? apiError(envelope, answer.status) : foreignAnswer(answer, url);
}

function apiError(envelope: Envelope, status: number): SourceError {
  const text = String(envelope.error ?? 'no reason given').slice(0, 600);
  const type = String(envelope.errorType ?? '');
  if (type === 'timeout') {
    return new SourceError('prometheus', 'timeout', `Prometheus gave up: ${text}. Narrow the query or the time range.`);
  }
  if (status === 401 || status === 403) return refused(status);
  if (status >= 500) {
    return new SourceError(
      'prometheus',
      'bad-answer',
      `Prometheus failed (${status}): ${text}. Its log has the reason.`
    );
  }
  const place = /(?:(\d+):)?(\d+): parse error: (.*)/s.exec(text);
  if (place) {
    const line = place[1] && place[1] !== '1' ? `line ${place[1]}, ` : '';
    return new SourceError(
      'prometheus',
      'bad-query',
      `The query has a syntax error at ${line}column ${place[2]}: ${place[3]!.trim()}.`
    );
  }
  return new SourceError('prometheus', 'bad-query', `Prometheus refused the query: ${text.replace(/\.$/, '')}.`);
}

function foreignAnswer(answer: HttpAnswer, url: string): SourceError {
  const { status } = answer;
  if (status === 401) return refused(status);
  if (status === 403) return refused(status);
  if (status >= 300 && status < 400) {
    return new SourceError(
      'prometheus',
      'bad-answer',
      `${url} redirects to ${answer.location.slice(0, 200) || 'another address'}. Enter the address that it leads to.`
    );
  }
  if (status >= 500) {
    return new SourceError('prometheus', 'unreachable', `${url} answered ${status}. Is Prometheus running behind it?`);
  }
  if (/html/i.test(answer.contentType) || /^\s*</.test(answer.text)) {
    return new SourceError(
      'prometheus',
      'bad-answer',
      `${url} answered with a web page (${status}), not with the Prometheus API. Check the URL: it is the part before /api/v1.`
    );
  }
  if (status === 404) {
    return new SourceError('prometheus', 'not-found', `${url} has no Prometheus API (404 for /api/v1). Check the URL.`);
  }
  return new SourceError(
    'prometheus',
    'bad-answer',
    `${url} answered ${status} with something that is not the Prometheus API. Check the URL.`
  );
}

function refused(status: number): SourceError {
  const what =
    status === 401 ? 'the password (401). Check user and password' : 'access (403). Check user, token and headers';
  return new SourceError('prometheus', 'denied', `Prometheus refused ${what} in the settings.`);
}

function noticesOf(envelope: Envelope): string[] {
  const texts = [envelope.warnings, envelope.infos].flatMap((list) => (Array.isArray(list) ? list.map(String) : []));
  const notices = texts.slice(0, 10).map((text) => `Prometheus says: ${text.slice(0, 300)}`);
  if (envelope.isPartial === true) notices.push('Prometheus answered in part.');
  return notices;
}

/** "NaN", "+Inf" and numbers; undefined for anything else. */
function parseValue(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (value === '+Inf' || value === 'Inf') return Infinity;
  if (value === '-Inf') return -Infinity;
  const number = Number(value);
  return Number.isNaN(number) && value !== 'NaN' ? undefined : number;
}

function parseLabels(value: unknown): Record<string, string> {
  const labels: Record<string, string> = {};
  if (typeof value === 'object' && value !== null) {
    for (const [name, text] of Object.entries(value)) labels[name] = String(text);
  }
  return labels;
}

/** Result of query_range or query: matrix, vector or scalar. @throws SourceError when it is none of them */
export function toSeries(data: unknown): Series[] {
  const { resultType, result } = (data ?? {}) as { readonly resultType?: unknown; readonly result?: unknown };
  if (!Array.isArray(result)) throw unreadable();
  if (resultType === 'scalar') return [pointsToSeries({}, [result])];
  if (resultType !== 'matrix' && resultType !== 'vector') {
    throw new SourceError(
      'prometheus',
      'bad-query',
      `The query answers a ${String(resultType)}, not series. Select a memory metric.`
    );
  }
  return result.map((raw: unknown) => {
    const item = (raw ?? {}) as { readonly metric?: unknown; readonly values?: unknown; readonly value?: unknown };
    const points = resultType === 'matrix' ? item.values : [item.value];
    // A native histogram has `histograms` and no values: it is no memory metric.
    return pointsToSeries(parseLabels(item.metric), Array.isArray(points) ? points : []);
  });
}

function pointsToSeries(labels: Record<string, string>, points: readonly unknown[]): Series {
  const timesMs: number[] = [];
  const values: number[] = [];
  for (const point of points) {
    if (!Array.isArray(point) || typeof point[0] !== 'number') throw unreadable();
    const value = parseValue(point[1]);
    if (value === undefined) throw unreadable();
    // Seconds with three decimals; the product is rounded, since 1.001 * 1000 is not 1001 in a double.
    timesMs.push(Math.round(point[0] * 1000));
    values.push(value);
  }
  return { labels, timesMs, values };
}

function unreadable(): SourceError {
  return new SourceError(
    'prometheus',
    'bad-answer',
    'Prometheus answered with a result that cannot be read. Is a proxy changing it?'
  );
}
