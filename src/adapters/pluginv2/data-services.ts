/** Grafana's own services: queries, health check, metrics, resources. Decodes, calls the handlers, encodes. */
import { create } from '@bufbuild/protobuf';
import {
  type ServerUnaryCall,
  type ServerWritableStream,
  type UntypedServiceImplementation,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { encodeFrame } from './encode-frame';
import { toFailure } from './errors';
import {
  type CallResourceRequest,
  CallResourceResponseSchema,
  type CheckHealthRequest,
  CheckHealthResponseSchema,
  CheckHealthResponse_HealthStatus,
  CollectMetricsResponseSchema,
  DataFrameFormat,
  type DataQuery,
  type DataResponse,
  DataResponseSchema,
  type PluginContext,
  type QueryDataRequest,
  QueryDataResponseSchema,
} from './generated/backend_pb';
import type { Call, DataQueryRequest, DataSourceInstance, Handlers, InstanceSettings } from './handlers';
import type { Instances } from './instances';
import type { Log } from './log';

const utf8 = new TextDecoder();
/** Grafana's frontend sends 26 at most; a rule a handful. */
const QUERIES_LIMIT = 1000;

function parseJson(bytes: Uint8Array): unknown {
  return bytes.length === 0 ? {} : (JSON.parse(utf8.decode(bytes)) as unknown);
}

/** @throws Error when the context names no data source */
export function toInstanceSettings(context: PluginContext | undefined): InstanceSettings {
  const raw = context?.dataSourceInstanceSettings;
  if (!raw) throw new Error('The request names no data source.');
  let jsonData: unknown = {};
  try {
    jsonData = parseJson(raw.jsonData);
  } catch {
    // Settings that are no JSON count as empty: the health check then says what is missing.
  }
  return {
    uid: raw.uid || String(raw.id),
    name: raw.name,
    url: raw.url,
    user: raw.user,
    basicAuthEnabled: raw.basicAuthEnabled,
    basicAuthUser: raw.basicAuthUser,
    jsonData,
    secureJsonData: new Map(Object.entries(raw.decryptedSecureJsonData)),
    updatedMs: Number(raw.lastUpdatedMS),
    grafanaConfig: new Map(Object.entries(context.grafanaConfig)),
  };
}

function toQueryRequest(query: DataQuery): DataQueryRequest {
  return {
    refId: query.refId,
    model: parseJson(query.json),
    fromMs: Number(query.timeRange?.fromEpochMS ?? 0),
    toMs: Number(query.timeRange?.toEpochMS ?? 0),
    intervalMs: Number(query.intervalMS),
    maxDataPoints: Number(query.maxDataPoints),
  };
}

type Cancellable = Pick<ServerUnaryCall<unknown, unknown>, 'on' | 'getDeadline'>;

function callOf(
  call: Cancellable,
  context: PluginContext | undefined,
  headers: Readonly<Record<string, string>>
): Call {
  const aborter = new AbortController();
  call.on('cancelled', () => aborter.abort());
  const user = context?.user;
  return {
    headers: new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    user: user ? { login: user.login, role: user.role } : null,
    signal: aborter.signal,
  };
}

/** Lets pings, cancels and the parent watch in between two pieces of work. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function dataServices(handlers: Handlers, instances: Instances, log: Log) {
  const answerOne = async (instance: DataSourceInstance, query: DataQuery, call: Call): Promise<DataResponse> => {
    const startedMs = Date.now();
    try {
      let request: DataQueryRequest;
      try {
        request = toQueryRequest(query);
      } catch (error) {
        return failed(400, 'plugin', `The query is not JSON: ${(error as Error).message}.`);
      }
      const tables = await instance.query(request, call);
      await breathe();
      const frames = tables.map((table) => encodeFrame(table, query.refId));
      return create(DataResponseSchema, { frames, status: 200, format: DataFrameFormat.ARROW });
    } catch (error) {
      const failure = toFailure(error);
      if (!call.signal.aborted) {
        const stack = error instanceof Error && error !== failure ? (error.stack ?? '') : '';
        log(failure.status >= 500 ? 'error' : 'warn', 'query failed', {
          refId: query.refId,
          status: failure.status,
          errorSource: failure.errorSource,
          error: failure.message,
          ms: Date.now() - startedMs,
          stack,
        });
      }
      return failed(failure.status, failure.errorSource, failure.message);
    }
  };

  const data: UntypedServiceImplementation = {
    queryData(raw: ServerUnaryCall<QueryDataRequest, unknown>, reply: sendUnaryData<unknown>) {
      const { pluginContext, queries, headers } = raw.request;
      guard(reply, log, 'QueryData', async () => {
        const call = callOf(raw, pluginContext, headers);
        const instance = instances.get(toInstanceSettings(pluginContext));
        const response = create(QueryDataResponseSchema);
        // A refId may be `__proto__`, which an ordinary object would swallow.
        const responses = Object.create(null) as typeof response.responses;
        response.responses = responses;
        if (queries.length > QUERIES_LIMIT) {
          for (const query of queries) {
            responses[query.refId] = failed(400, 'plugin', `More than ${QUERIES_LIMIT} queries in one request.`);
          }
          return response;
        }
        await Promise.all(
          queries.map(async (query) => (responses[query.refId] = await answerOne(instance, query, call)))
        );
        return response;
      });
    },
  };

  const diagnostics: UntypedServiceImplementation = {
    checkHealth(raw: ServerUnaryCall<CheckHealthRequest, unknown>, reply: sendUnaryData<unknown>) {
      const { pluginContext, headers } = raw.request;
      guard(reply, log, 'CheckHealth', async () => {
        const report = await instances
          .get(toInstanceSettings(pluginContext))
          .health(callOf(raw, pluginContext, headers));
        return create(CheckHealthResponseSchema, {
          status: report.ok ? CheckHealthResponse_HealthStatus.OK : CheckHealthResponse_HealthStatus.ERROR,
          message: report.message,
          jsonDetails: new TextEncoder().encode(
            JSON.stringify({ message: report.message, verboseMessage: report.verbose })
          ),
        });
      });
    },
    collectMetrics(_raw: ServerUnaryCall<unknown, unknown>, reply: sendUnaryData<unknown>) {
      guard(reply, log, 'CollectMetrics', async () =>
        create(CollectMetricsResponseSchema, {
          metrics: { prometheus: new TextEncoder().encode(await handlers.metrics()) },
        })
      );
    },
  };

  const resource: UntypedServiceImplementation = {
    callResource(raw: ServerWritableStream<CallResourceRequest, unknown>) {
      const { pluginContext, path, url, method, headers } = raw.request;
      const first = Object.fromEntries(Object.entries(headers).map(([name, list]) => [name, list.values[0] ?? '']));
      const search = url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
      const answer = async (): Promise<{ readonly status: number; readonly body: unknown }> => {
        try {
          const instance = instances.get(toInstanceSettings(pluginContext));
          return await instance.resource(
            { method, path, search: new URLSearchParams(search) },
            callOf(raw, pluginContext, first)
          );
        } catch (error) {
          const failure = toFailure(error);
          log('warn', 'resource failed', { path, status: failure.status, error: failure.message });
          return { status: failure.status, body: { message: failure.message } };
        }
      };
      void answer().then(({ status: code, body }) => {
        const message = create(CallResourceResponseSchema, {
          code,
          headers: { 'Content-Type': { values: ['application/json'] } },
          body: new TextEncoder().encode(JSON.stringify(body)),
        });
        raw.write(message);
        raw.end();
      });
    },
  };

  return { data, diagnostics, resource };
}

function failed(code: number, errorSource: 'plugin' | 'downstream', error: string): DataResponse {
  return create(DataResponseSchema, { status: code, errorSource, error });
}

/** A call that fails as a whole gets a gRPC error; the process lives on. */
function guard(reply: sendUnaryData<unknown>, log: Log, name: string, answer: () => Promise<unknown>): void {
  answer().then(
    (message) => reply(null, message),
    (error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      log('error', `${name} failed`, { error: text, stack: error instanceof Error ? (error.stack ?? '') : '' });
      reply({ code: status.INTERNAL, details: text.slice(0, 1000) });
    }
  );
}
