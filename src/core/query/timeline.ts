/** The collector's own intervals, stepped onto the points of a panel. */
import { type JoinedSample, type LayoutPoint, signedDistance } from '../plateau/join';
import { DEFAULT_GAP_MS } from '../snapshot/interval';
import type { UnixMillis } from '../units';
import type { Grid } from './window';

export interface Timeline {
  readonly timesMs: readonly UnixMillis[];
  readonly values: readonly number[];
  readonly samples: readonly JoinedSample[];
}

/**
 * At each point the layout in force, or the one before it within the collector's own gap; nothing where nobody looked.
 * The window's end is a point too, so that the newest layout is not a step late.
 * @param layouts ascending
 */
export function sampleTimeline(layouts: readonly LayoutPoint[], grid: Grid, toMs: UnixMillis): Timeline {
  const timesMs: number[] = [];
  const values: number[] = [];
  const samples: JoinedSample[] = [];
  let index = -1;
  const look = (timeMs: UnixMillis): void => {
    while (index + 1 < layouts.length && layouts[index + 1]!.fromMs <= timeMs) index++;
    const layout = layouts[index];
    if (!layout || -signedDistance(layout, timeMs) > DEFAULT_GAP_MS) return;
    timesMs.push(timeMs);
    values.push(layout.totalBytes);
    samples.push({
      evidence: layout.boundsOnly ? 'bounds' : 'snapshot',
      parts: layout.parts,
      layout,
      distanceMs: 0,
      differenceBytes: 0,
    });
  };
  for (let timeMs = grid.fromMs; timeMs <= grid.toMs; timeMs += grid.stepMs) look(timeMs);
  if (toMs > grid.toMs) look(toMs);
  return { timesMs, values, samples };
}
