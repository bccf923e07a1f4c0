import {
  CustomVariableSupport,
  FieldType,
  toDataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
} from '@grafana/data';
import { from, map, type Observable } from 'rxjs';
import type { AskableDataSource } from '../ask';
import { lastHour } from '../names';
import { VariableEditor } from './VariableEditor';
import { resolveVariable, type PlateauVariableQuery } from './variable-query';

/** Query variables with a typed query and an editor of their own. */
export class PlateauVariableSupport extends CustomVariableSupport<AskableDataSource, PlateauVariableQuery> {
  editor = VariableEditor;

  constructor(private readonly datasource: AskableDataSource) {
    super();
    // Grafana calls `query` without its object.
    this.query = this.query.bind(this);
  }

  query(request: DataQueryRequest<PlateauVariableQuery>): Observable<DataQueryResponse> {
    const query = request.targets[0];
    if (query === undefined) return from([{ data: [] }]);
    // Before 10.2 a variable that is refreshed on load comes without a time range.
    const names = resolveVariable(query, request.range ?? lastHour(), (asked, range) =>
      this.datasource.ask(asked, range, request.scopedVars)
    );
    return from(names).pipe(map((values) => ({ data: [toNames(values)] })));
  }
}

function toNames(values: string[]) {
  return toDataFrame({
    fields: [
      { name: 'text', type: FieldType.string, values },
      { name: 'value', type: FieldType.string, values },
    ],
  });
}
