/** What `plateau record` keeps of a command: every look at its size, and every layout that was in force. */
import type { CategoryBytes } from '../attribution/categories';
import type { Bytes, UnixMillis } from '../units';

export interface RecordedLayout {
  /** Time since the command began, ms. */
  readonly atMs: number;
  readonly virtualBytes: Bytes;
  /** `region\tcategory` → bytes; sums to virtualBytes. */
  readonly parts: ReadonlyMap<string, Bytes>;
  readonly categories: Readonly<CategoryBytes>;
}

export interface Recording {
  readonly command: readonly string[];
  /** When the command's first instruction was let go. */
  readonly startMs: UnixMillis;
  readonly durationMs: number;
  /** Each look, ms since the start, ascending. */
  readonly timesMs: readonly number[];
  /** VSZ at each look. */
  readonly values: readonly Bytes[];
  readonly residentPeakBytes: Bytes;
  /** Ascending; each is in force until the next. */
  readonly layouts: readonly RecordedLayout[];
  /** Largest VSZ that was looked at. */
  readonly peakBytes: Bytes;
  /** VmPeak as the kernel last showed it: what lies between two looks counts in it, too. */
  readonly kernelPeakBytes: Bytes;
  /** Processes that were watched, the command first. */
  readonly processes: ReadonlyArray<{ readonly pid: number; readonly name: string; readonly peakBytes: Bytes }>;
  /** Plain sentences: what could not be seen. */
  readonly notices: readonly string[];
}

/** The layout in force at a time, or null before the first. */
export function layoutAt(layouts: readonly RecordedLayout[], atMs: number): RecordedLayout | null {
  let found: RecordedLayout | null = null;
  for (const layout of layouts) {
    if (layout.atMs > atMs) break;
    found = layout;
  }
  return found;
}

/** The layout with the largest VSZ, or null when none could be read. */
export function peakLayout(recording: Recording): RecordedLayout | null {
  return recording.layouts.reduce<RecordedLayout | null>(
    (best, layout) => (best && best.virtualBytes >= layout.virtualBytes ? best : layout),
    null
  );
}
