/** Grafana's data source settings → where Prometheus and the collector are, and how to get in. */
import { type PlateauJsonData, decodeJsonData } from '../contract/settings';
import type { InstanceSettings } from '../adapters/pluginv2/handlers';
import { throughGrafana } from '../adapters/prometheus/client';
import type { PrometheusSettings } from '../adapters/prometheus/settings';

export interface BackendSettings {
  readonly jsonData: PlateauJsonData;
  /** How Prometheus is reached, or null when none is set. May throw SourceError when asked for. */
  readonly prometheus: (() => PrometheusSettings) | null;
  /** `direct`: the URL of the settings; `grafana`: a data source of this Grafana, with a token. */
  readonly way: 'direct' | 'grafana' | null;
  readonly collector: { readonly url: string; readonly token: string; readonly timeoutMs: number } | null;
}

const MAX_HEADERS = 50;

/** httpHeaderName1 in jsonData goes with httpHeaderValue1 in the secrets. */
function customHeaders(jsonData: PlateauJsonData, secrets: ReadonlyMap<string, string>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let i = 1; i <= MAX_HEADERS; i++) {
    const name = jsonData[`httpHeaderName${i}`];
    const value = secrets.get(`httpHeaderValue${i}`);
    // A line break would make a second header; node:http would throw on the whole request.
    if (
      typeof name === 'string' &&
      /^[\w!#$%&'*+.^`|~-]+$/.test(name) &&
      value !== undefined &&
      !/[\r\n\0]/.test(value)
    ) {
      headers[name] = value;
    }
  }
  return headers;
}

export function toBackendSettings(settings: InstanceSettings): BackendSettings {
  const jsonData = decodeJsonData(settings.jsonData);
  const secrets = settings.secureJsonData;
  const timeoutMs = jsonData.timeoutSeconds * 1000;
  const url = settings.url.trim();
  const collectorUrl = jsonData.collectorUrl.trim();
  const uid = jsonData.prometheusUid.trim();

  const direct = (): PrometheusSettings => ({
    url,
    basicAuth: settings.basicAuthEnabled
      ? { user: settings.basicAuthUser, password: secrets.get('basicAuthPassword') ?? '' }
      : null,
    headers: customHeaders(jsonData, secrets),
    tls: {
      skipVerify: jsonData.tlsSkipVerify,
      ...(jsonData.tlsAuthWithCACert ? { ca: secrets.get('tlsCACert') ?? '' } : {}),
      ...(jsonData.tlsAuth ? { cert: secrets.get('tlsClientCert') ?? '', key: secrets.get('tlsClientKey') ?? '' } : {}),
      ...(jsonData.serverName === '' ? {} : { serverName: jsonData.serverName }),
    },
    timeoutMs,
  });
  const grafanaUrl =
    typeof jsonData.grafanaUrl === 'string' && jsonData.grafanaUrl !== ''
      ? jsonData.grafanaUrl
      : (settings.grafanaConfig.get('GF_APP_URL') ?? '');
  const way = url !== '' ? 'direct' : uid !== '' ? 'grafana' : null;
  return {
    jsonData,
    way,
    prometheus:
      way === 'direct'
        ? direct
        : way === 'grafana'
          ? () => throughGrafana(grafanaUrl, uid, secrets.get('grafanaToken') ?? '', timeoutMs)
          : null,
    collector:
      collectorUrl === '' ? null : { url: collectorUrl, token: secrets.get('collectorToken') ?? '', timeoutMs },
  };
}
