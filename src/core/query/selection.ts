/** The series of a query, each with the process of the collector that it is about. */
import { type LayoutPoint, LOOKBACK_MS } from '../plateau/join';
import type { UnixMillis } from '../units';
import { BadQueryError, type Engine, capped, findProcesses, info, needLayouts, processFilter, warning } from './engine';
import { type Labels, describeLabels, sameTarget, selectorForTargets } from './labels';
import { type ProcessLayouts, readLayouts } from './layout-points';
import { type Match, matchSeries } from './match';
import type { PlateauQuery } from './query';
import { type KnownProcess, type Series, SourceError } from './sources';
import type { Notice } from './table';
import { type Grid, expandMacros, toGrid } from './window';

export interface SelectedSeries {
  readonly series: Series;
  readonly process: KnownProcess | null;
  readonly matchedBy: Match['by'];
  /** Start of the process at a sample, as Prometheus knows it. */
  readonly startMsAt: (index: number) => UnixMillis | null;
  readonly notices: readonly Notice[];
}

export interface Selection {
  readonly grid: Grid;
  readonly series: readonly SelectedSeries[];
  /** About the answer as a whole. */
  readonly notices: readonly Notice[];
  readonly executed: string;
}

const START_METRICS = ['process_start_time_seconds', 'plateau_process_start_time_seconds'] as const;

/** A value may be NaN (stale), infinite or negative (no memory series): such samples are dropped, and said. */
function clean(series: Series): { readonly series: Series; readonly dropped: number } {
  const fine = (value: number): boolean => Number.isFinite(value) && value >= 0;
  if (series.values.every(fine)) return { series, dropped: 0 };
  const timesMs: number[] = [];
  const values: number[] = [];
  series.values.forEach((value, i) => {
    if (!fine(value)) return;
    timesMs.push(series.timesMs[i]!);
    values.push(value);
  });
  return { series: { labels: series.labels, timesMs, values }, dropped: series.values.length - values.length };
}

/** Layouts of processes, each read once per query, one window long and a little more on the left. */
export function layoutReader(engine: Engine, query: PlateauQuery): (process: string) => Promise<ProcessLayouts> {
  const read = new Map<string, Promise<ProcessLayouts>>();
  return (process) => {
    let layouts = read.get(process);
    if (!layouts) {
      const { fromMs, toMs } = engine.window;
      layouts = readLayouts(
        process,
        Math.max(0, fromMs - LOOKBACK_MS),
        toMs,
        needLayouts(engine, 'Layouts'),
        query,
        engine.signal
      );
      read.set(process, layouts);
    }
    return layouts;
  };
}

/**
 * @param layoutsOf layouts by which series are told apart: virtual, whatever the query measures
 * @throws BadQueryError, SourceError when Prometheus gives no series
 */
export async function selectSeries(
  query: PlateauQuery,
  engine: Engine,
  layoutsOf: (process: string) => Promise<readonly LayoutPoint[]>
): Promise<Selection> {
  if (!engine.series) {
    throw new BadQueryError(
      'The query has an expression, and no Prometheus URL is set. Enter it in the settings, or empty the expression.'
    );
  }
  const grid = toGrid(engine.window);
  const expr = expandMacros(query.expr.trim(), engine.window, grid.stepMs);
  const answer = await engine.series.range(expr, grid.fromMs, grid.toMs, grid.stepMs, engine.signal);
  const notices: Notice[] = answer.notices.map(warning);
  let executed = answer.executed;

  let known: readonly KnownProcess[] | null = null;
  if (engine.layouts) {
    try {
      known = await engine.layouts.processes(Math.max(0, grid.fromMs - LOOKBACK_MS), engine.window.toMs, engine.signal);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      notices.push(warning(`No layouts: ${error.message}`));
    }
  } else notices.push(info('No collector is set, so there are no layouts. Enter its URL in the settings.'));

  const wanted = processFilter(query);
  const filtered = query.process.trim() !== '';
  // What the collector's own label rules out is left out before the cut, or the cut would keep the wrong ones.
  const ruledOut = ({ labels: { process } }: Series): boolean =>
    process !== undefined && !wanted(process) && (known === null || known.some((one) => one.process === process));
  const candidates = filtered ? answer.series.filter((one) => !ruledOut(one)) : answer.series;
  const cut = capped(candidates, engine, 'series');
  notices.push(...cut.notices);
  const starts = await startTimes(cut.items, engine, grid);
  executed += starts.executed;
  notices.push(...starts.notices);

  const selected: SelectedSeries[] = [];
  for (const raw of cut.items) {
    const { series, dropped } = clean(raw);
    const own: Notice[] = [];
    if (dropped > 0) own.push(warning(`${dropped} samples are no sizes (NaN, infinite or negative) and are left out.`));
    if (series.values.length === 0) {
      if (dropped > 0) {
        notices.push(warning(`${describeLabels(raw.labels) || 'A series without labels'} holds no sizes.`));
      }
      continue;
    }
    const startMsAt = starts.of(series);
    const match = known ? await tryMatch(series, startMsAt(series.values.length - 1), known, layoutsOf) : null;
    const name = match?.process?.process ?? series.labels.process;
    // Without the collector nobody knows whose series it is: better one too many than none.
    if (name === undefined ? filtered && known !== null : !wanted(name)) continue;
    if (filtered && name === undefined) {
      own.push(warning(`Whether this is process '${query.process.slice(0, 100)}' is not known without the collector.`));
    }
    if (match?.notice) own.push(match.process ? info(match.notice) : warning(match.notice));
    selected.push({ series, process: match?.process ?? null, matchedBy: match?.by ?? null, startMsAt, notices: own });
    await engine.breathe();
  }
  if (selected.length === 0) notices.push(info(nothingSelected(query, answer.series.length)));
  return { grid, series: selected, notices, executed };
}

function nothingSelected(query: PlateauQuery, count: number): string {
  if (count === 0) return 'The expression selects no series in this time range.';
  const which = query.process.trim() === '' ? 'holds sizes' : `is of process '${query.process.slice(0, 100)}'`;
  return `None of the selected series (${count}) ${which}.`;
}

async function tryMatch(
  series: Series,
  startMs: UnixMillis | null,
  known: readonly KnownProcess[],
  layoutsOf: (process: string) => Promise<readonly LayoutPoint[]>
): Promise<Match> {
  try {
    return await matchSeries(series, startMs, known, layoutsOf);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return { process: null, by: null, notice: `No layouts: ${error.message}` };
  }
}

interface StartTimes {
  readonly of: (series: Series) => (index: number) => UnixMillis | null;
  readonly notices: readonly Notice[];
  readonly executed: string;
}

const UNKNOWN_STARTS: StartTimes = { of: () => () => null, notices: [], executed: '' };

/** Start times of the targets, asked on the same grid: a restart within the window changes them. */
async function startTimes(series: readonly Series[], engine: Engine, grid: Grid): Promise<StartTimes> {
  const selector = selectorForTargets(
    START_METRICS,
    series.map((one) => one.labels)
  );
  if (!engine.series || series.length === 0 || selector === null) return UNKNOWN_STARTS;
  try {
    const answer = await engine.series.range(selector, grid.fromMs, grid.toMs, grid.stepMs, engine.signal);
    return { of: (one) => startsOf(one, answer.series), notices: [], executed: `\n${answer.executed}` };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return { ...UNKNOWN_STARTS, notices: [warning(`Start times are not known: ${error.message}`)] };
  }
}

function startsOf(series: Series, starts: readonly Series[]): (index: number) => UnixMillis | null {
  const own = starts.filter(
    (candidate) => sameTarget(series.labels, candidate.labels) && sameProcess(series.labels, candidate.labels)
  );
  const times = new Map<UnixMillis, number>();
  let one: number | null = null;
  for (const candidate of own) {
    candidate.timesMs.forEach((timeMs, i) => {
      const startMs = Math.round(candidate.values[i]! * 1000);
      if (Number.isFinite(startMs) && startMs > 0) {
        times.set(timeMs, startMs);
        one = startMs;
      }
    });
  }
  return (index) => {
    if (one === null) return null;
    return times.get(series.timesMs[index]!) ?? null;
  };
}

/** One target may hold many processes: then the collector's label tells them apart. */
function sameProcess(labels: Labels, candidate: Labels): boolean {
  return (labels.process ?? '') === (candidate.process ?? '');
}

/** The processes that a query is about: by name, else those that its series select, else all. @throws SourceError, BadQueryError */
export async function selectProcesses(
  query: PlateauQuery,
  engine: Engine,
  what: string
): Promise<{ readonly processes: readonly KnownProcess[]; readonly notices: readonly Notice[] }> {
  const layouts = needLayouts(engine, what);
  if (query.process.trim() !== '' || query.expr.trim() === '') {
    const { items, notices } = capped(await findProcesses(engine, layouts, query), engine, 'processes');
    return { processes: items, notices };
  }
  const reader = layoutReader(engine, { ...query, groupBy: 'category', measure: 'virtual' });
  const selection = await selectSeries(query, engine, async (process) => (await reader(process)).points);
  const byName = new Map(
    selection.series.flatMap(({ process }) => (process ? [[process.process, process] as const] : []))
  );
  return {
    processes: [...byName.values()],
    notices: [...selection.notices, ...selection.series.flatMap((one) => one.notices)],
  };
}
