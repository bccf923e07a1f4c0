/** What editors and variables ask of the data source, apart from its class, so that it can hold them without a cycle. */
import type { DataQueryResponse, DataSourceApi, ScopedVars, TimeRange } from '@grafana/data';
import type { PlateauDataQuery, PlateauOptions } from './types';

/** Runs one query apart from any panel. Rejects with the backend's own words. */
export type Ask = (query: PlateauDataQuery, range: TimeRange, scopedVars?: ScopedVars) => Promise<DataQueryResponse>;

export interface AskableDataSource extends DataSourceApi<PlateauDataQuery, PlateauOptions> {
  ask: Ask;
}
