/**
 * Spikes: excursions that return within four samples. A running median of nine samples cannot follow them, but follows
 * every step that is held for five (Tukey's running medians), so what stands off it by a step and is short is a spike.
 */
import { runningMedian } from './quantile';

export const LONGEST_SPIKE = 4;

/** Samples first..last, both included. */
export interface Excursion {
  readonly first: number;
  readonly last: number;
  /** The value farthest from the level around it, and that level. */
  readonly peak: number;
  readonly base: number;
}

export interface Despiked {
  /** The series with every excursion replaced by the level around it. */
  readonly values: Float64Array;
  readonly spikes: readonly Excursion[];
}

/**
 * Excursions of `step` bytes or more. At the ends of a life they are taken out of the series but are no spikes: the first
 * samples of a process may still be growing, and of the last ones nobody knows yet whether they return.
 */
export function despike(raw: Float64Array, step: number): Despiked {
  const base = runningMedian(raw, LONGEST_SPIKE);
  const values = raw.slice();
  const spikes: Excursion[] = [];
  for (let first = 0; first < raw.length; first++) {
    const side = Math.sign(raw[first]! - base[first]!);
    let last = first;
    while (last < raw.length && (raw[last]! - base[last]!) * side >= step) {
      last += 1;
    }
    last -= 1;
    if (last < first) {
      continue;
    }
    if (last - first < LONGEST_SPIKE) {
      let peak = raw[first]!;
      for (let i = first; i <= last; i++) {
        values[i] = base[i]!;
        peak = side > 0 ? Math.max(peak, raw[i]!) : Math.min(peak, raw[i]!);
      }
      if (first > 0 && last < raw.length - 1) {
        spikes.push({ first, last, peak, base: base[first]! });
      }
    }
    first = last;
  }
  return { values, spikes };
}
