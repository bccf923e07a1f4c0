/**
 * `plateaus`: the steady intervals of each selected series, the steps between them, and what moved at each step. The
 * same rows serve as region annotations (time, timeEnd, title, text, tags).
 */
import { capitalized, iec, signed, withSeparators } from '../explain/format';
import { changeSentence } from '../explain/changes';
import {
  type JoinedSample,
  type LayoutPoint,
  type Parts,
  categoryOfPart,
  joinSamples,
  regionOfPart,
} from '../plateau/join';
import { detectPlateaus } from '../plateau/detect';
import type { Plateau } from '../plateau/types';
import type { LayoutDiff, RegionChange } from '../snapshot/diff';
import { type Engine, capped, findProcesses, info, needLayouts } from './engine';
import { describeLabels } from './labels';
import { readLayouts } from './layout-points';
import type { PlateauQuery } from './query';
import { layoutReader, selectSeries } from './selection';
import { SourceError } from './sources';
import type { Notice, Table } from './table';
import { sampleTimeline } from './timeline';
import { toGrid } from './window';
import { clock } from './words';

interface DetectInput {
  readonly process: string;
  readonly timesMs: readonly number[];
  readonly values: readonly number[];
  readonly startMsAt: (index: number) => number | null;
  /** By region. */
  readonly layouts: readonly LayoutPoint[];
}

interface Row extends Plateau {
  readonly process: string;
  readonly cause: string;
  readonly causes: ReadonlyArray<{ readonly region: string; readonly category: string; readonly bytes: number }>;
}

const MAX_ROWS = 2_000;
const MAX_CAUSES = 10;

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
  if (rows.length > MAX_ROWS)
    notices.push(info(`Showing the last ${MAX_ROWS} of ${rows.length} plateaus. Narrow the query or the time range.`));
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

/** Index of the last sample at or before `timeMs`, -1 when all are later. */
function indexAt(timesMs: readonly number[], timeMs: number): number {
  let low = 0;
  let high = timesMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timesMs[middle]! <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function causeOf(input: DetectInput, entry: Plateau, previousEndMs: number | null): Pick<Row, 'cause' | 'causes'> {
  if (entry.reset) return { cause: 'The process was started anew.', causes: [] };
  const { timesMs, values } = input;
  const first = indexAt(timesMs, entry.startMs);
  const last = indexAt(timesMs, entry.endMs);
  const from =
    entry.kind === 'ramp'
      ? first
      : entry.kind === 'spike' || previousEndMs === null
        ? first - 1
        : indexAt(timesMs, previousEndMs);
  const level = values.slice(first, last + 1).indexOf(entry.levelBytes);
  const to = entry.kind === 'ramp' ? last : first + Math.max(0, level);
  if (entry.stepBytes === null && entry.kind !== 'ramp')
    return { cause: 'The first level in the time range.', causes: [] };
  if (from < 0 || to >= timesMs.length) return { cause: '', causes: [] };
  const [before, after] = joinSamples(
    {
      timesMs: [timesMs[from]!, timesMs[to]!],
      values: [values[from]!, values[to]!],
      layouts: input.layouts,
      startMsAt: (index) => input.startMsAt(index === 0 ? from : to),
    },
    'unknown\tunknown'
  ) as [JoinedSample, JoinedSample];
  if (before.evidence !== 'snapshot' || after.evidence !== 'snapshot') {
    const change = values[to]! - values[from]!;
    const verb = change < 0 ? 'fell' : 'rose';
    const text = `VSZ ${verb} by ${withSeparators(Math.abs(change))} B at ${clock(entry.startMs)} UTC and no layout covers that moment. The step is shown as unknown.`;
    return { cause: text, causes: [{ region: 'unknown', category: 'unknown', bytes: change }] };
  }
  const diff = diffParts(before.parts, after.parts);
  return {
    cause: changeSentence(diff),
    causes: diff.regions
      .filter((region) => region.change !== 0)
      .slice(0, MAX_CAUSES)
      .map(({ region, category, change }) => ({ region, category, bytes: change })),
  };
}

function diffParts(before: Parts, after: Parts): LayoutDiff {
  const regions: RegionChange[] = [...new Set([...before.keys(), ...after.keys()])].map((key) => {
    const was = before.get(key) ?? 0;
    const is = after.get(key) ?? 0;
    return {
      region: regionOfPart(key),
      category: categoryOfPart(key),
      before: was,
      after: is,
      change: is - was,
      mappingsBefore: 0,
      mappingsAfter: 0,
    };
  });
  regions.sort((a, b) => Math.abs(b.change) - Math.abs(a.change) || (a.region < b.region ? -1 : 1));
  const sum = (of: (region: RegionChange) => number): number =>
    regions.reduce((total, region) => total + of(region), 0);
  return { before: sum((r) => r.before), after: sum((r) => r.after), change: sum((r) => r.change), regions };
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
