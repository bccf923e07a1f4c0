/**
 * How sightings become intervals. An interval never covers time in which nobody looked, never has a negative length and
 * never joins two lives or two layouts.
 */
import type { UnixMillis } from '../units';

export interface OpenInterval {
  readonly id: string;
  readonly fromMs: UnixMillis;
  readonly toMs: UnixMillis;
}

/** Longest silence that does not end an interval: a restart of the collector, a loaded machine. */
export const DEFAULT_GAP_MS = 10_000;

/**
 * @param last the last interval of the same life, if any
 * @returns the interval that holds the sighting, and whether it continues `last`
 */
export function withSighting(
  last: OpenInterval | null,
  id: string,
  seenMs: UnixMillis,
  gapMs: number = DEFAULT_GAP_MS
): { readonly continues: boolean; readonly interval: OpenInterval } {
  const fresh = (fromMs: UnixMillis) => ({ continues: false, interval: { id, fromMs, toMs: fromMs } });
  if (!last) return fresh(seenMs);
  const silence = seenMs - last.toMs;
  // A clock that was set back a little must not turn an interval round: time stands still until it has caught up.
  // Set back by more, the new clock is believed and the old intervals stay as they were written.
  if (silence < -gapMs) return fresh(seenMs);
  const now = Math.max(seenMs, last.toMs);
  if (id !== last.id) return fresh(now);
  return silence <= gapMs ? { continues: true, interval: { ...last, toMs: now } } : fresh(seenMs);
}

/** Milliseconds between an instant and an interval; 0 inside. */
export function distanceTo(
  interval: { readonly fromMs: UnixMillis; readonly toMs: UnixMillis },
  atMs: UnixMillis
): number {
  if (atMs < interval.fromMs) return interval.fromMs - atMs;
  return atMs > interval.toMs ? atMs - interval.toMs : 0;
}
