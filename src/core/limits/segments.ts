/** Limits, tiled: each segment has one verdict and its reason. */
import type { Bytes } from '../units';

export type Verdict = 'runs' | 'fails' | 'unknown';

export interface Segment {
  readonly fromBytes: Bytes;
  /** Exclusive; null = without end. */
  readonly toBytes: Bytes | null;
  readonly verdict: Verdict;
  /** One or two sentences. */
  readonly why: string;
}

export interface Range {
  readonly fromBytes: Bytes;
  /** Exclusive; null = without end, unlimited included. */
  readonly toBytes: Bytes | null;
}

/** A need that holds for the limits of a range: below `fails` the program cannot run, from `runs` on it does. */
export interface Regime {
  readonly from: Bytes;
  readonly to: Bytes | null;
  readonly fails: Bytes;
  /** `fails` where the need is known to the byte. */
  readonly runs: Bytes;
  readonly whyFails: string;
  readonly whyRuns: string;
  readonly whyUnknown: string;
}

/** A range of limits under which the outcome differs from run to run. */
export interface Doubt {
  readonly from: Bytes;
  readonly to: Bytes;
  readonly why: string;
}

/** @param regimes ascending and without gaps from 0 */
export function tile(regimes: readonly Regime[], doubts: readonly Doubt[] = []): Segment[] {
  const segments = regimes.flatMap(segmentsOf);
  return merged(doubts.reduce(withDoubt, segments));
}

function segmentsOf(regime: Regime): Segment[] {
  const end = regime.to ?? Infinity;
  const fails = clamp(regime.fails, regime.from, end);
  const runs = clamp(Math.max(regime.runs, regime.fails), regime.from, end);
  return [
    piece(regime.from, fails, 'fails', regime.whyFails),
    piece(fails, runs, 'unknown', regime.whyUnknown),
    piece(runs, end, 'runs', regime.whyRuns),
  ].filter(notEmpty);
}

/** Only what was `runs` becomes doubtful: a need that is not met is not met in any order. */
function withDoubt(segments: readonly Segment[], doubt: Doubt): Segment[] {
  return segments.flatMap((segment) => {
    const end = endOf(segment);
    if (segment.verdict !== 'runs' || doubt.to <= segment.fromBytes || doubt.from >= end) return [segment];
    const from = clamp(doubt.from, segment.fromBytes, end);
    const to = clamp(doubt.to, segment.fromBytes, end);
    return [
      piece(segment.fromBytes, from, 'runs', segment.why),
      piece(from, to, 'unknown', doubt.why),
      piece(to, end, 'runs', segment.why),
    ].filter(notEmpty);
  });
}

function merged(segments: readonly Segment[]): Segment[] {
  const result: Segment[] = [];
  for (const segment of segments) {
    const last = result[result.length - 1];
    if (last && last.verdict === segment.verdict && last.why === segment.why) {
      result[result.length - 1] = { ...last, toBytes: segment.toBytes };
    } else {
      result.push(segment);
    }
  }
  return result;
}

export function segmentAt(segments: readonly Segment[], bytes: Bytes): Segment {
  return segments.find((segment) => bytes < endOf(segment)) ?? segments[segments.length - 1]!;
}

/** Where it runs, neighbours joined. */
export function safeRanges(segments: readonly Segment[]): Range[] {
  const ranges: Range[] = [];
  for (const { fromBytes, toBytes, verdict } of segments) {
    if (verdict !== 'runs') continue;
    const last = ranges[ranges.length - 1];
    if (last && last.toBytes === fromBytes) ranges[ranges.length - 1] = { ...last, toBytes };
    else ranges.push({ fromBytes, toBytes });
  }
  return ranges;
}

const clamp = (value: Bytes, low: Bytes, high: Bytes): Bytes => Math.min(Math.max(value, low), high);
const endOf = (segment: Segment): Bytes => segment.toBytes ?? Infinity;
const notEmpty = (segment: Segment): boolean => segment.fromBytes < endOf(segment);

function piece(from: Bytes, to: Bytes, verdict: Verdict, why: string): Segment {
  return { fromBytes: from, toBytes: to === Infinity ? null : to, verdict, why };
}
