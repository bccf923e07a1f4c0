/**
 * What Prometheus itself can tell about samples that no layout covers: the collector's own split by category, which is
 * exact, and Go's runtime metrics, which are an estimate.
 */
import { CATEGORIES, type Category } from '../attribution/categories';
import type { Parts, SplitAt } from '../plateau/join';
import type { Engine } from './engine';
import { GO_METRICS, type GoMetric, estimateGo, goMinor } from './estimate';
import { type Labels, labelKey, sameTarget, selectorForTargets, withoutName } from './labels';
import { keyMaker } from './layout-points';
import type { PlateauQuery } from './query';
import { type Series, SourceError } from './sources';
import type { Grid } from './window';

type PartsAt = (index: number) => Parts | null;

const SPLIT_METRIC = 'plateau_process_address_space_bytes';
/** Says in its label `evidence` whether the split is that of the mappings or the kernel's. */
const INFO_METRIC = 'plateau_process_info';
/** The collector's own VSZ. */
export const TOTAL_METRIC = 'plateau_process_virtual_memory_bytes';

/** Values of one metric at instants. */
type Timeline = ReadonlyMap<number, number>;

function timeline(series: Series): Timeline {
  return new Map(series.timesMs.map((timeMs, i) => [timeMs, series.values[i]!]));
}

async function ask(selector: string | null, engine: Engine, grid: Grid): Promise<readonly Series[]> {
  if (selector === null || !engine.series) return [];
  try {
    return (await engine.series.range(selector, grid.fromMs, grid.toMs, grid.stepMs, engine.signal)).series;
  } catch (error) {
    // A supplement: without it the samples are unknown, which a notice says anyway.
    if (error instanceof SourceError) return [];
    throw error;
  }
}

/** The collector's split, for series that are the collector's own total. */
export async function readSplits(
  series: readonly Series[],
  engine: Engine,
  grid: Grid
): Promise<(one: Series) => SplitAt | null> {
  const totals = series.filter((one) => one.labels.__name__ === TOTAL_METRIC);
  const answer =
    totals.length > 0
      ? await ask(
          selectorForTargets(
            [SPLIT_METRIC, INFO_METRIC],
            totals.map((one) => one.labels)
          ),
          engine,
          grid
        )
      : [];
  const byTotal = new Map<string, Map<Category, Timeline>>();
  const boundsByTotal = new Map<string, Timeline>();
  for (const part of answer) {
    const { category, evidence, runtime: _, runtime_version: __, ...rest } = withoutName(part.labels);
    if (evidence === 'bounds') boundsByTotal.set(labelKey(rest), timeline(part));
    if (!CATEGORIES.includes(category as Category)) continue;
    const key = labelKey(rest);
    let split = byTotal.get(key);
    if (!split) byTotal.set(key, (split = new Map()));
    split.set(category as Category, timeline(part));
  }
  return (one) => {
    const split = one.labels.__name__ === TOTAL_METRIC ? byTotal.get(labelKey(withoutName(one.labels))) : undefined;
    if (!split) return null;
    const bounds = boundsByTotal.get(labelKey(withoutName(one.labels)));
    const at = (index: number): Parts | null => {
      const parts = new Map<string, number>();
      let sum = 0;
      for (const [category, values] of split) {
        const bytes = values.get(one.timesMs[index]!) ?? 0;
        if (bytes > 0) parts.set(category, bytes);
        sum += bytes;
      }
      // Only the very same scrape sums to the sample.
      return sum === one.values[index] ? parts : null;
    };
    return Object.assign(at, { boundsOnly: (index: number) => bounds?.has(one.timesMs[index]!) ?? false });
  };
}

/** Go's own metrics of the same target. */
export async function readGoEstimates(
  series: readonly Series[],
  engine: Engine,
  grid: Grid,
  groupBy: PlateauQuery['groupBy']
): Promise<(one: Series) => PartsAt | null> {
  // One target with several processes has no Go metrics per process.
  const targets = series.filter((one) => one.labels.process === undefined);
  const selector = selectorForTargets(
    [...GO_METRICS, 'go_info'],
    targets.map((one) => one.labels)
  );
  const answer = targets.length > 0 ? await ask(selector, engine, grid) : [];
  const key = keyMaker(groupBy);
  return (one) => {
    const own = answer.filter((candidate) => targets.includes(one) && sameTarget(one.labels, candidate.labels));
    const versions = own.filter((candidate) => candidate.labels.__name__ === 'go_info');
    const minor = goMinor(versionOf(versions.at(-1)?.labels));
    const metrics = new Map(own.map((candidate) => [candidate.labels.__name__ as GoMetric, timeline(candidate)]));
    if (minor === null || !GO_METRICS.every((name) => metrics.has(name))) return null;
    return (index) => {
      const timeMs = one.timesMs[index]!;
      if (!GO_METRICS.every((name) => Number.isFinite(metrics.get(name)!.get(timeMs)))) return null;
      return estimateGo(one.values[index]!, minor, (name) => metrics.get(name)!.get(timeMs)!, key);
    };
  };
}

function versionOf(labels: Labels | undefined): string {
  return labels?.version ?? '';
}
