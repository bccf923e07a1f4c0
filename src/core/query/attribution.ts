/** `attribution`: what every sample of the selected series, or of the collector's own timeline, was for. */
import { joinSamples } from '../plateau/join';
import { type AttributedSeries, attributionTable } from './attribution-table';
import { type Engine, capped, findProcesses, info, needLayouts } from './engine';
import { describeLabels, withoutName } from './labels';
import { keyMaker, readLayouts } from './layout-points';
import type { PlateauQuery } from './query';
import { type SelectedSeries, layoutReader, selectSeries } from './selection';
import { type KnownProcess, SourceError } from './sources';
import { readGoEstimates, readSplits } from './supplements';
import type { Notice, Table } from './table';
import { sampleTimeline } from './timeline';
import { toGrid } from './window';

/** @throws SourceError, BadQueryError when there is nothing to show at all */
export async function attribution(query: PlateauQuery, engine: Engine): Promise<Table[]> {
  const found = query.expr.trim() === '' ? await fromTimeline(query, engine) : await fromSeries(query, engine);
  return found.map((one) => attributionTable(one, query, found.length > 1));
}

async function fromSeries(query: PlateauQuery, engine: Engine): Promise<AttributedSeries[]> {
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
      notices: [...(found.length === 0 ? selection.notices : []), ...one.notices, ...notices],
      executed: selection.executed,
      custom: { process: one.process?.process ?? null, matchedBy: one.matchedBy },
    });
  }
  return found;
}

async function fromTimeline(query: PlateauQuery, engine: Engine): Promise<AttributedSeries[]> {
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
      notices: [...(found.length === 0 ? notices : []), ...layouts.notices.map(info)],
      executed: executedText(process, query),
      custom: { process: process.process, matchedBy: 'timeline' },
    });
    await engine.breathe();
  }
  return found;
}

function executedText(process: KnownProcess, query: PlateauQuery): string {
  return `collector: layouts of ${process.process}, ${query.measure} by ${query.groupBy}`;
}
