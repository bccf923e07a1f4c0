/** The wire types of contract, in the shapes that Grafana's browser packages ask for. */
import type { DataSourceJsonData } from '@grafana/data';
import type { DataQuery } from '@grafana/schema';
import type { PlateauJsonDataInput, PlateauSecureJsonData } from '../contract/settings';
import type { PlateauQuery } from '../core/query/query';

/** A query as Grafana keeps it: any field may be missing in one that was written by hand or provisioned. */
export interface PlateauDataQuery extends DataQuery, Partial<Omit<PlateauQuery, 'refId' | 'queryType'>> {
  queryType?: string;
}

/** jsonData; httpHeaderName1, httpHeaderName2, ... name the headers whose values are secrets. */
export interface PlateauOptions extends DataSourceJsonData, PlateauJsonDataInput {
  [header: `httpHeaderName${number}`]: string | undefined;
}

export interface PlateauSecrets extends PlateauSecureJsonData {
  [header: `httpHeaderValue${number}`]: string | undefined;
}
