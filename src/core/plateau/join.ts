/**
 * Series × layouts: what each sample of a memory series was for. For every sample the parts sum to the sample, to the
 * byte, and none is negative.
 *
 * A sample of query_range is the last scrape before its time, up to Prometheus's lookback of 5 minutes old; the collector
 * sees a change up to a tick late. So a layout counts as in force at a sample when it was in force at any moment between
 * `LOOKBACK_MS` before and `LATENESS_MS` after, and holds exactly the sample's bytes.
 *
 * Otherwise the layout nearest in time stands in. What the sample has more is `unknown`. What it has less is taken from
 * the parts that a process gives back in practice, last first in stacking order: unknown, reservation, heap, stack, ...
 * Nothing is scaled: a scaled number would be a number that nobody has ever seen.
 */
import { CATEGORIES, type Category } from '../attribution/categories';
import type { UnixMillis } from '../units';

export const EVIDENCE = ['snapshot', 'nearby', 'metrics', 'bounds'] as const;
export type Evidence = (typeof EVIDENCE)[number];

/** `category`, or `region\tcategory`: what one line of the stack is. */
export type PartKey = string;
export type Parts = ReadonlyMap<PartKey, number>;

/** A layout's interval, reduced to what is stacked. */
export interface LayoutPoint {
  readonly id: string;
  readonly fromMs: UnixMillis;
  readonly toMs: UnixMillis;
  readonly startMs: UnixMillis | null;
  readonly totalBytes: number;
  /** Sums to totalBytes. */
  readonly parts: Parts;
  /** Only the kernel's Vm* split. */
  readonly boundsOnly: boolean;
}

export interface SplitAt {
  (index: number): Parts | null;
  /** The collector could not read the mappings then: it is the kernel's Vm* split. */
  readonly boundsOnly?: (index: number) => boolean;
}

export interface JoinInput {
  readonly timesMs: readonly UnixMillis[];
  /** Bytes; finite and not negative. */
  readonly values: readonly number[];
  /** Ascending by fromMs; all lives of one process label. */
  readonly layouts: readonly LayoutPoint[];
  /** Start of the process at a sample; null where unknown. Layouts of another life are then not looked at. */
  readonly startMsAt?: (index: number) => UnixMillis | null;
  /** The collector's own split of this very sample, as Prometheus keeps it; null where there is none. */
  readonly splitAt?: SplitAt;
  /** Estimate from the runtime's own metrics; null where there is none. Must sum to the sample. */
  readonly estimateAt?: (index: number) => Parts | null;
}

export interface JoinedSample {
  readonly evidence: Evidence;
  readonly parts: Parts;
  /** The layout that was used, if any. */
  readonly layout: LayoutPoint | null;
  /** Time from the sample to the layout, signed: negative when the layout is older. 0 when in force. */
  readonly distanceMs: number;
  /** Sample minus layout, bytes. */
  readonly differenceBytes: number;
}

export const LOOKBACK_MS = 5 * 60_000;
export const LATENESS_MS = 5_000;
const SAME_START_MS = 1_000;

export const UNKNOWN_PART = 'unknown';

export function categoryOfPart(key: PartKey): Category {
  const tab = key.indexOf('\t');
  return (tab < 0 ? key : key.slice(tab + 1)) as Category;
}

export function regionOfPart(key: PartKey): string {
  const tab = key.indexOf('\t');
  return tab < 0 ? key : key.slice(0, tab);
}

/** @param unknownKey key that takes what no layout explains: `unknown`, or `unknown\tunknown` by region */
export function joinSamples(input: JoinInput, unknownKey: PartKey = UNKNOWN_PART): JoinedSample[] {
  return input.timesMs.map((timeMs, i) => joinOne(input, i, timeMs, input.values[i]!, unknownKey));
}

function joinOne(
  input: JoinInput,
  index: number,
  timeMs: UnixMillis,
  bytes: number,
  unknownKey: PartKey
): JoinedSample {
  const startMs = input.startMsAt?.(index) ?? null;
  const exact = inForce(input.layouts, timeMs, bytes, startMs);
  if (exact) {
    const evidence = exact.boundsOnly ? 'bounds' : 'snapshot';
    return {
      evidence,
      parts: exact.parts,
      layout: exact,
      distanceMs: signedDistance(exact, timeMs),
      differenceBytes: 0,
    };
  }
  const split = input.splitAt?.(index) ?? null;
  if (split) {
    const evidence = input.splitAt?.boundsOnly?.(index) ? 'bounds' : 'snapshot';
    return { evidence, parts: split, layout: null, distanceMs: 0, differenceBytes: 0 };
  }
  const near = nearest(input.layouts, timeMs, startMs);
  if (near && !near.boundsOnly) {
    return {
      evidence: 'nearby',
      parts: fitParts(near.parts, near.totalBytes, bytes, unknownKey),
      layout: near,
      distanceMs: signedDistance(near, timeMs),
      differenceBytes: bytes - near.totalBytes,
    };
  }
  const estimate = input.estimateAt?.(index) ?? null;
  if (estimate) return { evidence: 'metrics', parts: estimate, layout: null, distanceMs: 0, differenceBytes: 0 };
  const parts = near ? fitParts(near.parts, near.totalBytes, bytes, unknownKey) : new Map([[unknownKey, bytes]]);
  return {
    evidence: 'bounds',
    parts,
    layout: near,
    distanceMs: 0,
    differenceBytes: near ? bytes - near.totalBytes : bytes,
  };
}

function sameLife(layout: LayoutPoint, startMs: UnixMillis | null): boolean {
  return startMs === null || layout.startMs === null || Math.abs(layout.startMs - startMs) <= SAME_START_MS;
}

/** Negative: the layout was last seen before `timeMs`; positive: first seen after it. */
export function signedDistance(layout: LayoutPoint, timeMs: UnixMillis): number {
  if (timeMs < layout.fromMs) return layout.fromMs - timeMs;
  return timeMs > layout.toMs ? layout.toMs - timeMs : 0;
}

/** Number of layouts that begin at or before `timeMs`. */
function countUntil(layouts: readonly LayoutPoint[], timeMs: UnixMillis): number {
  let low = 0;
  let high = layouts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (layouts[middle]!.fromMs <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many samples some layout of the process explains to the byte: the test for being that process. */
export function countExact(
  layouts: readonly LayoutPoint[],
  timesMs: readonly UnixMillis[],
  values: readonly number[],
  startMs: UnixMillis | null
): number {
  return timesMs.filter((timeMs, i) => inForce(layouts, timeMs, values[i]!, startMs) !== null).length;
}

function inForce(
  layouts: readonly LayoutPoint[],
  timeMs: UnixMillis,
  bytes: number,
  startMs: UnixMillis | null
): LayoutPoint | null {
  let best: LayoutPoint | null = null;
  for (let i = countUntil(layouts, timeMs + LATENESS_MS) - 1; i >= 0; i--) {
    const layout = layouts[i]!;
    // Lives follow one another, so what ends too early has only earlier ones before it.
    if (layout.toMs < timeMs - LOOKBACK_MS) break;
    if (layout.totalBytes !== bytes || !sameLife(layout, startMs)) continue;
    if (!best || Math.abs(signedDistance(layout, timeMs)) < Math.abs(signedDistance(best, timeMs))) best = layout;
    if (signedDistance(best, timeMs) === 0) break;
  }
  return best;
}

function nearest(layouts: readonly LayoutPoint[], timeMs: UnixMillis, startMs: UnixMillis | null): LayoutPoint | null {
  const split = countUntil(layouts, timeMs);
  let before = split - 1;
  while (before >= 0 && !sameLife(layouts[before]!, startMs)) before--;
  let after = split;
  while (after < layouts.length && !sameLife(layouts[after]!, startMs)) after++;
  const older = layouts[before];
  const newer = layouts[after];
  if (!older || !newer) return older ?? newer ?? null;
  return Math.abs(signedDistance(older, timeMs)) <= Math.abs(signedDistance(newer, timeMs)) ? older : newer;
}

/**
 * Parts of a layout of `totalBytes`, made to sum to `bytes`; the rule stands in the head of this file.
 * @param parts must sum to totalBytes
 */
export function fitParts(parts: Parts, totalBytes: number, bytes: number, unknownKey: PartKey = UNKNOWN_PART): Parts {
  if (bytes === totalBytes) return parts;
  const fitted = new Map(parts);
  if (bytes > totalBytes) return fitted.set(unknownKey, (fitted.get(unknownKey) ?? 0) + (bytes - totalBytes));
  let surplus = totalBytes - bytes;
  const order = [...fitted.keys()].sort(
    (a, b) =>
      CATEGORIES.indexOf(categoryOfPart(b)) - CATEGORIES.indexOf(categoryOfPart(a)) || fitted.get(b)! - fitted.get(a)!
  );
  for (const key of order) {
    const taken = Math.min(surplus, fitted.get(key)!);
    fitted.set(key, fitted.get(key)! - taken);
    surplus -= taken;
    if (surplus === 0) break;
  }
  return fitted;
}
