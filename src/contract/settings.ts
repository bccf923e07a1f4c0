/** Data source settings as in provisioning. Anything absent has a default that works. */
import { z } from 'zod';

const jsonData = z.object({
  /** Base address of the collector; empty = none. */
  collectorUrl: z.string().catch('').default(''),
  /** The second way to Prometheus: a data source of this Grafana, asked with `grafanaToken`. */
  prometheusUid: z.string().catch('').default(''),
  timeoutSeconds: z.coerce.number().min(1).max(300).catch(10).default(10),
  maxSeries: z.coerce.number().int().min(1).max(1000).catch(50).default(50),
  showAddresses: z.boolean().catch(false).default(false),
  tlsAuth: z.boolean().catch(false).default(false),
  tlsAuthWithCACert: z.boolean().catch(false).default(false),
  tlsSkipVerify: z.boolean().catch(false).default(false),
  serverName: z.string().catch('').default(''),
});

export type PlateauJsonData = z.infer<typeof jsonData> & Record<string, unknown>;
export type PlateauJsonDataInput = z.input<typeof jsonData>;

/** Keys of secureJsonData that Plateau reads, beside httpHeaderValueN. */
export interface PlateauSecureJsonData {
  collectorToken?: string;
  grafanaToken?: string;
  basicAuthPassword?: string;
  tlsCACert?: string;
  tlsClientCert?: string;
  tlsClientKey?: string;
}

/** @param value decoded jsonData; broken members fall back to their defaults, unknown ones stay for httpHeaderNameN */
export function decodeJsonData(value: unknown): PlateauJsonData {
  const raw =
    typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  return { ...raw, ...jsonData.parse(raw) };
}
