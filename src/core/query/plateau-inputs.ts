/** Where the series of a `plateaus` query come from: Prometheus joined with layouts, or the collector's own timeline. */
import type { LayoutPoint, SplitAt } from '../plateau/join';
import type { ObservedSeries } from '../plateau/steps';
import type { UnixMillis } from '../units';
import { type Engine, capped, findProcesses, info, needLayouts } from './engine';
import { type Labels, describeLabels } from './labels';
import { readLayouts } from './layout-points';
import { detectionGrid, withRawSamples } from './plateau-samples';
import type { PlateauQuery } from './query';
import { layoutReader, selectSeries } from './selection';
import { type Series, SourceError } from './sources';
import { TOTAL_METRIC } from './supplements';
import type { Notice } from './table';
import { sampleTimeline } from './timeline';
import { expandMacros, toGrid } from './window';

export interface PlateauInput extends ObservedSeries {
  /** The collector's label, or the series in words where no process was found. */
  readonly process: string;
  /** True when `process` is one of the collector's: its layouts have bodies. */
  readonly known: boolean;
  /** Empty where nobody said. */
  readonly runtime: string;
  /** The collector's own split of a sample by category; absent unless it was asked for. */
  readonly splitAt?: SplitAt;
  /** Of the series in Prometheus; empty for the collector's own timeline. */
  readonly labels: Labels;
}

export interface PlateauInputs {
  readonly inputs: readonly PlateauInput[];
  readonly notices: Notice[];
  readonly executed: string;
  /** Asks for further series at the very times of these. */
  readonly engine: Engine;
}

const MAX_NOTICES = 20;

/** @throws SourceError, BadQueryError */
export function plateauInputs(query: PlateauQuery, engine: Engine): Promise<PlateauInputs> {
  const byRegion: PlateauQuery = { ...query, groupBy: 'region', measure: 'virtual' };
  if (query.expr.trim() !== '') return fromSeries(byRegion, engine);
  // Without the collector there still is what Prometheus has scraped from it.
  return engine.layouts || !engine.series
    ? fromTimeline(byRegion, engine)
    : fromSeries({ ...byRegion, expr: TOTAL_METRIC }, engine);
}

async function fromSeries(query: PlateauQuery, given: Engine): Promise<PlateauInputs> {
  const expr = expandMacros(query.expr.trim(), given.window, toGrid(given.window).stepMs);
  const engine = await withRawSamples(expr, given);
  const byCategory = layoutReader(engine, { ...query, groupBy: 'category' });
  const byRegion = layoutReader(engine, query);
  const selection = await selectSeries({ ...query, expr }, engine, async (one) => (await byCategory(one)).points);
  const notices = [...selection.notices];
  const inputs: PlateauInput[] = [];
  for (const { series, process, startMsAt, notices: own } of selection.series) {
    notices.push(...own);
    let layouts: readonly LayoutPoint[] = [];
    if (process) {
      try {
        layouts = (await byRegion(process.process)).points;
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        notices.push(info(`No causes for ${process.process}: ${error.message}`));
      }
    }
    const { timesMs, values, startOf } = inOrder(series, startMsAt);
    inputs.push({
      timesMs,
      values,
      process: process?.process ?? describeLabels(series.labels),
      known: process !== null,
      runtime: process?.runtime ?? '',
      labels: series.labels,
      startMsAt: startOf,
      layouts,
    });
  }
  return { inputs, notices: notices.slice(0, MAX_NOTICES), executed: selection.executed, engine };
}

type StartOf = (index: number) => UnixMillis | null;

/** Prometheus sorts; what only speaks its language may not. Of two samples of one instant the later row counts. */
function inOrder(
  { timesMs, values }: Series,
  startMsAt: StartOf
): Pick<Series, 'timesMs' | 'values'> & { startOf: StartOf } {
  if (timesMs.every((timeMs, i) => i === 0 || timeMs > timesMs[i - 1]!)) return { timesMs, values, startOf: startMsAt };
  const last = new Map(timesMs.map((timeMs, i) => [timeMs, i]));
  const order = [...last].sort((a, b) => a[0] - b[0]).map(([, index]) => index);
  return {
    timesMs: order.map((index) => timesMs[index]!),
    values: order.map((index) => values[index]!),
    startOf: (index) => startMsAt(order[index]!),
  };
}

async function fromTimeline(query: PlateauQuery, engine: Engine): Promise<PlateauInputs> {
  const source = needLayouts(engine, 'Queries without an expression');
  const grid = detectionGrid(engine);
  const { toMs } = engine.window;
  const { items, notices } = capped(await findProcesses(engine, source, query), engine, 'processes');
  const inputs: PlateauInput[] = [];
  for (const { process, runtime } of items) {
    const fromMs = Math.max(0, grid.fromMs - grid.stepMs);
    const { points } = await readLayouts(process, fromMs, toMs, source, query, engine.signal);
    const { timesMs, values, samples } = sampleTimeline(points, grid, toMs);
    const startMsAt = (index: number) => samples[index]?.layout?.startMs ?? null;
    inputs.push({ process, known: true, runtime, labels: {}, timesMs, values, startMsAt, layouts: points });
    await engine.breathe();
  }
  if (items.length === 0) notices.push(info('No process in this time range. Choose a wider one, or another process.'));
  const executed = `collector: layouts of ${items.map((one) => one.process).join(', ')}`;
  return { inputs, notices, executed, engine };
}
