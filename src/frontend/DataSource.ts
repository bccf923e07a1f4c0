import {
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceApi,
  type DataSourceInstanceSettings,
  type ScopedVars,
  type TimeRange,
} from '@grafana/data';
import { config, DataSourceWithBackend, getTemplateSrv } from '@grafana/runtime';
import { lastValueFrom, map, type Observable } from 'rxjs';
import { DEFAULT_QUERY } from '../contract/default-query';
import { annotationSupport } from './annotations';
import type { AskableDataSource } from './ask';
import { withKeepColumn } from './incident';
import { importQueries } from './import-queries';
import { interpolateQuery, type Replace } from './interpolate';
import { displayText } from './query';
import { recolourFrame } from './recolour';
import type { PlateauDataQuery, PlateauOptions } from './types';
import { singleRequest } from './request';
import { PlateauVariableSupport } from './variables/PlateauVariableSupport';

const replace: Replace = (target, scopedVars, format) => getTemplateSrv().replace(target, scopedVars, format);

/** The browser half: fills in variables, hands the query to the backend, and colours the answer for the theme. */
export class DataSource extends DataSourceWithBackend<PlateauDataQuery, PlateauOptions> implements AskableDataSource {
  annotations = annotationSupport;

  constructor(settings: DataSourceInstanceSettings<PlateauOptions>) {
    super(settings);
    this.variables = new PlateauVariableSupport(this);
  }

  query(request: DataQueryRequest<PlateauDataQuery>): Observable<DataQueryResponse> {
    const dressed = (frame: DataFrame): DataFrame => withKeepColumn(recolourFrame(frame, config.theme2));
    return super.query(request).pipe(map((answer) => ({ ...answer, data: answer.data.map(dressed) })));
  }

  getDefaultQuery(): Partial<PlateauDataQuery> {
    return DEFAULT_QUERY;
  }

  /** Every query can be run, since an empty expression means all processes; only a hidden one is not. */
  filterQuery(query: PlateauDataQuery): boolean {
    return query.hide !== true;
  }

  getQueryDisplayText(query: PlateauDataQuery): string {
    return displayText(query);
  }

  applyTemplateVariables(query: PlateauDataQuery, scopedVars: ScopedVars): PlateauDataQuery {
    return interpolateQuery(query, scopedVars, replace);
  }

  interpolateVariablesInQueries(queries: PlateauDataQuery[], scopedVars: ScopedVars): PlateauDataQuery[] {
    return queries.map((query) => ({ ...this.applyTemplateVariables(query, scopedVars), datasource: this.getRef() }));
  }

  async importQueries(queries: PlateauDataQuery[], origin: DataSourceApi): Promise<PlateauDataQuery[]> {
    return importQueries(queries, origin.meta.id);
  }

  async ask(query: PlateauDataQuery, range: TimeRange, scopedVars: ScopedVars = {}): Promise<DataQueryResponse> {
    const answer = await lastValueFrom(super.query(singleRequest(query, range, scopedVars)));
    const error = answer.errors?.[0] ?? answer.error;
    if (error !== undefined) throw new Error(error.message ?? error.data?.message ?? 'The query failed.');
    return answer;
  }
}
