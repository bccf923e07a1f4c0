/**
 * Samples → the text that Prometheus scrapes, in both formats.
 *
 * Source: prometheus.io "Exposition formats" (text format 0.0.4) and OpenMetrics 1.0. They differ in three things here: the
 * family of a counter has `_total` in its name or not, OpenMetrics states units, and it ends with `# EOF`.
 */
import type { MetricFamily } from '../../contract/metrics';

export type Labels = Readonly<Record<string, string>>;

export interface Samples {
  readonly family: MetricFamily;
  readonly samples: ReadonlyArray<{ readonly labels: Labels; readonly value: number }>;
}

export type Format = 'text' | 'openmetrics';

export const CONTENT_TYPE: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** @param accept the scraper's Accept header; plain text when it does not prefer OpenMetrics 1.0 */
export function formatFor(accept: string | undefined): Format {
  let best: Format = 'text';
  let most = 0;
  for (const part of (accept ?? '').split(',')) {
    const [type, ...parameters] = part.split(';').map((word) => word.trim().toLowerCase());
    const quality = Number(/^q=([\d.]+)$/.exec(parameters.find((p) => p.startsWith('q=')) ?? '')?.[1] ?? 1);
    const open = type === 'application/openmetrics-text' && !parameters.includes('version=0.0.1');
    if (!open && type !== 'text/plain' && type !== '*/*') continue;
    if (quality > most) {
      most = quality;
      best = open ? 'openmetrics' : 'text';
    }
  }
  return best;
}

/** Families without samples are left out. */
export function toExposition(families: readonly Samples[], format: Format): string {
  const lines: string[] = [];
  for (const { family, samples } of families) {
    if (samples.length === 0) continue;
    const sample = family.type === 'counter' ? `${family.name}_total` : family.name;
    const name = format === 'openmetrics' ? family.name : sample;
    lines.push(`# HELP ${name} ${escape(family.help, format === 'openmetrics')}`, `# TYPE ${name} ${family.type}`);
    const unit = /_(bytes|seconds)$/.exec(family.name)?.[1];
    if (format === 'openmetrics' && unit) lines.push(`# UNIT ${name} ${unit}`);
    for (const { labels, value } of samples) lines.push(`${sample}${toLabels(labels)} ${toNumber(value)}`);
  }
  if (format === 'openmetrics') lines.push('# EOF');
  return `${lines.join('\n')}\n`;
}

function toLabels(labels: Labels): string {
  const entries = Object.entries(labels);
  if (entries.length === 0) return '';
  return `{${entries.map(([name, value]) => `${name}="${escape(value, true)}"`).join(',')}}`;
}

function escape(text: string, quotes: boolean): string {
  if (!/[\\\n"]/.test(text)) return text;
  const escaped = text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
  return quotes ? escaped.replace(/"/g, '\\"') : escaped;
}

function toNumber(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}
