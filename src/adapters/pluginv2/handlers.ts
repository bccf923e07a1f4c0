/** What a data source answers, free of protobuf: the programs implement it, the services call it. */
import type { Table } from '../../core/query/table';

/** A data source of Grafana, secrets in clear. Never log it. */
export interface InstanceSettings {
  readonly uid: string;
  readonly name: string;
  readonly url: string;
  readonly user: string;
  readonly basicAuthEnabled: boolean;
  readonly basicAuthUser: string;
  /** Decoded JSON of any shape. */
  readonly jsonData: unknown;
  readonly secureJsonData: ReadonlyMap<string, string>;
  readonly updatedMs: number;
  readonly grafanaConfig: ReadonlyMap<string, string>;
}

export interface Call {
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  /** Null in calls of the alerting engine. */
  readonly user: { readonly login: string; readonly role: string } | null;
  readonly signal: AbortSignal;
}

export interface DataQueryRequest {
  readonly refId: string;
  /** Decoded JSON of any shape. */
  readonly model: unknown;
  readonly fromMs: number;
  readonly toMs: number;
  /** As sent: any 64-bit integer. */
  readonly intervalMs: number;
  readonly maxDataPoints: number;
}

export interface HealthReport {
  readonly ok: boolean;
  readonly message: string;
  readonly verbose: string;
}

export interface ResourceCall {
  readonly method: string;
  readonly path: string;
  readonly search: URLSearchParams;
}

export interface ResourceReply {
  readonly status: number;
  /** Sent as JSON. */
  readonly body: unknown;
}

/** One data source, opened; kept until its settings change. */
export interface DataSourceInstance {
  /** @throws QueryFailure; other errors become status 500 */
  query(request: DataQueryRequest, call: Call): Promise<readonly Table[]>;
  health(call: Call): Promise<HealthReport>;
  resource(request: ResourceCall, call: Call): Promise<ResourceReply>;
  close(): Promise<void>;
}

export interface Handlers {
  open(settings: InstanceSettings): DataSourceInstance;
  /** Prometheus text about the plugin itself. */
  metrics(): Promise<string>;
}
