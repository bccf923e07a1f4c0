import type { DataQueryRequest, ScopedVars, TimeRange } from '@grafana/data';
import type { PlateauDataQuery } from './types';

/** Pickers need names, not curves: few points, so that no source works hard for them. */
const POINTS = 100;

/** What Grafana would send for one query, made without a panel. */
export function singleRequest(
  query: PlateauDataQuery,
  range: TimeRange,
  scopedVars: ScopedVars
): DataQueryRequest<PlateauDataQuery> {
  const intervalMs = Math.max(1000, Math.round((range.to.valueOf() - range.from.valueOf()) / POINTS));
  return {
    app: 'plateau',
    requestId: `plateau-${query.refId}`,
    targets: [query],
    range,
    interval: `${Math.round(intervalMs / 1000)}s`,
    intervalMs,
    maxDataPoints: POINTS,
    scopedVars,
    timezone: 'browser',
    startTime: range.to.valueOf(),
  };
}
