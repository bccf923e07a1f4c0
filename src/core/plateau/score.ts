/**
 * Scores an answer of the detector against a series whose plateaus are known. Everything is counted in samples.
 *
 * The measures of the Turing Change Point Dataset (van den Burg and Williams 2020, "An evaluation of change point
 * detection algorithms"): F1 of the segment starts, where sample 0 is a trivial start on both sides and each true start is
 * matched once within a margin, and covering, the length-weighted best Jaccard index of the true segments. To them come
 * what a reader of plateaus needs: right levels, right kinds, no spike called a plateau, restarts found.
 */
import type { Bytes, UnixMillis } from '../units';
import type { Plateau } from './types';

/** What the maker of a series knows. */
export interface SeriesTruth {
  /** Group in the score table. */
  readonly kind: string;
  /** The levels are certain to the byte. */
  readonly exact: boolean;
  readonly segments: readonly TrueSegment[];
  readonly spikes: ReadonlyArray<{ readonly startMs: UnixMillis; readonly endMs: UnixMillis }>;
  /** First sample of each new process. */
  readonly restartsMs: readonly UnixMillis[];
}

export interface TrueSegment {
  readonly startMs: UnixMillis;
  readonly endMs: UnixMillis;
  readonly kind: 'plateau' | 'ramp' | 'transition';
  /** Null unless a plateau. */
  readonly levelBytes: Bytes | null;
  /** Where it is not 5. */
  readonly marginSamples?: number;
}

export const SCORE_COLUMNS = ['f1', 'covering', 'level', 'kind', 'spikes', 'found', 'reset'] as const;
export type ScoreColumn = (typeof SCORE_COLUMNS)[number];
/** 0..1; a column is absent where the series says nothing about it. In `spikes` lower is better. */
export type Score = Partial<Record<ScoreColumn, number>>;

const MARGIN = 5;
const SPIKE_SLACK = 2;

interface Range {
  readonly first: number;
  /** Exclusive. */
  readonly end: number;
}

interface Place {
  readonly at: number;
  readonly margin: number;
}

/** `timesMs`: all rows of the series, ascending, repeated rows included. */
export function scorePlateaus(timesMs: readonly UnixMillis[], truth: SeriesTruth, found: readonly Plateau[]): Score {
  const count = timesMs.length;
  const starts = truth.segments.map((segment) => lowerBound(timesMs, segment.startMs));
  const segments = truth.segments.map((segment, k) => ({ segment, first: starts[k]!, end: starts[k + 1] ?? count }));
  const entries = cutOverlaps(found.filter(({ kind }) => kind !== 'spike').map((entry) => placed(timesMs, entry)));
  const spikeEntries = found.filter(({ kind }) => kind === 'spike').map((entry) => placed(timesMs, entry));
  const foundStarts = startsOf(entries, count);
  const pieces = foundStarts.map((first, k): Range => ({ first, end: foundStarts[k + 1] ?? count }));
  const trueStarts = segments.map(({ first, segment }): Place => ({
    at: first,
    margin: segment.marginSamples ?? MARGIN,
  }));
  const score: Score = {
    f1: f1(trueStarts, foundStarts),
    covering: segments.reduce((sum, s) => sum + (s.end - s.first) * best(s, pieces).overlap, 0) / count,
  };
  const partners = segments.map((s) => {
    const { overlap, range } = best(s, entries);
    return { segment: s.segment, entry: overlap >= 0.5 ? range?.entry : undefined };
  });
  const named = partners.filter(({ segment }) => segment.kind !== 'transition');
  score.kind = share(named, ({ segment, entry }) => entry?.kind === segment.kind);
  const flat = named.filter(({ segment }) => segment.kind === 'plateau');
  if (truth.exact && flat.length > 0) {
    score.level = share(flat, ({ segment, entry }) => entry?.levelBytes === segment.levelBytes);
  }
  const spikes = truth.spikes.map((spike) => placed(timesMs, spike));
  if (spikes.length > 0) {
    score.spikes = share(spikes, (spike) => entries.some((entry) => inside(spike, entry)));
    score.found = share(spikes, (spike) => spikeEntries.some((entry) => around(spike, entry)));
  }
  const flagged = entries.filter(({ entry, first }) => entry.reset && first > 0).map(({ first }) => first);
  if (truth.restartsMs.length > 0 || flagged.length > 0) {
    const restarts = truth.restartsMs.map((ms): Place => {
      const at = lowerBound(timesMs, ms);
      const startUp = segments.find(({ segment, first }) => first === at && segment.kind === 'transition');
      return { at, margin: MARGIN + (startUp ? startUp.end - startUp.first : 0) };
    });
    score.reset = f1(restarts, flagged);
  }
  return score;
}

/** Mean per column over the scores that have it. */
export function meanScore(scores: readonly Score[]): Score {
  const mean: Score = {};
  for (const column of SCORE_COLUMNS) {
    const values = scores.flatMap((score) => score[column] ?? []);
    if (values.length > 0) {
      mean[column] = values.reduce((sum, value) => sum + value, 0) / values.length;
    }
  }
  return mean;
}

function placed<T extends { readonly startMs: UnixMillis; readonly endMs: UnixMillis }>(
  timesMs: readonly UnixMillis[],
  entry: T
): Range & { readonly entry: T } {
  const first = lowerBound(timesMs, entry.startMs);
  return { entry, first, end: Math.max(first + 1, lowerBound(timesMs, entry.endMs + 1)) };
}

/** An entry may end where the next one starts. */
function cutOverlaps<T extends Range>(ranges: readonly T[]): T[] {
  return ranges.map((range, k) => {
    const next = ranges[k + 1]?.first ?? range.end;
    return { ...range, end: Math.max(range.first + 1, Math.min(range.end, next)) };
  });
}

/** More than a margin that no entry covers is a segment of its own. */
function startsOf(entries: readonly Range[], count: number): number[] {
  const starts = new Set([0]);
  let covered = 0;
  for (const { first, end } of entries) {
    if (covered > 0 && first - covered > MARGIN) {
      starts.add(covered);
    }
    if (first > MARGIN) {
      starts.add(first);
    }
    covered = end;
  }
  if (count - covered > MARGIN) {
    starts.add(covered);
  }
  return [...starts].sort((a, b) => a - b);
}

function f1(expected: readonly Place[], found: readonly number[]): number {
  const free = [...found];
  let hits = 0;
  for (const { at, margin } of expected) {
    const near = free.filter((place) => Math.abs(place - at) <= margin);
    if (near.length > 0) {
      const nearest = near.reduce((a, b) => (Math.abs(b - at) < Math.abs(a - at) ? b : a));
      free.splice(free.indexOf(nearest), 1);
      hits += 1;
    }
  }
  return (2 * hits) / (expected.length + found.length);
}

function best<T extends Range>(wanted: Range, ranges: readonly T[]): { overlap: number; range: T | undefined } {
  let result: { overlap: number; range: T | undefined } = { overlap: 0, range: undefined };
  for (const range of ranges) {
    const common = Math.min(wanted.end, range.end) - Math.max(wanted.first, range.first);
    const overlap = common > 0 ? common / (wanted.end - wanted.first + range.end - range.first - common) : 0;
    if (overlap > result.overlap) {
      result = { overlap, range };
    }
  }
  return result;
}

function around(spike: Range, entry: Range): boolean {
  return entry.first < spike.end + SPIKE_SLACK && entry.end > spike.first - SPIKE_SLACK;
}

function inside(spike: Range, entry: Range): boolean {
  return spike.first - SPIKE_SLACK <= entry.first && entry.end <= spike.end + SPIKE_SLACK;
}

function share<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return items.length === 0 ? 1 : items.filter(holds).length / items.length;
}

function lowerBound(timesMs: readonly UnixMillis[], ms: UnixMillis): number {
  let [low, high] = [0, timesMs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timesMs[middle]! < ms) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
