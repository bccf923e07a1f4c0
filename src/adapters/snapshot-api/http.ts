/** One GET to the collector: deadline, token, size limit, and every failure as a SourceError that says what to do. */
import { type Dispatcher, request } from 'undici';
import type { z } from 'zod';
import { API_PREFIX, problem } from '../../contract/snapshot-api';
import { type AbortSignalLike, SourceError } from '../../core/query/sources';

export interface CollectorAddress {
  /** Base URL, with or without a path; `/api/v1` is added. */
  readonly url: string;
  readonly token?: string;
  readonly timeoutMs: number;
  /** For tests, and for TLS settings of the caller. */
  readonly dispatcher?: Dispatcher;
}

const MAX_BYTES = 64 * 1024 * 1024;

export type Get = <T>(
  path: string,
  query: Readonly<Record<string, string>>,
  schema: z.ZodType<T>,
  signal?: AbortSignalLike
) => Promise<T | null>;

/** @returns a function that answers null for 404 and otherwise decoded JSON, or throws SourceError */
export function createGet({ url, token, timeoutMs, dispatcher }: CollectorAddress): Get {
  const base = parseBase(url);
  const where = base.host;

  return async (path, query, schema, signal) => {
    const target = new URL(`${base.href.replace(/\/+$/, '')}${API_PREFIX}${path}`);
    for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
    const deadline = AbortSignal.timeout(timeoutMs);
    const stop = signal instanceof AbortSignal ? AbortSignal.any([deadline, signal]) : deadline;
    let status: number;
    let text: string;
    try {
      const response = await request(target, {
        headers: { accept: 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
        signal: stop,
        ...(dispatcher ? { dispatcher } : {}),
      });
      status = response.statusCode;
      text = await readAll(response.body);
    } catch (error) {
      if (error instanceof SourceError) throw error;
      if (signal?.aborted) {
        throw new SourceError('collector', 'timeout', 'The question to the collector was withdrawn.');
      }
      if (deadline.aborted) {
        const seconds = Math.round(timeoutMs / 100) / 10;
        throw new SourceError(
          'collector',
          'timeout',
          `The collector did not answer within ${seconds} s. Address tried: ${where}. Is it running?`
        );
      }
      throw new SourceError(
        'collector',
        'unreachable',
        `The collector cannot be reached (${codeOf(error)}). Address tried: ${where}. Is it running?`
      );
    }
    if (status === 200) return decode(text, schema);
    // A 404 that is no problem document comes from something else than a collector.
    if (status === 404 && describe(text)) return null;
    throw refusal(status, text);
  };

  async function readAll(body: AsyncIterable<Uint8Array>): Promise<string> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of body) {
      size += chunk.length;
      if (size > MAX_BYTES) {
        throw new SourceError(
          'collector',
          'bad-answer',
          `The collector at ${where} answers more than ${MAX_BYTES} B at once. Narrow the time range.`
        );
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  function decode<T>(text: string, schema: z.ZodType<T>): T {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw badAnswer(`something that is not JSON ('${start(text)}')`);
    }
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0]!;
    throw badAnswer(`JSON of another kind (${issue.path.join('.') || 'the whole answer'}: ${issue.message})`);
  }

  function badAnswer(what: string): SourceError {
    return new SourceError(
      'collector',
      'bad-answer',
      `${where} answers ${what}. Is this the address of a Plateau collector?`
    );
  }

  function refusal(status: number, text: string): SourceError {
    const said = describe(text);
    if (status === 401 || status === 403) {
      return new SourceError(
        'collector',
        'denied',
        `The collector at ${where} refused the token (${status}). Check the collector token in the settings.`
      );
    }
    if (!said) return badAnswer(`${status} and something that is no collector's ('${start(text)}')`);
    return new SourceError(
      'collector',
      status === 400 ? 'bad-query' : 'bad-answer',
      `The collector at ${where} answers ${status}: ${said}`
    );
  }
}

/** Detail and remedy of a problem document, or null when it is none. */
function describe(text: string): string | null {
  try {
    const parsed = problem.safeParse(JSON.parse(text));
    if (!parsed.success) return null;
    const { title, detail, remedy } = parsed.data;
    return [detail ?? title, remedy].filter(Boolean).join(' ');
  } catch {
    return null;
  }
}

function parseBase(url: string): URL {
  const base = URL.canParse(url) ? new URL(url) : null;
  if (base && (base.protocol === 'http:' || base.protocol === 'https:')) return base;
  throw new SourceError(
    'collector',
    'bad-query',
    `The collector's address '${url}' is not a URL. Give one such as http://127.0.0.1:9871.`
  );
}

function start(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? String(error.code) : error.message;
}
