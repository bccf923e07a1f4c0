/** The routes of contracts: what is asked of tracker and store, and how it is answered. */
import { CONTENT_TYPE, formatFor, toExposition } from '../../adapters/metrics/exposition';
import { openApiDocument } from '../../contract/openapi';
import { API_PREFIX, LAYOUTS_LIMIT } from '../../contract/snapshot-api';
import { CursorError, type LayoutStore } from '../../core/snapshot/store';
import { isLayoutId } from '../../core/snapshot/layout';
import type { Accounts } from '../accounts';
import { createBucket } from '../bucket';
import { collectorMetrics, processMetrics } from '../metrics';
import type { Tracker } from '../tracker';
import { checkHost, checkToken } from './guard';
import { type ApiAnswer, type ApiRequest, Problem, jsonAnswer, problemAnswer, textAnswer } from './message';
import { nearNames } from './near-names';
import { type Parameters, parameters } from './parameters';

export interface ApiParts {
  readonly store: LayoutStore;
  readonly tracker: Tracker;
  readonly accounts: Accounts;
  readonly token: string | null;
  readonly listenHost: string;
  readonly hosts: readonly string[];
  readonly pidLabel: boolean;
  /** Longest silence between two cycles that still counts as healthy. */
  readonly staleMs: number;
  readonly lastCycleMs: () => number | null;
  readonly now: () => number;
}

/** Fresh reads of one process, and of all together, per second. */
const NOW_EVERY_MS = 1000;
const NOW_BURST = 20;
const NOW_SHARED_MS = 50;

export type Handler = (request: ApiRequest) => Promise<ApiAnswer>;

export function createHandler(parts: ApiParts): Handler {
  const { store, tracker, accounts, now } = parts;
  const shared = createBucket(NOW_BURST, NOW_SHARED_MS);
  const lastNow = new Map<string, number>();

  return async (request) => {
    const path = request.url.split('?')[0]!;
    try {
      checkHost(request, parts.listenHost, parts.hosts);
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        throw new Problem(405, 'Method not allowed', `${request.method} is not answered.`, 'Use GET.', {
          allow: 'GET, HEAD',
        });
      }
      return await route(request, path);
    } catch (error) {
      if (error instanceof Problem) return problemAnswer(error, path);
      if (error instanceof CursorError) {
        return problemAnswer(new Problem(400, 'Bad parameter', error.message, 'Start again without cursor.'), path);
      }
      const detail = error instanceof Error ? error.message : String(error);
      return problemAnswer(
        new Problem(500, 'Internal error', detail, 'Report it with the version of the collector.'),
        path
      );
    }
  };

  async function route(request: ApiRequest, path: string): Promise<ApiAnswer> {
    const query = new URLSearchParams(request.url.slice(path.length + 1));
    if (path === '/metrics') return metrics(request);
    if (path === '/-/healthy') return healthy();
    if (path === '/-/ready') return ready();
    if (path === '/') {
      return textAnswer(`Plateau collector. See /metrics, ${API_PREFIX}/processes and ${API_PREFIX}/openapi.json\n`);
    }
    if (!path.startsWith(`${API_PREFIX}/`)) throw unknownPath(path);
    checkToken(request, parts.token);
    const words = path
      .slice(API_PREFIX.length + 1)
      .split('/')
      .map(decode);
    if (words[0] === 'openapi.json' && words.length === 1) return jsonAnswer(openApiDocument());
    if (words[0] === 'processes' && words.length === 1) return processes(parameters(query, ['from', 'to']));
    if (words[0] === 'processes' && words.length === 3 && words[2] === 'layouts') {
      return layouts(words[1]!, parameters(query, ['from', 'to', 'limit', 'cursor', 'include']));
    }
    if (words[0] === 'processes' && words.length === 3 && words[2] === 'snapshot') {
      return snapshot(words[1]!, parameters(query, ['at', 'id']));
    }
    throw unknownPath(path);
  }

  async function metrics(request: ApiRequest): Promise<ApiAnswer> {
    const format = formatFor(request.headers['accept']);
    const followed = tracker.followed();
    const { user, system } = process.cpuUsage();
    const cost = { cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() };
    const families = [
      ...processMetrics(followed, parts.pidLabel),
      ...collectorMetrics(accounts, followed.length, await store.usage(), cost),
    ];
    return textAnswer(toExposition(families, format), CONTENT_TYPE[format]);
  }

  function healthy(): ApiAnswer {
    const last = parts.lastCycleMs();
    const silence = last === null ? 0 : now() - last;
    if (silence <= parts.staleMs) return textAnswer('healthy\n');
    return textAnswer(`The last look at the processes was ${Math.round(silence / 1000)} s ago.\n`, undefined, 503);
  }

  function ready(): ApiAnswer {
    return parts.lastCycleMs() === null
      ? textAnswer('The first look at the processes is under way.\n', undefined, 503)
      : textAnswer('ready\n');
  }

  async function processes(parameter: Parameters): Promise<ApiAnswer> {
    const [fromMs, toMs] = range(parameter);
    return jsonAnswer({ processes: await store.processes(fromMs, toMs) });
  }

  async function layouts(process: string, parameter: Parameters): Promise<ApiAnswer> {
    const [fromMs, toMs] = range(parameter);
    const limit = parameter.integer('limit', LAYOUTS_LIMIT.usual, 1, LAYOUTS_LIMIT.most);
    const cursor = parameter.text('cursor');
    const include = parameter.choice('include', ['categories', 'regions'], 'categories');
    const page = await store.layouts(process, fromMs, toMs, {
      limit,
      include,
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (page.items.length === 0) await mustKnow(process);
    return jsonAnswer(page);
  }

  async function snapshot(process: string, parameter: Parameters): Promise<ApiAnswer> {
    const id = parameter.text('id');
    const at = parameter.text('at');
    if (id !== undefined && at !== undefined) {
      throw new Problem(400, 'Bad parameter', 'Both at and id are given.', 'Give one of them.');
    }
    if (id !== undefined && !isLayoutId(id)) {
      throw new Problem(
        400,
        'Bad parameter',
        `id='${id}' is not a layout id.`,
        'Give 13 lower-case hex digits, as /layouts answers them.'
      );
    }
    const fresh = id === undefined && (at === undefined || at === 'now') ? await readNow(process) : null;
    const stored =
      fresh ??
      (await store.snapshot(
        process,
        id !== undefined ? { id } : { atMs: at === 'now' ? now() : parameter.time('at', now()) }
      ));
    if (stored) return jsonAnswer(stored);
    await mustKnow(process);
    throw new Problem(
      404,
      'No such layout',
      id === undefined ? `No layout of '${process}' is kept.` : `'${process}' has no layout ${id} that is kept.`,
      'Ask /layouts which ones there are; old ones are removed after the retention time.'
    );
  }

  /** Null when there is nothing fresh to be had: the process has ended, or was never followed. */
  async function readNow(process: string): Promise<Awaited<ReturnType<Tracker['readNow']>>> {
    const last = lastNow.get(process);
    if (last !== undefined && Math.abs(now() - last) < NOW_EVERY_MS) return null;
    if (!shared.take(now())) {
      throw new Problem(
        429,
        'Too many fresh reads',
        'More fresh reads are asked for than the collector makes.',
        'Ask again in a second, or give at=.',
        { 'retry-after': '1' }
      );
    }
    const fresh = await tracker.readNow(process);
    for (const [name, ms] of lastNow) if (Math.abs(now() - ms) >= NOW_EVERY_MS) lastNow.delete(name);
    if (fresh) lastNow.set(process, now());
    return fresh;
  }

  function range(parameter: Parameters): readonly [number, number] {
    const toMs = parameter.time('to', now());
    const fromMs = parameter.time('from', 0);
    if (fromMs <= toMs) return [fromMs, toMs];
    throw new Problem(400, 'Bad parameter', `from=${fromMs} is after to=${toMs}.`, 'Exchange them.');
  }

  /** @throws Problem 404 with names that are like the one asked for */
  async function mustKnow(process: string): Promise<void> {
    const known = (await store.processes(0, Number.MAX_SAFE_INTEGER)).map((one) => one.process);
    if (known.includes(process)) return;
    const near = nearNames(process, known);
    throw new Problem(
      404,
      'No such process',
      `No process '${process}' is known.`,
      near.length > 0
        ? `Known are ${near.map((name) => `'${name}'`).join(', ')}.`
        : `Ask ${API_PREFIX}/processes which ones are.`
    );
  }
}

function unknownPath(path: string): Problem {
  return new Problem(404, 'No such path', `'${path}' is not answered here.`, `See ${API_PREFIX}/openapi.json.`);
}

function decode(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    throw new Problem(
      400,
      'Bad path',
      `'${word}' is not URL-encoded.`,
      'Encode the name of the process as encodeURIComponent does.'
    );
  }
}
