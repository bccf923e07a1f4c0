/**
 * `plateaus`: the steady intervals of each selected series, the steps between them, and what moved at each step. The
 * same rows serve as region annotations (time, timeEnd, title, text, tags).
 */
import { detectPlateaus } from '../plateau/detect';
import { type Step, stepOf } from '../plateau/steps';
import type { Plateau } from '../plateau/types';
import type { Layout } from '../snapshot/layout';
import { type Engine, info } from './engine';
import { type PlateauInput, plateauInputs } from './plateau-inputs';
import { type PlateauRow, explainEntry } from './plateau-rows';
import { plateausTable } from './plateau-table';
import type { PlateauQuery } from './query';
import { readRuntimes } from './runtime-markers';
import { SourceError } from './sources';
import { readSplits } from './supplements';
import type { Table } from './table';
import { toGrid } from './window';

const MAX_ROWS = 2_000;
/** Bodies of layouts read for one query, those of the newest steps; the others are told by their sums. */
const MAX_BODIES = 80;
const BODIES_AT_ONCE = 8;

/** An entry of one series with the step that leads to it. */
interface Found {
  readonly input: PlateauInput;
  readonly entry: Plateau;
  readonly step: Step | null;
  /** First of its series: nothing is known before it. */
  readonly first: boolean;
  /** Nothing comes after it: it may go on. */
  readonly last: boolean;
}

/** @throws SourceError, BadQueryError */
export async function plateaus(query: PlateauQuery, engine: Engine): Promise<Table[]> {
  const { inputs, notices, executed, engine: sameTimes } = await plateauInputs(query, engine);
  const { rows, cut } = await findPlateaus(inputs, engine, sameTimes);
  if (cut > 0) {
    notices.push(
      info(`Showing the last ${rows.length} of ${rows.length + cut} plateaus. Narrow the query or the time range.`)
    );
  }
  const few = inputs.filter((input) => input.values.length < 2).map((input) => input.process);
  if (few.length > 0) {
    notices.push(info(`Too few samples to see a plateau: ${few.slice(0, 5).join(', ')}. Choose a wider time range.`));
  }
  return [plateausTable(rows, notices, executed)];
}

/**
 * Rows of all series by time; `cut` is how many older ones were left out.
 * @param sameTimes asks for series at the times of the inputs
 */
export async function findPlateaus(
  inputs: readonly PlateauInput[],
  engine: Engine,
  sameTimes: Engine
): Promise<{ readonly rows: readonly PlateauRow[]; readonly cut: number }> {
  const found: Found[] = [];
  for (const input of inputs) {
    found.push(...detectIn(input));
    await engine.breathe();
  }
  found.sort((a, b) => a.entry.startMs - b.entry.startMs || (a.input.process < b.input.process ? -1 : 1));
  const shown = await withSupplements(found.slice(-MAX_ROWS), engine, sameTimes);
  const bodies = await readBodies(shown, engine);
  const rows: PlateauRow[] = [];
  for (const one of shown) {
    rows.push(explainEntry(one, (process, id) => bodies.get(`${id} ${process}`) ?? null));
    if (rows.length % 100 === 0) await engine.breathe();
  }
  return { rows, cut: found.length - shown.length };
}

function detectIn(input: PlateauInput): Found[] {
  const { timesMs, values } = input;
  const starts = timesMs.map((_, i) => input.startMsAt(i) ?? Number.NaN);
  const entries = detectPlateaus({ timesMs, values, ...(starts.some(Number.isFinite) ? { startMs: starts } : {}) });
  let previous: Plateau | null = null;
  const lastHeld = entries.filter((entry) => entry.kind !== 'spike').at(-1);
  return entries.map((entry) => {
    const before = previous;
    if (entry.kind !== 'spike') previous = entry;
    const step = entry.reset ? null : stepOf(input, entry, before);
    return { input, entry, step, first: before === null, last: entry === lastHeld };
  });
}

/** For steps that no layout covers: the runtime, by which their size can be read, and the split kept in Prometheus. */
async function withSupplements(found: readonly Found[], engine: Engine, sameTimes: Engine): Promise<readonly Found[]> {
  const open = new Set(
    found.filter(({ step }) => step !== null && !(step.before && step.after)).map(({ input }) => input)
  );
  if (open.size === 0 || !engine.series) return found;
  const inputs = [...open];
  const nameless = inputs.filter((input) => input.runtime === '');
  const runtimes = await readRuntimes(
    nameless.map((input) => input.labels),
    engine
  );
  const splitOf = await readSplits(inputs, sameTimes, toGrid(sameTimes.window));
  const told = new Map(
    inputs.map((input) => {
      const runtime = runtimes[nameless.indexOf(input)] ?? input.runtime;
      const splitAt = splitOf(input);
      return [input, { ...input, runtime, ...(splitAt ? { splitAt } : {}) }];
    })
  );
  return found.map((one) => ({ ...one, input: told.get(one.input) ?? one.input }));
}

async function readBodies(found: readonly Found[], engine: Engine): Promise<ReadonlyMap<string, Layout>> {
  const bodies = new Map<string, Layout>();
  const source = engine.layouts;
  if (!source) return bodies;
  const wanted = new Map<string, { readonly process: string; readonly id: string }>();
  for (const { input, step } of [...found].reverse()) {
    if (!input.known || !step?.before || !step.after || wanted.size >= MAX_BODIES) continue;
    for (const { layout } of [step.before, step.after]) {
      wanted.set(`${layout.id} ${input.process}`, { process: input.process, id: layout.id });
    }
  }
  const read = async ([key, { process, id }]: readonly [string, { process: string; id: string }]): Promise<void> => {
    try {
      const stored = await source.snapshot(process, { id }, engine.signal);
      if (stored) bodies.set(key, stored.layout);
    } catch (error) {
      // Sums by region tell the cause as well, without names.
      if (!(error instanceof SourceError)) throw error;
    }
  };
  const all = [...wanted];
  for (let i = 0; i < all.length; i += BODIES_AT_ONCE) {
    await Promise.all(all.slice(i, i + BODIES_AT_ONCE).map(read));
  }
  return bodies;
}
