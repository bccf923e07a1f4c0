/**
 * What counts as a step, and how much of a series is noise. A step is 16 MiB whatever the level: a reservation of
 * terabytes underneath changes nothing. A process that never exceeds 160 MiB is judged by a tenth of its level. In noise
 * a step must also be 1.5 times the spread of that noise (5th to 95th percentile).
 */
import { MIB, type Bytes } from '../units';
import { median, quantileOfSorted } from './quantile';

export const STEP: Bytes = 16 * MIB;
const SMALL_PROCESS: Bytes = 160 * MIB;
/** Half a page table's worth: keeps a step positive when almost nothing is mapped. */
const LEAST_STEP: Bytes = 64 * 1024;
export const SPREADS_PER_STEP = 1.5;
/** 5th to 95th percentile of a normal distribution, in standard deviations. */
const SPREAD_PER_SIGMA = 3.29;

export interface Scale {
  /** The smallest step by size alone, at the given level. */
  readonly floorAt: (level: Bytes) => Bytes;
  /** The lowest of these over the whole life: the unit of the search. */
  readonly floor: Bytes;
}

export function scaleOf(values: Float64Array): Scale {
  let highest = 0;
  for (const value of values) {
    highest = Math.max(highest, value);
  }
  if (highest > SMALL_PROCESS) {
    return { floorAt: () => STEP, floor: STEP };
  }
  const floorAt = (level: Bytes): Bytes => Math.max(LEAST_STEP, level / 10);
  return { floorAt, floor: floorAt(quantileOfSorted(values.slice().sort(), 0.1)) };
}

/** Variance of noise with this spread. */
export function varianceOf(spread: number): number {
  return (spread / SPREAD_PER_SIGMA) ** 2;
}

const WINDOW = 16;
/** More of one life say nothing new. */
const MOST_WINDOWS = 200;

/**
 * First estimate of the spread, before anything is known of levels: the lower-middle one of the spreads in windows of 16
 * samples, each freed of its own trend, so that neither steps nor ramps count as long as they touch fewer than half of the
 * windows.
 */
export function spreadInWindows(lives: readonly Float64Array[]): number {
  const spreads = lives.flatMap((values) => {
    const width = Math.max(1, Math.min(WINDOW, Math.floor(values.length / 3)));
    const count = Math.floor(values.length / width);
    const stride = Math.ceil(count / MOST_WINDOWS);
    return Array.from({ length: Math.ceil(count / stride) }, (_, w) =>
      windowSpread(values.slice(w * stride * width, (w * stride + 1) * width))
    );
  });
  return quantileOfSorted(Float64Array.from(spreads).sort(), 0.4);
}

/**
 * Spread of a window as of a piece of a ramp, or round the two levels of a step where that leaves less than half of it: in
 * mere noise the largest jump is no step, and taking it out would make the noise look smaller than it is.
 */
function windowSpread(window: Float64Array): number {
  const trended = spreadOf(withoutTrend(window));
  const stepped = trended > 0 ? spreadOf(withoutStep(window)) : 0;
  return stepped < trended / 2 ? stepped : trended;
}

/** Less the line through the medians of the first and of the last third. */
function withoutTrend(window: Float64Array): Float64Array {
  const third = Math.floor(window.length / 3);
  const rise = third > 0 ? median(window.subarray(-third)) - median(window.subarray(0, third)) : 0;
  const slope = rise / (window.length - third);
  return window.map((value, i) => value - slope * i);
}

/** Less the median on each side of the largest jump. */
function withoutStep(window: Float64Array): Float64Array {
  let at = 0;
  let largest = 0;
  for (let i = 1; i < window.length; i++) {
    const jump = Math.abs(window[i]! - window[i - 1]!);
    if (jump > largest) {
      largest = jump;
      at = i;
    }
  }
  const levels = [median(window.subarray(0, at)), median(window.subarray(at))] as const;
  return window.map((value, i) => value - (i < at ? levels[0] : levels[1]));
}

/** 5th to 95th percentile; sorts `values` in place. */
export function spreadOf(values: Float64Array): number {
  return spreadOfSorted(values.sort());
}

export function spreadOfSorted(sorted: Float64Array): number {
  return quantileOfSorted(sorted, 0.95) - quantileOfSorted(sorted, 0.05);
}
