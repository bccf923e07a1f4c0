/** One data source of Grafana: its settings, its two sources, and what it answers. */
import type {
  Call,
  DataQueryRequest,
  DataSourceInstance,
  InstanceSettings,
  ResourceCall,
  ResourceReply,
} from '../adapters/pluginv2/handlers';
import { type PrometheusClient, openPrometheus } from '../adapters/prometheus/client';
import { createCollectorSource } from '../adapters/snapshot-api/client';
import { QUERY_TYPES } from '../core/query/query';
import { decodeQuery } from '../contract/query';
import type { Engine } from '../core/query/engine';
import { runQuery } from '../core/query/run';
import type { LayoutSource, SeriesSource } from '../core/query/sources';
import type { Table } from '../core/query/table';
import { toWindow } from '../core/query/window';
import { readCollectorFacts } from './collector-facts';
import { toQueryFailure } from './failures';
import { checkCollector, checkPrometheus, toReport } from './health';
import type { Counters } from './metrics';
import { cachedLayouts } from './cached-layouts';
import { toBackendSettings } from './settings';

const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Opened on first use, so that a wrong URL is the error of a query and not of the whole request. */
function once<T>(open: () => T): () => T {
  let opened: { readonly value: T } | null = null;
  return () => (opened ??= { value: open() }).value;
}

export function openDataSource(raw: InstanceSettings, counters: Counters): DataSourceInstance {
  const settings = toBackendSettings(raw);
  const { collector, prometheus } = settings;
  let client: PrometheusClient | null = null;
  const series = prometheus && once(() => (client = openPrometheus(prometheus())));
  const layouts =
    collector &&
    once((): LayoutSource =>
      createCollectorSource({
        url: collector.url,
        timeoutMs: collector.timeoutMs,
        ...(collector.token ? { token: collector.token } : {}),
      })
    );
  const cached = layouts && once(() => cachedLayouts(layouts(), Date.now));

  const query = async (request: DataQueryRequest, call: Call): Promise<readonly Table[]> => {
    const decoded = decodeQuery(request.model);
    const engine: Engine = {
      series: series && lazySeries(series),
      layouts: cached && lazyLayouts(cached),
      window: toWindow(request),
      maxSeries: settings.jsonData.maxSeries,
      showAddresses: settings.jsonData.showAddresses,
      forAlert: call.headers.has('fromalert'),
      signal: call.signal,
      breathe,
    };
    return runQuery(decoded, engine);
  };

  return {
    async query(request, call) {
      const startedMs = performance.now();
      let ok = false;
      try {
        const tables = await query(request, call);
        ok = true;
        return tables;
      } catch (error) {
        throw toQueryFailure(error);
      } finally {
        counters.countQuery(typeOf(request.model), ok, performance.now() - startedMs);
      }
    },
    async health({ signal }) {
      const pieces = [
        ...(series ? [checkPrometheus(series, settings.way, Date.now(), signal)] : []),
        ...(layouts && collector
          ? [
              checkCollector(
                layouts,
                () => readCollectorFacts(collector.url, collector.timeoutMs, Date.now),
                Date.now(),
                signal
              ),
            ]
          : []),
      ];
      return toReport(await Promise.all(pieces));
    },
    resource: (request: ResourceCall): Promise<ResourceReply> =>
      Promise.resolve({
        status: 404,
        body: {
          message: `Nothing is at '${request.path.slice(0, 100)}': everything that Plateau knows is asked for by queries.`,
        },
      }),
    close: async () => client?.close(),
  };
}

/** A URL that cannot be used is the error of who asks there: queries that need only the other server still work. */
function lazySeries(open: () => SeriesSource): SeriesSource {
  return { range: async (...asked) => open().range(...asked), raw: async (...asked) => open().raw(...asked) };
}

function lazyLayouts(open: () => LayoutSource): LayoutSource {
  return {
    processes: async (...asked) => open().processes(...asked),
    layouts: async (...asked) => open().layouts(...asked),
    snapshot: async (...asked) => open().snapshot(...asked),
  };
}

function typeOf(model: unknown): string {
  const type =
    typeof model === 'object' && model !== null ? (model as { readonly queryType?: unknown }).queryType : undefined;
  return QUERY_TYPES.find((known) => known === type) ?? 'other';
}
