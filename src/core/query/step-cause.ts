/** What moved at a step: the layouts on both sides of it, compared by region. */
import { changeSentence } from '../explain/changes';
import { withSeparators } from '../explain/format';
import {
  type JoinedSample,
  type LayoutPoint,
  type Parts,
  categoryOfPart,
  joinSamples,
  regionOfPart,
} from '../plateau/join';
import type { Plateau } from '../plateau/types';
import type { LayoutDiff, RegionChange } from '../snapshot/diff';
import type { UnixMillis } from '../units';
import { clock } from './words';

export interface ExplainedSeries {
  /** Ascending. */
  readonly timesMs: readonly UnixMillis[];
  readonly values: readonly number[];
  readonly startMsAt: (index: number) => UnixMillis | null;
  /** By region. */
  readonly layouts: readonly LayoutPoint[];
}

export interface StepCause {
  /** One or two sentences; empty where nothing can be said. */
  readonly cause: string;
  /** Signed bytes, the largest change first. */
  readonly causes: ReadonlyArray<{ readonly region: string; readonly category: string; readonly bytes: number }>;
}

const MAX_CAUSES = 10;

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

/** @param previousEndMs end of the plateau or ramp before, null for the first */
export function causeOf(input: ExplainedSeries, entry: Plateau, previousEndMs: number | null): StepCause {
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
  if (entry.stepBytes === null && entry.kind !== 'ramp') {
    return { cause: 'The first level in the time range.', causes: [] };
  }
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
