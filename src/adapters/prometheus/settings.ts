export interface TlsSettings {
  /** PEM. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
  readonly skipVerify: boolean;
}

/** How to reach one Prometheus, or anything that speaks its API: Mimir, Thanos, VictoriaMetrics, Grafana's proxy. */
export interface PrometheusSettings {
  /** Base address; a path prefix stays. */
  readonly url: string;
  readonly basicAuth: { readonly user: string; readonly password: string } | null;
  /** Sent as they are: Authorization, X-Scope-OrgID, ... Secrets: never log them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsSettings;
  readonly timeoutMs: number;
}
