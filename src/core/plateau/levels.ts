/** The level of a plateau: the value it holds, else the median of its samples. Both are values that were really measured. */
import type { Bytes } from '../units';

/** The value that more than half of `sorted` (ascending) have, else the lower median. */
export function levelOfSorted(sorted: Float64Array): Bytes {
  // A value held by more than half of the samples is their median, too, so that no counting is needed.
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

/** Share of `sorted` that has exactly this value. */
export function shareHeld(sorted: Float64Array, level: Bytes): number {
  let held = 0;
  for (const value of sorted) {
    held += value === level ? 1 : 0;
  }
  return sorted.length === 0 ? 0 : held / sorted.length;
}
