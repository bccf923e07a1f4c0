/** Times and durations in notices. UTC, since the program does not know the reader's clock. */
import type { UnixMillis } from '../units';

/** `07:48:17`, with the date in front when `to` lies on another day. */
export function clock(ms: UnixMillis, otherMs: UnixMillis = ms): string {
  const text = new Date(ms).toISOString();
  const day = text.slice(0, 10);
  return day === new Date(otherMs).toISOString().slice(0, 10) ? text.slice(11, 19) : `${day} ${text.slice(11, 19)}`;
}

/** `from 07:48:17 to 07:48:29 UTC`, or `at 07:48:17 UTC`. */
export function span(fromMs: UnixMillis, toMs: UnixMillis): string {
  return fromMs === toMs ? `at ${clock(fromMs)} UTC` : `from ${clock(fromMs, toMs)} to ${clock(toMs, fromMs)} UTC`;
}

/** `4 min 10 s`, `2 h 5 min`, `0.4 s`. */
export function duration(ms: number): string {
  const seconds = Math.abs(ms) / 1000;
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
  const whole = Math.round(seconds);
  const parts: ReadonlyArray<readonly [number, string]> = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3_600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  return parts
    .slice(first, first + 2)
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ');
}
