/** One decoded query → its tables. The one place that knows all query types. */
import { attribution } from './attribution';
import type { Engine } from './engine';
import { diffTable, findingsTable, limitsTable } from './explain-tables';
import { plateaus } from './plateaus';
import { processes } from './processes';
import type { PlateauQuery, QueryType } from './query';
import { snapshotTables, treeTables } from './snapshot-tables';
import type { Table } from './table';

const ANSWERS: Readonly<Record<QueryType, (query: PlateauQuery, engine: Engine) => Promise<Table[]>>> = {
  attribution,
  plateaus,
  snapshot: snapshotTables,
  tree: treeTables,
  diff: diffTable,
  findings: findingsTable,
  limits: limitsTable,
  processes,
};

/** @throws SourceError when a source that the query needs does not answer, BadQueryError when it asks for what cannot be */
export function runQuery(query: PlateauQuery, engine: Engine): Promise<Table[]> {
  return ANSWERS[query.queryType](query, engine);
}
