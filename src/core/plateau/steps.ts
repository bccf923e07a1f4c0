/**
 * Which two moments explain a step: the last sample at the level before it and the first at the level after it, each with
 * the layout that was in force then.
 */
import type { Bytes, UnixMillis } from '../units';
import { type LayoutPoint, joinSamples } from './join';
import type { Plateau } from './types';

/** One series with what the collector knows of its process. */
export interface ObservedSeries {
  readonly timesMs: readonly UnixMillis[];
  /** Bytes; finite and not negative. Ascending in time. */
  readonly values: readonly Bytes[];
  /** Start of the process at a sample; null where unknown. */
  readonly startMsAt: (index: number) => UnixMillis | null;
  /** By region, ascending by fromMs; empty where nobody looked. */
  readonly layouts: readonly LayoutPoint[];
}

export interface StepSide {
  readonly layout: LayoutPoint;
  /** Sample minus layout. */
  readonly differenceBytes: Bytes;
}

export interface Step {
  /** What is to be explained: sample after minus sample before. */
  readonly bytes: Bytes;
  /** The two samples. */
  readonly fromMs: UnixMillis;
  readonly toMs: UnixMillis;
  /** Null where no layout is near enough in size. */
  readonly before: StepSide | null;
  readonly after: StepSide | null;
  /** Both layouts hold exactly the sample's bytes. */
  readonly exact: boolean;
}

/** A layout that is off by more than this share of the step does not explain it. */
const FAR_OFF = 0.1;

/** Index of the last sample at or before `timeMs`, -1 when all are later. */
export function indexAt(timesMs: readonly UnixMillis[], timeMs: UnixMillis): number {
  let low = 0;
  let high = timesMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timesMs[middle]! <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * @param previous the plateau or ramp before this entry, not a spike
 * @returns null where there is no change to explain: the first level of the series
 */
export function stepOf(series: ObservedSeries, entry: Plateau, previous: Plateau | null): Step | null {
  const { timesMs, values } = series;
  const first = indexAt(timesMs, entry.startMs);
  const last = indexAt(timesMs, entry.endMs);
  let from: number;
  let to: number;
  if (entry.kind === 'ramp') {
    from = first;
    to = last;
  } else {
    if (entry.kind === 'spike') from = first - 1;
    else if (previous === null) return null;
    else from = lastHeld(series, previous);
    to = firstHeld(values, first, last, entry.levelBytes);
  }
  if (from < 0 || to >= timesMs.length || from >= to) return null;
  const bytes = values[to]! - values[from]!;
  const before = sideOf(series, from, bytes, previous?.startMs ?? timesMs[0]!);
  const after = sideOf(series, to, bytes, entry.endMs);
  return {
    bytes,
    fromMs: timesMs[from]!,
    toMs: timesMs[to]!,
    before,
    after,
    exact: before?.differenceBytes === 0 && after?.differenceBytes === 0,
  };
}

function lastHeld({ timesMs, values }: ObservedSeries, previous: Plateau): number {
  const first = indexAt(timesMs, previous.startMs);
  const last = indexAt(timesMs, previous.endMs);
  if (previous.kind === 'ramp') return last;
  for (let i = last; i >= first; i--) if (values[i] === previous.levelBytes) return i;
  return last;
}

function firstHeld(values: readonly Bytes[], first: number, last: number, level: Bytes): number {
  for (let i = first; i <= last; i++) if (values[i] === level) return i;
  return first;
}

/** The layout in force at a sample; else the one next in size among those between the sample and `untilMs`. */
function sideOf(series: ObservedSeries, index: number, step: Bytes, untilMs: UnixMillis): StepSide | null {
  const timeMs = series.timesMs[index]!;
  const value = series.values[index]!;
  const startMs = series.startMsAt(index);
  const [joined] = joinSamples({
    timesMs: [timeMs],
    values: [value],
    layouts: series.layouts,
    startMsAt: () => startMs,
  });
  if (joined!.layout && joined!.differenceBytes === 0) return { layout: joined!.layout, differenceBytes: 0 };
  const [fromMs, toMs] = timeMs < untilMs ? [timeMs, untilMs] : [untilMs, timeMs];
  let best: StepSide | null = null;
  for (const layout of series.layouts) {
    if (layout.toMs < fromMs || layout.fromMs > toMs) continue;
    const differenceBytes = value - layout.totalBytes;
    if (Math.abs(differenceBytes) > FAR_OFF * Math.abs(step)) continue;
    if (!best || Math.abs(differenceBytes) < Math.abs(best.differenceBytes)) best = { layout, differenceBytes };
  }
  return best;
}
