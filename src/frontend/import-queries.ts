/** Switching from Prometheus to Plateau keeps the memory series that the user was looking at. */
import { DEFAULT_QUERY } from '../contract/default-query';
import type { PlateauDataQuery } from './types';

/** Metrics of widespread exporters that count virtual memory: client libraries, process-exporter, Plateau's own. */
const VIRTUAL_MEMORY_METRIC =
  /\b(process_virtual_memory_bytes|plateau_process_virtual_memory_bytes|namedprocess_namegroup_memory_bytes|process_memory_virtual_bytes|process_memory_virtual)\b/;

/**
 * @param queries those of the other data source, refId and all
 * @param pluginId of the other data source
 * @returns one query for each; those without a virtual memory metric start empty
 */
export function importQueries(queries: ReadonlyArray<{ refId: string }>, pluginId: string): PlateauDataQuery[] {
  return queries.map((query) => {
    const expr = 'expr' in query && typeof query.expr === 'string' ? query.expr : '';
    const usable = pluginId === 'prometheus' && VIRTUAL_MEMORY_METRIC.test(expr);
    return { ...DEFAULT_QUERY, refId: query.refId, expr: usable ? expr : '' };
  });
}
