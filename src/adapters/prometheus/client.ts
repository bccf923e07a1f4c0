/**
 * Series from the Prometheus HTTP API. POST form with fallback to GET where a proxy forbids POST; one retry for what a
 * proxy or a restart does; answers kept as long as they cannot have changed by more than a step.
 */
import { type Series, type SeriesAnswer, type SeriesSource, SourceError } from '../../core/query/sources';
import { type ApiAnswer, isApiAnswer, readAnswer, toSeries } from './answer';
import { createCache } from './cache';
import { type HttpAnswer, createHttpClient, isReset } from './http';
import { createLimit } from './limit';
import type { PrometheusSettings } from './settings';

/** Prometheus refuses more than 11,000 points a series. */
const POINTS_PER_REQUEST = 10_000;
const PARALLEL_REQUESTS = 4;
const PAST_TTL_MS = 5 * 60_000;
const CACHE_ENTRIES = 200;
const CACHE_POINTS = 2_000_000;

export interface PrometheusClient extends SeriesSource {
  /** Instant query. @throws SourceError */
  instant(expr: string, atMs: number, signal?: AbortSignal): Promise<SeriesAnswer>;
  /** Version and name of the server, empty where it does not tell. @throws SourceError when it cannot be reached */
  buildInfo(signal?: AbortSignal): Promise<{ readonly application: string; readonly version: string }>;
  close(): void;
}

/** @throws SourceError when the URL cannot be used */
export function openPrometheus(settings: PrometheusSettings, now: () => number = Date.now): PrometheusClient {
  const http = createHttpClient(settings);
  const limit = createLimit(PARALLEL_REQUESTS);
  const cache = createCache<SeriesAnswer>(CACHE_ENTRIES, CACHE_POINTS);
  let getOnly = false;

  const sendOnce = async (path: string, form: URLSearchParams, signal?: AbortSignal): Promise<HttpAnswer> => {
    if (!getOnly) {
      const answer = await http.send('POST', path, form, signal);
      if (answer.status !== 403 && answer.status !== 405) return answer;
      const second = await http.send('GET', path, form, signal);
      if (second.status < 400) getOnly = true;
      return second;
    }
    return http.send('GET', path, form, signal);
  };

  const send = async (path: string, form: URLSearchParams, signal?: AbortSignal): Promise<ApiAnswer> => {
    const answer = await retryOnce(() => sendOnce(path, form, signal), signal);
    return readAnswer(answer, settings.url);
  };

  const ask = (
    path: string,
    form: Record<string, string>,
    ttlMs: number,
    signal?: AbortSignal
  ): Promise<SeriesAnswer> => {
    const parameters = new URLSearchParams(form);
    const key = `${path}?${parameters.toString()}`;
    return limit(async () => {
      // Looked up only when it is our turn: the one before us may have asked the same.
      const known = cache.get(key, now());
      if (known) return known;
      parameters.set('timeout', `${Math.max(1, Math.floor(settings.timeoutMs / 1000))}s`);
      const { data, notices } = await send(path, parameters, signal);
      const answer: SeriesAnswer = { series: toSeries(data), notices, executed: form.query ?? '' };
      cache.set(
        key,
        answer,
        answer.series.reduce((sum, one) => sum + one.values.length + 20, 0),
        now() + ttlMs
      );
      return answer;
    });
  };

  return {
    async range(expr, fromMs, toMs, stepMs, signal) {
      const parts: SeriesAnswer[] = [];
      const chunkMs = stepMs * POINTS_PER_REQUEST;
      for (let from = fromMs; from <= toMs; from += chunkMs) {
        const to = Math.min(toMs, from + chunkMs - stepMs);
        const form = { query: expr, start: seconds(from), end: seconds(to), step: seconds(stepMs) };
        const ttlMs = to > now() - PAST_TTL_MS ? Math.min(stepMs, 60_000) : PAST_TTL_MS;
        parts.push(await ask('/api/v1/query_range', form, ttlMs, toSignal(signal)));
      }
      const executed = `${expr}\nstep ${seconds(stepMs)} s`;
      const notices = [...new Set(parts.flatMap((part) => part.notices))];
      return { series: joinSeries(parts), notices, executed };
    },
    async raw(selector, fromMs, toMs, signal) {
      const query = `${selector}[${Math.max(1, Math.round(toMs - fromMs))}ms]`;
      return ask('/api/v1/query', { query, time: seconds(toMs) }, 1000, toSignal(signal));
    },
    instant: (expr, atMs, signal) => ask('/api/v1/query', { query: expr, time: seconds(atMs) }, 1000, signal),
    async buildInfo(signal) {
      const answer = await retryOnce(
        () => http.send('GET', '/api/v1/status/buildinfo', new URLSearchParams(), signal),
        signal
      );
      // VictoriaMetrics and old versions have no such page: then only the queries tell.
      if (answer.status === 404 && !/^\s*</.test(answer.text)) return { application: '', version: '' };
      const { data } = readAnswer(answer, settings.url);
      const info = (typeof data === 'object' && data !== null ? data : {}) as {
        readonly application?: unknown;
        readonly version?: unknown;
      };
      return { application: String(info.application ?? 'Prometheus'), version: String(info.version ?? '') };
    },
    close: () => http.close(),
  };
}

function seconds(ms: number): string {
  return String(Math.round(ms) / 1000);
}

function toSignal(signal: unknown): AbortSignal | undefined {
  return signal instanceof AbortSignal ? signal : undefined;
}

async function retryOnce(send: () => Promise<HttpAnswer>, signal?: AbortSignal): Promise<HttpAnswer> {
  try {
    const answer = await send();
    // The API's own 503 is about the query: a second try would be refused again.
    if (![502, 503, 504].includes(answer.status) || isApiAnswer(answer) || signal?.aborted) return answer;
  } catch (error) {
    if (!isReset(error) || signal?.aborted) throw error;
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  return send();
}

function joinSeries(parts: readonly SeriesAnswer[]): Series[] {
  if (parts.length === 1) return [...parts[0]!.series];
  const joined = new Map<string, { labels: Series['labels']; timesMs: number[]; values: number[] }>();
  for (const part of parts) {
    for (const one of part.series) {
      const key = JSON.stringify(Object.entries(one.labels).sort());
      const known = joined.get(key);
      if (known) {
        for (let i = 0; i < one.values.length; i++) {
          known.timesMs.push(one.timesMs[i]!);
          known.values.push(one.values[i]!);
        }
      } else joined.set(key, { labels: one.labels, timesMs: [...one.timesMs], values: [...one.values] });
    }
  }
  return [...joined.values()];
}

/** Settings for the second way: a Prometheus data source of this Grafana, through Grafana's own proxy. */
export function throughGrafana(grafanaUrl: string, uid: string, token: string, timeoutMs: number): PrometheusSettings {
  if (grafanaUrl === '') {
    throw new SourceError(
      'prometheus',
      'unreachable',
      "Grafana's own address is not known to the plugin. Set grafanaUrl in the settings, or enter the Prometheus URL itself."
    );
  }
  return {
    url: `${grafanaUrl.replace(/\/+$/, '')}/api/datasources/proxy/uid/${encodeURIComponent(uid)}`,
    basicAuth: null,
    headers: { Authorization: `Bearer ${token}` },
    tls: { skipVerify: false },
    timeoutMs,
  };
}
