/** Distinct names out of an answer's frames, for pickers and variables. */
import { dateTime, type DataFrame, type TimeRange } from '@grafana/data';

/** Distinct non-empty strings of the named column, sorted as people sort. */
export function distinct(frames: readonly DataFrame[], column: string): string[] {
  const seen = new Set<string>();
  for (const frame of frames) {
    const values: readonly unknown[] = frame.fields.find((field) => field.name === column)?.values ?? [];
    for (const value of values) if (typeof value === 'string' && value !== '') seen.add(value);
  }
  return [...seen].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
}

/** The range of a picker that was opened where there is none, for example in a provisioned alert rule. */
export function lastHour(): TimeRange {
  const to = dateTime();
  const from = dateTime(to).subtract(1, 'hour');
  return { from, to, raw: { from: 'now-1h', to: 'now' } };
}
