/**
 * Which process of the collector a Prometheus series is about.
 *
 * 1. The series carries the collector's own `process` label. 2. The start time (process_start_time_seconds of the same
 * target) is that of a process, within a second; when several fit, the one whose layouts equal at least 3 of the last 5
 * samples to the byte. 3. Without a start time, that equality alone. A process on another host may have been started in
 * the same second, so a single candidate by start time must not be far off in size either.
 */
import { type LayoutPoint, countExact, signedDistance } from '../plateau/join';
import type { UnixMillis } from '../units';
import type { Labels } from './labels';
import type { KnownProcess, Series } from './sources';

export type MatchedBy = 'label' | 'start' | 'start+size' | 'size';

export interface Match {
  readonly process: KnownProcess | null;
  readonly by: MatchedBy | null;
  /** Why there is none, or why to be careful. */
  readonly notice: string | null;
}

const SAME_START_MS = 1_000;
const LAST_SAMPLES = 5;
const EQUAL_SAMPLES = 3;
const MAX_CANDIDATES = 20;
const FAR_OFF = 0.25;

const none = (notice: string): Match => ({ process: null, by: null, notice });

/** @param layoutsOf layouts of a process around the window, virtual and by category */
export async function matchSeries(
  series: Series,
  startMs: UnixMillis | null,
  known: readonly KnownProcess[],
  layoutsOf: (process: string) => Promise<readonly LayoutPoint[]>
): Promise<Match> {
  if (known.length === 0) return none('The collector knows no process in this time range.');
  const labelled = byLabel(series.labels, known);
  if (labelled) return { process: labelled, by: 'label', notice: null };

  const timesMs = series.timesMs.slice(-LAST_SAMPLES);
  const values = series.values.slice(-LAST_SAMPLES);
  const needed = Math.min(EQUAL_SAMPLES, values.length);
  const equal = async (
    candidates: readonly KnownProcess[]
  ): Promise<Array<{ process: KnownProcess; count: number }>> => {
    const counted = [];
    for (const process of candidates.slice(0, MAX_CANDIDATES)) {
      const count = countExact(await layoutsOf(process.process), timesMs, values, startMs);
      if (count >= needed && count > 0) counted.push({ process, count });
    }
    return counted.sort((a, b) => b.count - a.count);
  };

  if (startMs !== null) {
    const started = known.filter((one) => one.startMs !== null && Math.abs(one.startMs - startMs) <= SAME_START_MS);
    if (started.length === 0) {
      return none('No process of the collector was started when this one was. Does the collector run on its host?');
    }
    if (started.length === 1) {
      const only = started[0]!;
      if (isFarOff(await layoutsOf(only.process), timesMs, values)) {
        return none(
          `Process ${only.process} was started at the same second, but its size is another. Does the collector run on the host of this series?`
        );
      }
      return { process: only, by: 'start', notice: null };
    }
    const [best, second] = await equal(started);
    if (!best) {
      return none(
        `${started.length} processes were started at that second, and the layouts of none equal the samples.`
      );
    }
    if (second && second.count === best.count) {
      return none(
        `Processes ${best.process.process} and ${second.process.process} fit equally: same start, same size.`
      );
    }
    return { process: best.process, by: 'start+size', notice: null };
  }

  const sizes = new Set(values);
  const [best, second] = await equal(known.filter((one) => sizes.has(one.virtualBytes)));
  if (!best) return none('Prometheus has no start time for this series, and no process of the collector has its size.');
  if (second && second.count === best.count) {
    return none(
      `Prometheus has no start time for this series, and ${best.process.process} and ${second.process.process} have its size.`
    );
  }
  return {
    process: best.process,
    by: 'size',
    notice: `Matched to process ${best.process.process} by size alone: Prometheus has no start time for this series.`,
  };
}

/** The collector's label, also where Prometheus had to rename it (`honor_labels` off). */
function byLabel(labels: Labels, known: readonly KnownProcess[]): KnownProcess | null {
  for (const name of ['process', 'exported_process']) {
    const value = labels[name];
    const found = value !== undefined && known.find((one) => one.process === value);
    if (found) return found;
  }
  return null;
}

function isFarOff(layouts: readonly LayoutPoint[], timesMs: readonly UnixMillis[], values: readonly number[]): boolean {
  const bytes = values.at(-1);
  const timeMs = timesMs.at(-1);
  if (bytes === undefined || timeMs === undefined || layouts.length === 0) return false;
  if (countExact(layouts, timesMs, values, null) > 0) return false;
  const near = layouts.reduce((a, b) =>
    Math.abs(signedDistance(b, timeMs)) < Math.abs(signedDistance(a, timeMs)) ? b : a
  );
  return Math.abs(near.totalBytes - bytes) > FAR_OFF * Math.max(near.totalBytes, bytes);
}
