/** Plays Grafana towards one plugin executable: queries, health checks, resource calls, and a clean stop. */
import { create, mergeFromBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { Client, credentials } from '@grpc/grpc-js';
import {
  CheckHealthResponse_HealthStatus,
  Data,
  Diagnostics,
  type PluginContextSchema,
  QueryDataResponseSchema,
  type QueryDataRequestSchema,
  Resource,
} from '../generated/backend_pb';
import { GRPCController } from '../generated/controller_pb';
import { Health, HealthCheckResponse_ServingStatus } from '../generated/health_pb';
import { HOST_RECEIVE_LIMIT, type CallSettings, callServerStream, callUnary } from '../rpc';
import { type PluginExit, type StartOptions, startPlugin } from './start-plugin';

/** A data source as Grafana keeps it, secrets in clear. Only `uid` is required. */
export interface DataSourceSettings {
  readonly uid: string;
  readonly name?: string;
  readonly url?: string;
  readonly jsonData?: Readonly<Record<string, unknown>>;
  readonly secureJsonData?: Readonly<Record<string, string>>;
  readonly basicAuthEnabled?: boolean;
  readonly basicAuthUser?: string;
  /** Unix ms; must change when the settings change. */
  readonly updatedMs?: number;
}

export interface CallContext {
  readonly settings: DataSourceSettings;
  readonly user?: { readonly login: string; readonly name: string; readonly email: string; readonly role: string };
  /** `GF_APP_URL` and friends. */
  readonly grafanaConfig?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One query model as it stands in a panel. maxDataPoints and intervalMs may stand in it, as Grafana's frontend sends them. */
export type QueryModel = Readonly<Record<string, unknown>> & { readonly refId: string };

export interface QueryResult {
  /** HTTP status; 200 where the plugin left it out. */
  readonly status: number;
  readonly error: string;
  readonly errorSource: string;
  /** Arrow IPC files; see frameToJson and decodeFrame. */
  readonly frames: readonly Uint8Array[];
}

export interface HealthResult {
  readonly status: 'OK' | 'ERROR' | 'UNKNOWN';
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>> | null;
}

export interface ResourceRequest {
  readonly method: string;
  readonly path: string;
  /** Query string without `?`. */
  readonly search?: string;
  readonly headers?: Readonly<Record<string, readonly string[]>>;
  readonly body?: Uint8Array;
}

export interface ResourceResult {
  readonly status: number;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: Uint8Array;
  /** How many messages the answer came in. */
  readonly messages: number;
}

export interface PluginHost {
  readonly pid: number;
  readonly target: string;
  readonly exited: Promise<PluginExit>;
  /** Answers by refId. @throws ServiceError of grpc-js when the call as a whole failed */
  queryData(
    context: CallContext,
    queries: readonly QueryModel[],
    range: { readonly fromMs: number; readonly toMs: number },
    settings?: CallSettings
  ): Promise<Map<string, QueryResult>>;
  /** The same with a request built by hand. */
  queryDataRaw(
    request: MessageInitShape<typeof QueryDataRequestSchema>,
    settings?: CallSettings
  ): Promise<Map<string, QueryResult>>;
  checkHealth(context: CallContext, settings?: CallSettings): Promise<HealthResult>;
  callResource(context: CallContext, request: ResourceRequest, settings?: CallSettings): Promise<ResourceResult>;
  /** The plugin's own metrics, Prometheus text. */
  collectMetrics(settings?: CallSettings): Promise<string>;
  ping(): Promise<boolean>;
  /** Asks it to shut down and kills it after two seconds, like Grafana. Resolves when it has ended. */
  stop(): Promise<PluginExit>;
}

const PLUGIN_ID = 'plateau-addressspace-datasource';
const encoder = new TextEncoder();
const STOP_GRACE_MS = 2000;

export function pluginContext(context: CallContext): MessageInitShape<typeof PluginContextSchema> {
  const { settings } = context;
  return {
    orgId: BigInt(1),
    pluginId: PLUGIN_ID,
    ...(context.user ? { user: context.user } : {}),
    dataSourceInstanceSettings: {
      id: BigInt(1),
      uid: settings.uid,
      name: settings.name ?? 'Plateau',
      url: settings.url ?? '',
      basicAuthEnabled: settings.basicAuthEnabled ?? false,
      basicAuthUser: settings.basicAuthUser ?? '',
      jsonData: encoder.encode(JSON.stringify(settings.jsonData ?? {})),
      decryptedSecureJsonData: { ...settings.secureJsonData },
      lastUpdatedMS: BigInt(settings.updatedMs ?? 0),
    },
    grafanaConfig: { ...context.grafanaConfig },
  };
}

const number = (value: unknown, fallback: number): bigint =>
  BigInt(typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : fallback);

export async function openPluginHost(options: StartOptions): Promise<PluginHost> {
  const { child, target, exited } = await startPlugin(options);
  const client = new Client(target, credentials.createInsecure(), {
    'grpc.max_receive_message_length': HOST_RECEIVE_LIMIT,
    'grpc.max_send_message_length': HOST_RECEIVE_LIMIT,
    'grpc.default_authority': 'localhost',
  });
  void exited.then(() => client.close());

  const queryDataRaw: PluginHost['queryDataRaw'] = async (request, settings) => {
    const answer = await callUnary(client, Data.method.queryData, request, settings, (bytes) => {
      const message = create(QueryDataResponseSchema);
      // A refId may be `__proto__`, which an ordinary object would swallow.
      message.responses = Object.create(null) as typeof message.responses;
      return mergeFromBinary(QueryDataResponseSchema, message, bytes);
    });
    return new Map(
      Object.entries(answer.responses).map(([refId, response]) => [
        refId,
        {
          status: response.status === 0 ? (response.error === '' ? 200 : 500) : response.status,
          error: response.error,
          errorSource: response.errorSource,
          frames: response.frames,
        },
      ])
    );
  };

  return {
    pid: child.pid!,
    target,
    exited,
    queryDataRaw,
    queryData: (context, queries, range, settings) =>
      queryDataRaw(
        {
          pluginContext: pluginContext(context),
          headers: { ...context.headers },
          queries: queries.map((model) => ({
            refId: model.refId,
            queryType: typeof model.queryType === 'string' ? model.queryType : '',
            maxDataPoints: number(model.maxDataPoints, 100),
            intervalMS: number(model.intervalMs, 1000),
            timeRange: { fromEpochMS: number(range.fromMs, 0), toEpochMS: number(range.toMs, 0) },
            json: encoder.encode(JSON.stringify(model)),
          })),
        },
        settings
      ),
    async checkHealth(context, settings) {
      const answer = await callUnary(
        client,
        Diagnostics.method.checkHealth,
        { pluginContext: pluginContext(context), headers: { ...context.headers } },
        settings
      );
      const status = CheckHealthResponse_HealthStatus[answer.status] as HealthResult['status'];
      const details =
        answer.jsonDetails.length > 0
          ? (JSON.parse(new TextDecoder().decode(answer.jsonDetails)) as Record<string, unknown>)
          : null;
      return { status, message: answer.message, details };
    },
    async callResource(context, request, settings) {
      const search = request.search ? `?${request.search}` : '';
      const stream = callServerStream(
        client,
        Resource.method.callResource,
        {
          pluginContext: pluginContext(context),
          path: request.path,
          method: request.method,
          url: `${request.path}${search}`,
          headers: Object.fromEntries(
            Object.entries(request.headers ?? {}).map(([name, values]) => [name, { values: [...values] }])
          ),
          body: request.body ?? new Uint8Array(),
        },
        settings
      );
      let head: { status: number; headers: ResourceResult['headers'] } = { status: 200, headers: {} };
      const parts: Uint8Array[] = [];
      for await (const message of stream) {
        if (parts.length === 0) {
          head = {
            status: message.code,
            headers: Object.fromEntries(Object.entries(message.headers).map(([name, list]) => [name, list.values])),
          };
        }
        parts.push(message.body);
      }
      return { ...head, body: Buffer.concat(parts), messages: parts.length };
    },
    async collectMetrics(settings) {
      const answer = await callUnary(client, Diagnostics.method.collectMetrics, {}, settings);
      return new TextDecoder().decode(answer.metrics?.prometheus);
    },
    async ping() {
      const answer = await callUnary(client, Health.method.check, { service: 'plugin' }, { timeoutMs: 5000 });
      return answer.status === HealthCheckResponse_ServingStatus.SERVING;
    },
    async stop() {
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
      try {
        // The plugin may be gone before it has answered: how it ended is what counts.
        await callUnary(client, GRPCController.method.shutdown, {}, { timeoutMs: STOP_GRACE_MS }).catch(
          () => undefined
        );
        return await exited;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
