/** The typed query behind a dashboard variable: a list of processes, regions or categories. */
import type { DataQuery } from '@grafana/schema';
import type { TimeRange } from '@grafana/data';
import { CATEGORIES } from '../../core/attribution/categories';
import { distinct } from '../names';
import type { Ask } from '../ask';

export const VARIABLE_LISTS = ['processes', 'regions', 'categories'] as const;
export type VariableList = (typeof VARIABLE_LISTS)[number];

export interface PlateauVariableQuery extends DataQuery {
  list?: VariableList;
  /** Only for regions: whose; may hold variables. */
  process?: string;
  /** Only for processes: PromQL that selects their memory series; may hold variables. */
  expr?: string;
}

/** A variable that was never edited lists the processes. */
export function listOf(query: PlateauVariableQuery): VariableList {
  return VARIABLE_LISTS.find((list) => list === query.list) ?? 'processes';
}

/** How a list is asked for; `ask` is the data source's. Rejects as `ask` does. */
export async function resolveVariable(query: PlateauVariableQuery, range: TimeRange, ask: Ask): Promise<string[]> {
  const list = listOf(query);
  if (list === 'categories') return [...CATEGORIES];
  if (list === 'regions') {
    const answer = await ask({ refId: 'regions', queryType: 'snapshot', process: query.process ?? '' }, range);
    return distinct(answer.data, 'region');
  }
  const answer = await ask({ refId: 'processes', queryType: 'processes', expr: query.expr ?? '' }, range);
  return distinct(answer.data, 'process');
}
