/** Recording → its plateaus, and what each step between them was. */
import { type Cause } from '../plateau/cause';
import { type Side, causesOf } from '../plateau/causes';
import { detectPlateaus } from '../plateau/detect';
import type { Plateau } from '../plateau/types';
import type { Bytes } from '../units';
import { type RecordedLayout, type Recording, layoutAt } from './recording';

export interface RecordedStep extends Plateau {
  /** Empty for the first level and where no layout was read. */
  readonly causes: readonly Cause[];
  /** Change from the layout before to the one in force here; null for the first. */
  readonly changeBytes: Bytes | null;
  readonly layout: RecordedLayout | null;
}

/** The detector counts in samples; looks are dense at the start and sparse later, so they are put on an even grid. */
const GRID = 1000;
/** A program that holds nothing long enough is told by its largest changes. */
const MOST_CHANGES = 8;
const WORTH_TELLING = 0.01;

/** @param body a layout's body for names of files and counts; null where only the sums are kept */
export function stepsOf(recording: Recording, body: (layout: RecordedLayout) => Side['body']): RecordedStep[] {
  const plateaus = detectPlateaus(onGrid(recording)).filter(({ kind }) => kind !== 'spike');
  const entries = plateaus.length > 1 ? plateaus : changesOf(recording);
  let before: RecordedLayout | null = null;
  return entries.map((entry) => {
    const layout = layoutOfEntry(recording, entry);
    const causes =
      before && layout && !entry.reset
        ? causesOf({ parts: before.parts, body: body(before) }, { parts: layout.parts, body: body(layout) })
        : [];
    const changeBytes = before && layout ? layout.virtualBytes - before.virtualBytes : null;
    before = layout;
    return { ...entry, causes, changeBytes, layout };
  });
}

/**
 * The layout that a level stands for: the last one in it that holds exactly the level, else the nearest in size. The very
 * last one of a program may be what is left in the middle of its exit.
 */
function layoutOfEntry(recording: Recording, entry: Plateau): RecordedLayout | null {
  if (entry.kind === 'ramp') return layoutAt(recording.layouts, entry.endMs);
  const atStart = layoutAt(recording.layouts, entry.startMs);
  const inside = recording.layouts.filter(({ atMs }) => atMs >= entry.startMs && atMs <= entry.endMs);
  const distance = ({ virtualBytes }: RecordedLayout): Bytes => Math.abs(virtualBytes - entry.levelBytes);
  return [...(atStart ? [atStart] : []), ...inside].reduce<RecordedLayout | null>(
    (best, layout) => (best && distance(best) < distance(layout) ? best : layout),
    null
  );
}

function onGrid({ timesMs, values, durationMs }: Recording): { timesMs: number[]; values: Bytes[] } {
  const count = Math.min(GRID, timesMs.length * 4);
  const grid: number[] = [];
  const held: Bytes[] = [];
  let look = 0;
  for (let i = 0; i < count; i++) {
    const time = (durationMs * i) / Math.max(1, count - 1);
    while (look + 1 < timesMs.length && timesMs[look + 1]! <= time) look++;
    if (timesMs.length > 0 && timesMs[look]! <= time) {
      grid.push(time);
      held.push(values[look]!);
    }
  }
  return { timesMs: grid, values: held };
}

/** The layouts at which the size changed most, in order of time, each held until the next. */
function changesOf({ layouts, durationMs, peakBytes }: Recording): Plateau[] {
  const changes = layouts.map((layout, i) => ({
    layout,
    change: layout.virtualBytes - (layouts[i - 1]?.virtualBytes ?? 0),
    first: i === 0,
  }));
  const told = changes
    .filter(({ change, first }) => first || Math.abs(change) >= WORTH_TELLING * peakBytes)
    .sort((a, b) => Number(b.first) - Number(a.first) || Math.abs(b.change) - Math.abs(a.change))
    .slice(0, MOST_CHANGES)
    .sort((a, b) => a.layout.atMs - b.layout.atMs);
  return told.map(({ layout, first }, i) => {
    const endMs = told[i + 1] ? lastBefore(layouts, told[i + 1]!.layout.atMs) : durationMs;
    const level = (layoutAt(layouts, endMs) ?? layout).virtualBytes;
    const previous = i === 0 ? null : (layoutAt(layouts, lastBefore(layouts, layout.atMs))?.virtualBytes ?? null);
    return {
      startMs: layout.atMs,
      endMs,
      kind: 'plateau',
      levelBytes: level,
      stepBytes: first || previous === null ? null : level - previous,
      confidence: 0.5,
      reset: false,
      minBytes: Math.min(level, layout.virtualBytes),
      maxBytes: Math.max(level, layout.virtualBytes),
    };
  });
}

/** Time of the last layout before a moment. */
function lastBefore(layouts: readonly RecordedLayout[], atMs: number): number {
  return layouts.filter((layout) => layout.atMs < atMs).at(-1)?.atMs ?? 0;
}
