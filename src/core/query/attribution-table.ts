/** Joined samples of one process → one wide table with notices for every gap. */
import { CATEGORIES, CATEGORY_STYLES } from '../attribution/categories';
import { withSeparators } from '../explain/format';
import {
  EVIDENCE,
  type Evidence,
  type JoinedSample,
  type PartKey,
  categoryOfPart,
  regionOfPart,
} from '../plateau/join';
import { info, warning } from './engine';
import type { Labels } from './labels';
import type { PlateauQuery } from './query';
import type { Column, Notice, Table } from './table';
import { duration, span } from './words';

export interface AttributedSeries {
  readonly name: string;
  readonly labels: Labels;
  readonly timesMs: readonly number[];
  readonly values: readonly number[];
  readonly samples: readonly JoinedSample[];
  /** Distance of two samples; a larger one is a gap and is drawn as one. */
  readonly stepMs: number;
  readonly notices: readonly Notice[];
  readonly executed: string;
  readonly custom: Readonly<Record<string, unknown>>;
}

/** Lines in one stack by region; the smallest above it are joined per category. */
const MAX_REGIONS = 60;
const MAX_LAYOUT_IDS = 50;
const UNKNOWN_SHARE = 0.01;
/** Stacks of several processes on one axis would say nothing; the parts are in the frames all the same. */
const TOTALS_ONLY = 'Several processes: their totals are drawn. Choose one process to see what its memory is for.';

/** @param several true when the answer holds other processes too: names then say whose they are */
export function attributionTable(series: AttributedSeries, query: PlateauQuery, several: boolean): Table {
  const rows = rowsWithGaps(series.timesMs, series.stepMs);
  const evidence = weakest(series.samples);
  const labels = { ...series.labels, evidence };
  const named = (text: string): string => (several ? `${series.name} ${text}` : text);
  const pick = (of: (index: number) => number): Array<number | null> =>
    rows.map((row) => (row.index === null ? null : of(row.index)));

  const columns: Column[] = [{ name: 'time', type: 'time', values: rows.map((row) => row.timeMs) }];
  const { keys, parts } = stackOf(series.samples, query.groupBy);
  for (const key of keys) {
    const category = categoryOfPart(key);
    const text = query.groupBy === 'region' ? regionOfPart(key) : category;
    const values = pick((i) => parts[i]!.get(key) ?? 0);
    columns.push({
      name: text,
      type: 'number',
      values,
      labels: { ...labels, category, ...(query.groupBy === 'region' ? { region: text } : {}) },
      unit: 'bytes',
      displayName: named(text),
      description: CATEGORY_STYLES[category].means,
      color: CATEGORY_STYLES[category].safe,
      draw: several ? 'hidden' : values.some((value) => value !== null && value !== 0) ? 'stack' : 'empty-stack',
    });
  }
  const total = query.measure === 'resident' ? 'resident' : 'virtual';
  columns.push({
    name: total,
    type: 'number',
    values: pick((i) => series.values[i]!),
    labels,
    unit: 'bytes',
    displayName: several ? series.name : total,
    // Lines of several processes are told apart by Grafana's palette.
    ...(several ? {} : { color: 'text' }),
    draw: total === 'resident' ? 'dotted-line' : 'line',
  });
  return {
    name: series.name,
    columns,
    notices: [...series.notices, ...gapNotices(series, query), ...(several ? [info(TOTALS_ONLY)] : [])],
    executed: series.executed,
    visualisation: 'graph',
    ...(several ? {} : { frameType: 'timeseries-wide' as const }),
    custom: { ...series.custom, ...evidenceFacts(series) },
  };
}

function rowsWithGaps(timesMs: readonly number[], stepMs: number): Array<{ timeMs: number; index: number | null }> {
  const rows: Array<{ timeMs: number; index: number | null }> = [];
  timesMs.forEach((timeMs, index) => {
    const before = timesMs[index - 1];
    if (before !== undefined && timeMs - before > 1.5 * stepMs) rows.push({ timeMs: before + stepMs, index: null });
    rows.push({ timeMs, index });
  });
  return rows;
}

function weakest(samples: readonly JoinedSample[]): Evidence {
  let index = 0;
  for (const sample of samples) index = Math.max(index, EVIDENCE.indexOf(sample.evidence));
  return EVIDENCE[index]!;
}

/** The lines of the stack from below: categories in their order, regions within them the largest first. */
function stackOf(
  samples: readonly JoinedSample[],
  groupBy: PlateauQuery['groupBy']
): { readonly keys: readonly PartKey[]; readonly parts: ReadonlyArray<ReadonlyMap<PartKey, number>> } {
  if (groupBy === 'category') return { keys: CATEGORIES, parts: samples.map((sample) => sample.parts) };
  const largest = new Map<PartKey, number>();
  for (const { parts } of samples) {
    for (const [key, bytes] of parts) largest.set(key, Math.max(bytes, largest.get(key) ?? 0));
  }
  const bySize = [...largest.entries()].sort((a, b) => b[1] - a[1]);
  const kept = new Set(bySize.slice(0, MAX_REGIONS).map(([key]) => key));
  const target = (key: PartKey): PartKey => (kept.has(key) ? key : `other\t${categoryOfPart(key)}`);
  const keys = [...new Set(bySize.map(([key]) => target(key)))];
  const rank = new Map(keys.map((key, i) => [key, i]));
  keys.sort(
    (a, b) =>
      CATEGORIES.indexOf(categoryOfPart(a)) - CATEGORIES.indexOf(categoryOfPart(b)) || rank.get(a)! - rank.get(b)!
  );
  if (kept.size === largest.size) return { keys, parts: samples.map((sample) => sample.parts) };
  const parts = samples.map((sample) => {
    const joined = new Map<PartKey, number>();
    for (const [key, bytes] of sample.parts) joined.set(target(key), (joined.get(target(key)) ?? 0) + bytes);
    return joined;
  });
  return { keys, parts };
}

interface Run {
  readonly evidence: Evidence;
  readonly fromMs: number;
  toMs: number;
}

function runsOf(series: AttributedSeries): Run[] {
  const runs: Run[] = [];
  series.samples.forEach((sample, i) => {
    const timeMs = series.timesMs[i]!;
    const last = runs.at(-1);
    if (last?.evidence === sample.evidence) last.toMs = timeMs;
    else runs.push({ evidence: sample.evidence, fromMs: timeMs, toMs: timeMs });
  });
  return runs;
}

function evidenceFacts(series: AttributedSeries): Record<string, unknown> {
  const counts = Object.fromEntries(EVIDENCE.map((evidence) => [evidence, 0])) as Record<Evidence, number>;
  const ids = new Set<string>();
  for (const sample of series.samples) {
    counts[sample.evidence]++;
    if (sample.layout) ids.add(sample.layout.id);
  }
  return { evidence: counts, evidenceRuns: runsOf(series).slice(0, 500), layoutIds: [...ids].slice(-MAX_LAYOUT_IDS) };
}

function gapNotices(series: AttributedSeries, query: PlateauQuery): Notice[] {
  const of = (evidence: Evidence): JoinedSample[] => series.samples.filter((sample) => sample.evidence === evidence);
  const when = (evidence: Evidence): string => {
    const runs = runsOf(series).filter((run) => run.evidence === evidence);
    return span(runs[0]!.fromMs, runs.at(-1)!.toMs) + (runs.length > 1 ? ` (${runs.length} times)` : '');
  };
  const notices: Notice[] = [];
  const nearby = of('nearby');
  if (nearby.length > 0) notices.push(info(nearbyText(nearby, query.measure)));
  if (of('metrics').length > 0) {
    notices.push(info(`Estimated from Go's own metrics ${when('metrics')}: no layout then.`));
  }
  const bounds = of('bounds');
  if (bounds.some((sample) => sample.layout !== null || sample.parts.size > 1)) {
    notices.push(
      warning(
        `Only the kernel's Vm* split was readable ${when('bounds')}: the mappings of this process need the same user or CAP_SYS_PTRACE.`
      )
    );
  } else if (bounds.length > 0) {
    notices.push(warning(`No layout covers the samples ${when('bounds')}: shown as unknown.`));
  }
  const share = unknownShare(series);
  if (share > UNKNOWN_SHARE) {
    notices.push(info(`Unknown is ${(100 * share).toFixed(1)} % of the explained samples at most.`));
  }
  return notices;
}

function nearbyText(nearby: readonly JoinedSample[], measure: PlateauQuery['measure']): string {
  const what = measure === 'resident' ? 'Resident memory' : 'VSZ';
  const farthest = nearby.reduce((a, b) => (Math.abs(b.distanceMs) > Math.abs(a.distanceMs) ? b : a));
  const more = Math.max(...nearby.map((sample) => sample.differenceBytes));
  const less = -Math.min(...nearby.map((sample) => sample.differenceBytes));
  const side = farthest.distanceMs > 0 ? 'after' : 'before';
  const only = nearby.length === 1;
  const most = only ? '' : 'at most ';
  const at = farthest.distanceMs === 0 ? 'in force' : `taken ${most}${duration(farthest.distanceMs)} ${side}`;
  const texts = [only ? `Nearest layout: ${at}.` : `Nearest layout for ${nearby.length} samples: ${at}.`];
  if (more > 0) texts.push(`${what} differs by ${most}${withSeparators(more)} B, shown as unknown.`);
  if (less > 0) texts.push(`${what} was ${most}${withSeparators(less)} B smaller, taken off the top of the stack.`);
  return texts.join(' ');
}

/** Largest share of unknown among samples with a layout in force; the others have notices of their own. */
function unknownShare(series: AttributedSeries): number {
  let largest = 0;
  series.samples.forEach((sample, i) => {
    if (sample.evidence !== 'snapshot') return;
    let unknown = 0;
    for (const [key, bytes] of sample.parts) if (categoryOfPart(key) === 'unknown') unknown += bytes;
    if (series.values[i]! > 0) largest = Math.max(largest, unknown / series.values[i]!);
  });
  return largest;
}
