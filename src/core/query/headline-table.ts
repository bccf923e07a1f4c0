/** `findings` with `part: "headline"`: one row per process, what it is and whether it costs RAM, then the last step. */
import { headlineLines } from '../explain/headline';
import { type Snapshots, instantOf } from './at-instant';
import type { Engine } from './engine';
import { lastSteps } from './plateau-findings';
import type { PlateauQuery } from './query';
import type { Table } from './table';

/** Looking for steps of many processes costs more than one look at a panel is worth. */
const MOST_WITH_STEPS = 3;

/** @throws BadQueryError */
export async function headlineTable(
  query: PlateauQuery,
  engine: Engine,
  { items, notices, executed }: Snapshots
): Promise<Table> {
  const atMs = instantOf(query.at, engine, 'at', 'end');
  const steps = items.length <= MOST_WITH_STEPS ? await lastSteps(query, atMs, engine) : null;
  const rows = items.map(({ process, stored }) => ({
    process,
    lines: headlineLines(stored.layout, steps?.get(process) ?? null),
  }));
  return {
    name: 'headline',
    columns: [
      { name: 'headline', type: 'string', values: rows.map(({ lines }) => lines[0]) },
      { name: 'detail', type: 'string', values: rows.map(({ lines }) => lines[1]) },
      { name: 'process', type: 'string', values: rows.map(({ process }) => process) },
    ],
    notices: [...notices, ...items.flatMap((item) => item.notices)],
    executed,
    visualisation: 'table',
  };
}
