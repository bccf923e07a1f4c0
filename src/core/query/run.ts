/** One decoded query → its tables. The one place that knows all query types. */
import { attribution } from './attribution';
import type { Engine } from './engine';
import { diffTable, findingsTable } from './explain-tables';
import { limitsTable } from './limits-table';
import { plateaus } from './plateaus';
import { processes } from './processes';
import type { PlateauQuery, QueryType } from './query';
import { snapshotTables, treeTables } from './snapshot-tables';
import type { Table } from './table';
import { toGrid } from './window';

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

/** Samples in one answer: with a field per category it is some 20 MB, and half a second of the one thread. */
const SAMPLE_BUDGET = 200_000;

/** Many points leave room for fewer series; the answer says so like any other cut. */
function withinBudget(engine: Engine): Engine {
  const { fromMs, toMs, stepMs } = toGrid(engine.window);
  const points = Math.floor((toMs - fromMs) / stepMs) + 1;
  return { ...engine, maxSeries: Math.max(1, Math.min(engine.maxSeries, Math.floor(SAMPLE_BUDGET / points))) };
}

/** @throws SourceError when a source that the query needs does not answer, BadQueryError when it asks for what cannot be */
export function runQuery(query: PlateauQuery, engine: Engine): Promise<Table[]> {
  return ANSWERS[query.queryType](query, withinBudget(engine));
}
