/** Save & test: every configured piece is looked at by itself, so that the message names the one that is wrong. */
import type { HealthReport } from '../adapters/pluginv2/handlers';
import type { PrometheusClient } from '../adapters/prometheus/client';
import type { LayoutSource } from '../core/query/sources';
import { duration } from '../core/query/words';
import type { BackendSettings } from './settings';

export interface Piece {
  readonly ok: boolean;
  /** For the message. */
  readonly text: string;
  readonly details: readonly string[];
}

const VSZ_METRICS =
  'process_virtual_memory_bytes|plateau_process_virtual_memory_bytes|namedprocess_namegroup_memory_bytes';
const SKEW_LIMIT_MS = 5_000;

const failed = (error: unknown): Piece => ({
  ok: false,
  text: error instanceof Error ? error.message : String(error),
  details: [],
});

export async function checkPrometheus(
  open: () => PrometheusClient,
  way: BackendSettings['way'],
  nowMs: number,
  signal: AbortSignal
): Promise<Piece> {
  try {
    const client = open();
    const info = await client.buildInfo(signal);
    const name = [info.application || 'Prometheus API', info.version].filter(Boolean).join(' ');
    const found = await client.instant(`count by (__name__) ({__name__=~"${VSZ_METRICS}"})`, nowMs, signal);
    const counts = found.series.map((one) => `${one.labels.__name__} (${one.values[0] ?? 0} series)`);
    const details = [
      way === 'grafana'
        ? "Prometheus is asked through this Grafana's data source proxy, with the token."
        : 'Prometheus is asked directly.',
      counts.length > 0
        ? `Memory metrics: ${counts.join(', ')}.`
        : 'It holds no process_virtual_memory_bytes now. Scrape a target that exports it, or the collector.',
    ];
    const none = counts.length > 0 ? '' : ', without memory metrics yet';
    return { ok: true, text: `${name} answers${none}.`, details };
  } catch (error) {
    return failed(error);
  }
}

export async function checkCollector(
  source: () => LayoutSource,
  clock: () => Promise<CollectorFacts>,
  nowMs: number,
  signal: AbortSignal
): Promise<Piece> {
  try {
    const processes = await source().processes(Math.max(0, nowMs - 300_000), nowMs, signal);
    const facts = await clock();
    const details = [
      `It knows ${processes.length} ${processes.length === 1 ? 'process' : 'processes'} of the last 5 minutes.`,
    ];
    const unread = processes.filter((one) => one.evidence === 'bounds').length;
    if (unread > 0) {
      details.push(`The mappings of ${unread} of them are not readable: that needs the same user or CAP_SYS_PTRACE.`);
    }
    if (facts.skewMs !== null && Math.abs(facts.skewMs) > SKEW_LIMIT_MS) {
      const side = facts.skewMs > 0 ? 'ahead of' : 'behind';
      return {
        ok: false,
        text: `The collector's clock is ${duration(facts.skewMs)} ${side} this host's: layouts would be joined with the wrong samples. Set the clocks.`,
        details,
      };
    }
    const version = facts.version === '' ? '' : ` ${facts.version}`;
    return { ok: true, text: `Collector${version} answers.`, details };
  } catch (error) {
    return failed(error);
  }
}

export interface CollectorFacts {
  /** Empty where it does not tell. */
  readonly version: string;
  /** Its clock minus ours, ms; null where it does not tell. */
  readonly skewMs: number | null;
}

export function toReport(pieces: readonly Piece[]): HealthReport {
  if (pieces.length === 0) {
    const message = 'No URL is set. Enter Prometheus, the collector, or both.';
    return {
      ok: false,
      message,
      verbose: 'Prometheus gives the memory series, the collector the layouts that explain them.',
    };
  }
  const wrong = pieces.filter((piece) => !piece.ok);
  const lines = pieces.flatMap((piece) => [piece.text, ...piece.details]);
  return {
    ok: wrong.length === 0,
    message: (wrong.length > 0 ? wrong : pieces).map((piece) => piece.text).join(' '),
    verbose: lines.join('\n'),
  };
}
