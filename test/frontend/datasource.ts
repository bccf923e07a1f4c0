/** A data source on a Grafana whose server is a function: the edge at which these tests stop. */
import {
  dataFrameToJSON,
  dateTime,
  FieldType,
  toDataFrame,
  type DataFrame,
  type DataSourceInstanceSettings,
  type TimeRange,
} from '@grafana/data';
import { setBackendSrv, setDataSourceSrv, setTemplateSrv, type BackendSrv, type TemplateSrv } from '@grafana/runtime';
import { of, throwError } from 'rxjs';
import { DataSource } from '../../src/frontend/DataSource';
import type { PlateauDataQuery, PlateauOptions } from '../../src/frontend/types';

export interface SentQuery extends PlateauDataQuery {
  intervalMs?: number;
  maxDataPoints?: number;
}

export interface Host {
  datasource: DataSource;
  /** Every query that went to the server, in order. */
  sent: SentQuery[];
  /** What the server answers from now on. */
  answer: DataFrame[];
  /** When set, the server refuses with this text. */
  failure?: string;
  /** Dashboard variables: name to value, several values as a list. */
  variables: Record<string, string | string[]>;
}

const settings = {
  id: 1,
  uid: 'plateau',
  name: 'Plateau',
  type: 'plateau-addressspace-datasource',
  access: 'proxy',
  readOnly: false,
  jsonData: {},
  meta: { id: 'plateau-addressspace-datasource' },
} as unknown as DataSourceInstanceSettings<PlateauOptions>;

/** The part of Grafana's template service that counts here: ${name}, ${name:raw}, $name, and a format function. */
function templateSrv(host: Host): TemplateSrv {
  const replace: TemplateSrv['replace'] = (target = '', _scoped, format) =>
    target.replace(/\$(?:\{(\w+)(?::(\w+))?\}|(\w+))/g, (text, braced, given, plain) => {
      const value = host.variables[braced ?? plain];
      if (value === undefined) return text;
      if (given === 'raw' || typeof format !== 'function') return String(value);
      return format(value, { multi: Array.isArray(value), includeAll: false });
    });
  return {
    replace,
    getVariables: () => Object.keys(host.variables).map((name) => ({ name })),
    containsTemplate: (target = '') => target.includes('$'),
    updateTimeRange: () => undefined,
  } as unknown as TemplateSrv;
}

export function host(): Host {
  const state: Host = { datasource: new DataSource(settings), sent: [], answer: [], variables: {} };
  const fetch = ({ data }: { data: { queries: SentQuery[] } }) => {
    state.sent.push(...data.queries);
    if (state.failure !== undefined) {
      return throwError(() => ({ status: 500, statusText: 'Failed', data: { message: state.failure } }));
    }
    const results = Object.fromEntries(
      data.queries.map(({ refId }) => [refId, { frames: state.answer.map((frame) => dataFrameToJSON(frame)) }])
    );
    return of({ data: { results }, status: 200, ok: true });
  };
  setBackendSrv({ fetch } as unknown as BackendSrv);
  setTemplateSrv(templateSrv(state));
  const list = [{ uid: 'p1', name: 'Prometheus' }];
  setDataSourceSrv({ getList: () => list, getInstanceSettings: () => settings } as never);
  return state;
}

export function range(): TimeRange {
  const [from, to] = [dateTime(1_795_419_000_000), dateTime(1_795_422_600_000)];
  return { from, to, raw: { from, to } };
}

/** An answer of a `processes` query. */
export function processesFrame(...names: string[]): DataFrame {
  return toDataFrame({ fields: [{ name: 'process', type: FieldType.string, values: names }] });
}

/** An answer of an `attribution` query with the colours that the backend writes. */
export function attributionFrame(): DataFrame {
  const series = (name: string, labels: Record<string, string>, color: string, value: number) => ({
    name,
    type: FieldType.number,
    labels,
    values: [value],
    config: { unit: 'bytes', color: { mode: 'fixed', fixedColor: color } },
  });
  return toDataFrame({
    fields: [
      { name: 'time', type: FieldType.time, values: [1_795_419_000_000] },
      series('heap', { category: 'heap', job: 'api' }, '#fb7409', 100),
      series('unknown', { category: 'unknown', job: 'api' }, '#a8a5a3', 1),
      series('virtual', { job: 'api' }, '#808080', 101),
    ],
  });
}
