/**
 * `plateaus`: the steady intervals of each selected series, the steps between them, and what moved at each step. The
 * same rows serve as region annotations (time, timeEnd, title, text, tags).
 */
import { capitalized, iec, signed } from '../explain/format';
import type { LayoutPoint } from '../plateau/join';
import { detectPlateaus } from '../plateau/detect';
import type { Plateau } from '../plateau/types';
import { type Engine, capped, findProcesses, info, needLayouts } from './engine';
import { describeLabels } from './labels';
import { readLayouts } from './layout-points';
import type { PlateauQuery } from './query';
import { layoutReader, selectSeries } from './selection';
import { SourceError } from './sources';
import { type ExplainedSeries, type StepCause, causeOf } from './step-cause';
import type { Notice, Table } from './table';
import { sampleTimeline } from './timeline';
import { toGrid } from './window';

interface DetectInput extends ExplainedSeries {
  readonly process: string;
}

interface Row extends Plateau, StepCause {
  readonly process: string;
}

const MAX_ROWS = 2_000;

/** @throws SourceError, BadQueryError */
export async function plateaus(query: PlateauQuery, engine: Engine): Promise<Table[]> {
  const byRegion: PlateauQuery = { ...query, groupBy: 'region', measure: 'virtual' };
  const { inputs, notices, executed } =
    query.expr.trim() === '' ? await fromTimeline(byRegion, engine) : await fromSeries(byRegion, engine);
  const rows: Row[] = [];
  for (const input of inputs) {
    rows.push(...explain(input));
    await engine.breathe();
  }
  rows.sort((a, b) => a.startMs - b.startMs || (a.process < b.process ? -1 : 1));
  if (rows.length > MAX_ROWS) {
    notices.push(info(`Showing the last ${MAX_ROWS} of ${rows.length} plateaus. Narrow the query or the time range.`));
  }
  return [plateausTable(rows.slice(-MAX_ROWS), notices, executed)];
}

interface Inputs {
  readonly inputs: readonly DetectInput[];
  readonly notices: Notice[];
  readonly executed: string;
}

async function fromSeries(query: PlateauQuery, engine: Engine): Promise<Inputs> {
  const byCategory = layoutReader(engine, { ...query, groupBy: 'category' });
  const byRegion = layoutReader(engine, query);
  const selection = await selectSeries(query, engine, async (process) => (await byCategory(process)).points);
  const notices = [...selection.notices];
  const inputs: DetectInput[] = [];
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
    inputs.push({ ...series, process: process?.process ?? describeLabels(series.labels), startMsAt, layouts });
  }
  return { inputs, notices: notices.slice(0, 20), executed: selection.executed };
}

async function fromTimeline(query: PlateauQuery, engine: Engine): Promise<Inputs> {
  const source = needLayouts(engine, 'Queries without an expression');
  const grid = toGrid(engine.window);
  const { items, notices } = capped(await findProcesses(engine, source, query), engine, 'processes');
  const inputs: DetectInput[] = [];
  for (const { process } of items) {
    const { points } = await readLayouts(
      process,
      Math.max(0, grid.fromMs - grid.stepMs),
      engine.window.toMs,
      source,
      query,
      engine.signal
    );
    const { timesMs, values, samples } = sampleTimeline(points, grid, engine.window.toMs);
    inputs.push({
      process,
      timesMs,
      values,
      startMsAt: (index) => samples[index]?.layout?.startMs ?? null,
      layouts: points,
    });
  }
  return { inputs, notices, executed: `collector: layouts of ${items.map((one) => one.process).join(', ')}` };
}

function explain(input: DetectInput): Row[] {
  const { timesMs, values, process } = input;
  const starts = timesMs.map((_, i) => input.startMsAt(i) ?? NaN);
  const entries = detectPlateaus({ timesMs, values, ...(starts.some(Number.isFinite) ? { startMs: starts } : {}) });
  let previousEndMs: number | null = null;
  return entries.map((entry) => {
    const before = previousEndMs;
    if (entry.kind !== 'spike') previousEndMs = entry.endMs;
    return { ...entry, process, ...causeOf(input, entry, before) };
  });
}

const COLOURS: Readonly<Record<Plateau['kind'], string>> = { plateau: 'blue', ramp: 'orange', spike: 'purple' };

function titleOf(row: Row): string {
  const level = iec(row.levelBytes);
  const step = row.stepBytes === null || row.stepBytes === 0 ? '' : ` (${signed(row.stepBytes)})`;
  return `${capitalized(row.kind)} ${row.kind === 'ramp' ? 'to' : 'at'} ${level}${step}`;
}

function plateausTable(rows: readonly Row[], notices: readonly Notice[], executed: string): Table {
  return {
    name: 'plateaus',
    columns: [
      { name: 'time', type: 'time', values: rows.map((row) => row.startMs) },
      { name: 'timeEnd', type: 'time', values: rows.map((row) => row.endMs) },
      { name: 'level', type: 'number', values: rows.map((row) => row.levelBytes), unit: 'bytes' },
      { name: 'step', type: 'number', values: rows.map((row) => row.stepBytes), unit: 'bytes' },
      { name: 'kind', type: 'string', values: rows.map((row) => row.kind) },
      { name: 'cause', type: 'string', values: rows.map((row) => row.cause) },
      { name: 'causes', type: 'json', values: rows.map((row) => row.causes) },
      { name: 'process', type: 'string', values: rows.map((row) => row.process) },
      { name: 'confidence', type: 'number', values: rows.map((row) => row.confidence), unit: 'percentunit' },
      { name: 'tags', type: 'string', values: rows.map((row) => `${row.kind},${row.process.replace(/,/g, ' ')}`) },
      { name: 'title', type: 'string', values: rows.map(titleOf) },
      { name: 'text', type: 'string', values: rows.map((row) => row.cause) },
      { name: 'id', type: 'string', values: rows.map((row) => `${row.process}-${row.startMs}-${row.kind}`) },
      { name: 'color', type: 'string', values: rows.map((row) => COLOURS[row.kind]) },
    ],
    notices,
    executed,
    visualisation: 'table',
  };
}
