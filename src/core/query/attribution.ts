/** `attribution`: what every sample of the selected series, or of the collector's own timeline, was for. */
import { joinSamples } from '../plateau/join';
import { type AttributedSeries, attributionTable } from './attribution-table';
import { evidenceTable } from './evidence-table';
import { type Engine, capped, findProcesses, info, needLayouts, warning } from './engine';
import { describeLabels, withoutName } from './labels';
import { keyMaker, readLayouts } from './layout-points';
import type { PlateauQuery } from './query';
import { type SelectedSeries, layoutReader, selectSeries } from './selection';
import { type KnownProcess, SourceError } from './sources';
import { TOTAL_METRIC, readGoEstimates, readSplits } from './supplements';
import type { Notice, Table } from './table';
import { sampleTimeline } from './timeline';
import { toGrid } from './window';

/** @throws SourceError, BadQueryError when there is nothing to show at all */
export async function attribution(query: PlateauQuery, engine: Engine): Promise<Table[]> {
  const { found, notices, executed } =
    query.expr.trim() === '' ? await fromCollector(query, engine) : await fromSeries(query, engine);
  if (found.length > 0 && query.part === 'evidence') return found.map((one) => evidenceTable(one, found.length > 1));
  if (found.length > 0) {
    return found.map((one, i) =>
      attributionTable({ ...one, notices: [...(i === 0 ? notices : []), ...one.notices] }, query, found.length > 1)
    );
  }
  return notices.length > 0 && !engine.forAlert ? [emptyTable(notices, executed)] : [];
}

interface Found {
  readonly found: readonly AttributedSeries[];
  /** About the answer as a whole. */
  readonly notices: readonly Notice[];
  readonly executed: string;
}

/** No data, and why. */
function emptyTable(notices: readonly Notice[], executed: string): Table {
  const columns = [
    { name: 'time', type: 'time' as const, values: [] },
    { name: 'virtual', type: 'number' as const, values: [] },
  ];
  return { name: 'nothing', columns, notices, executed, visualisation: 'graph' };
}

/** The collector's own timeline; what Prometheus has scraped from it when the collector does not answer. */
async function fromCollector(query: PlateauQuery, engine: Engine): Promise<Found> {
  if (!engine.series) return fromTimeline(query, engine);
  try {
    return await fromTimeline(query, engine);
  } catch (error) {
    if (engine.layouts && !(error instanceof SourceError)) throw error;
    // Without such a series either, the first reason is the one to know.
    const scraped = await fromSeries({ ...query, expr: TOTAL_METRIC }, engine).catch(() => null);
    if (!scraped || scraped.found.length === 0) throw error;
    return { ...scraped, notices: distinct([warning((error as Error).message), ...scraped.notices]) };
  }
}

function distinct(notices: readonly Notice[]): Notice[] {
  return [...new Map(notices.map((notice) => [notice.text, notice])).values()];
}

async function fromSeries(query: PlateauQuery, engine: Engine): Promise<Found> {
  const byCategory = layoutReader(engine, { ...query, groupBy: 'category', measure: 'virtual' });
  const measured =
    query.groupBy === 'category' && query.measure === 'virtual' ? byCategory : layoutReader(engine, query);
  const selection = await selectSeries(query, engine, async (process) => (await byCategory(process)).points);
  const { grid } = selection;
  const all = selection.series.map((one) => one.series);
  const plain = query.measure === 'virtual' && query.groupBy === 'category';
  const splitOf = plain ? await readSplits(all, engine, grid) : () => null;

  const joinOne = async (one: SelectedSeries, estimates: Awaited<ReturnType<typeof readGoEstimates>> | null) => {
    const { series, process } = one;
    const notices: Notice[] = [];
    let layouts: Awaited<ReturnType<typeof measured>> = { points: [], notices: [] };
    if (process) {
      try {
        layouts = await measured(process.process);
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        layouts = { points: [], notices: [`No layouts: ${error.message}`] };
      }
    }
    notices.push(...layouts.notices.map(info));
    const samples = joinSamples(
      {
        timesMs: series.timesMs,
        values: series.values,
        layouts: layouts.points,
        startMsAt: one.startMsAt,
        splitAt: splitOf(series) ?? undefined,
        estimateAt: estimates?.(series) ?? undefined,
      },
      keyMaker(query.groupBy)('unknown', 'unknown')
    );
    return { one, samples, notices };
  };

  const found: AttributedSeries[] = [];
  let joined = [];
  for (const one of selection.series) {
    joined.push(await joinOne(one, null));
    await engine.breathe();
  }
  const unexplained = joined.filter(({ samples }) => samples.some((sample) => sample.evidence === 'bounds'));
  if (unexplained.length > 0 && query.measure === 'virtual') {
    const estimates = await readGoEstimates(
      unexplained.map(({ one }) => one.series),
      engine,
      grid,
      query.groupBy
    );
    joined = await Promise.all(
      joined.map((done) => (unexplained.includes(done) ? joinOne(done.one, estimates) : done))
    );
  }
  for (const { one, samples, notices } of joined) {
    found.push({
      name: one.process?.process ?? describeLabels(one.series.labels),
      labels: { ...withoutName(one.series.labels), ...(one.process ? { process: one.process.process } : {}) },
      timesMs: one.series.timesMs,
      values: one.series.values,
      samples,
      stepMs: grid.stepMs,
      notices: [...one.notices, ...notices],
      executed: selection.executed,
      custom: { process: one.process?.process ?? null, matchedBy: one.matchedBy },
    });
  }
  return { found, notices: selection.notices, executed: selection.executed };
}

async function fromTimeline(query: PlateauQuery, engine: Engine): Promise<Found> {
  const source = needLayouts(engine, 'Queries without an expression');
  const grid = toGrid(engine.window);
  const { items, notices } = capped(await findProcesses(engine, source, query), engine, 'processes');
  const found: AttributedSeries[] = [];
  for (const process of items) {
    const layouts = await readLayouts(
      process.process,
      Math.max(0, grid.fromMs - grid.stepMs),
      engine.window.toMs,
      source,
      query,
      engine.signal
    );
    const timeline = sampleTimeline(layouts.points, grid, engine.window.toMs);
    if (timeline.timesMs.length === 0) continue;
    found.push({
      name: process.process,
      labels: { process: process.process, host: process.host },
      ...timeline,
      stepMs: grid.stepMs,
      notices: layouts.notices.map(info),
      executed: executedText(process, query),
      custom: { process: process.process, matchedBy: 'timeline' },
    });
    await engine.breathe();
  }
  if (items.length === 0) notices.push(info(nobody(query)));
  else if (found.length === 0) notices.push(info('The collector has no layout of these processes in this time range.'));
  return { found, notices, executed: 'collector: layouts' };
}

function nobody(query: PlateauQuery): string {
  const which = query.process.trim() === '' ? 'No process' : `No process '${query.process.slice(0, 100)}'`;
  return `${which} in this time range. Choose a wider one, or another process.`;
}

function executedText(process: KnownProcess, query: PlateauQuery): string {
  return `collector: layouts of ${process.process}, ${query.measure} by ${query.groupBy}`;
}
