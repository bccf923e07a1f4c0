/**
 * Makes a series usable: finite and non-negative, ascending, one value per instant, cut where the process restarted.
 * Everything after this counts in samples and not in seconds, so gaps and a changing step need no special case: nothing
 * is known inside a gap, and the first sample after it carries the change.
 */
import type { UnixMillis } from '../units';
import type { PlateauSamples } from './types';

/** One process' life: ascending times, one value each. */
export interface Life {
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  /** True when it began inside the series, by a restart. */
  readonly reset: boolean;
}

/** Start times move by clock rounding; only a longer move means a new process. */
const RESTART_MS = 2000;

export function toLives(samples: PlateauSamples): Life[] {
  const order = usableOrder(samples);
  const times = new Float64Array(order.length);
  const values = new Float64Array(order.length);
  const cuts: number[] = [];
  let count = 0;
  let start = Number.NaN;
  for (const index of order) {
    const time = samples.timesMs[index]!;
    const started = samples.startMs?.[index] ?? Number.NaN;
    // A repeated row, or a correction of the last one: the later row counts.
    if (count > 0 && times[count - 1] === time) {
      count -= 1;
    }
    if (Number.isFinite(started)) {
      if (Math.abs(started - start) > RESTART_MS && count > 0) {
        cuts.push(count);
      }
      start = started;
    }
    times[count] = time;
    values[count] = samples.values[index]!;
    count += 1;
  }
  const bounds = [0, ...new Set(cuts), count];
  const lives: Life[] = [];
  for (let i = 1; i < bounds.length; i++) {
    const [from, to] = [bounds[i - 1]!, bounds[i]!];
    if (to > from) {
      lives.push({ timesMs: times.subarray(from, to), values: values.subarray(from, to), reset: from > 0 });
    }
  }
  return lives;
}

/** Indices of the usable samples by time; equal times keep the order of the rows. */
function usableOrder({ timesMs, values }: PlateauSamples): number[] {
  const order: number[] = [];
  let ascending = true;
  let last: UnixMillis = Number.NEGATIVE_INFINITY;
  const count = Math.min(timesMs.length, values.length);
  for (let i = 0; i < count; i++) {
    const time = timesMs[i]!;
    const value = values[i]!;
    if (Number.isFinite(time) && Number.isFinite(value) && value >= 0) {
      ascending &&= time >= last;
      last = time;
      order.push(i);
    }
  }
  return ascending ? order : order.sort((a, b) => timesMs[a]! - timesMs[b]! || a - b);
}
