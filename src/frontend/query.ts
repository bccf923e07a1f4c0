/** The query model as the browser sees it: defaults, a one-line text, and what each type needs from the user. */
import { DEFAULT_QUERY } from '../contract/default-query';
import { QUERY_TYPES, type PlateauQuery, type QueryType } from '../core/query/query';
import type { PlateauDataQuery } from './types';

export type QueryField = 'expr' | 'process' | 'groupBy' | 'measure' | 'at' | 'fromTo' | 'part';

export interface QueryTypeInfo {
  readonly label: string;
  readonly description: string;
  /** The fields that change the answer; the editor shows no others. */
  readonly fields: readonly QueryField[];
  /** Whether the answer holds numbers that an alert rule can compare. */
  readonly numeric: boolean;
}

export const QUERY_TYPE_INFO: Readonly<Record<QueryType, QueryTypeInfo>> = {
  attribution: {
    label: 'Attribution',
    description: 'What the virtual memory is for, over time. The parts sum to the series, to the byte.',
    fields: ['expr', 'process', 'groupBy', 'measure', 'part'],
    numeric: true,
  },
  plateaus: {
    label: 'Plateaus',
    description: 'Intervals of steady virtual memory, with the step before each and its cause.',
    fields: ['expr', 'process'],
    numeric: false,
  },
  snapshot: {
    label: 'Snapshot',
    description: 'Every range of the address space at one instant.',
    fields: ['expr', 'process', 'at'],
    numeric: false,
  },
  tree: {
    label: 'Tree',
    description: 'The address space at one instant as a tree, for the flame graph panel.',
    fields: ['expr', 'process', 'measure', 'at'],
    numeric: false,
  },
  diff: {
    label: 'Difference',
    description: 'What changed between two instants, by region.',
    fields: ['expr', 'process', 'fromTo'],
    numeric: false,
  },
  findings: {
    label: 'Findings',
    description: 'The facts worth knowing about a process, in sentences.',
    fields: ['expr', 'process', 'at', 'part'],
    numeric: false,
  },
  limits: {
    label: 'Limits',
    description: 'Resource limits, what is used of them, and which values are safe.',
    fields: ['expr', 'process', 'at'],
    numeric: true,
  },
  processes: {
    label: 'Processes',
    description: 'Every process known in the time range, with what evidence there is.',
    fields: ['expr', 'process'],
    numeric: true,
  },
};

/** The type of a stored query; a missing or foreign one shows as the default and is refused by the backend by name. */
export function queryTypeOf(query: PlateauDataQuery): QueryType {
  return QUERY_TYPES.find((type) => type === query.queryType) ?? DEFAULT_QUERY.queryType;
}

export type FullQuery = PlateauDataQuery & PlateauQuery;

/** Every field present. A type that this version does not know is kept, so that the backend can name it. */
export function withDefaults(query: PlateauDataQuery): FullQuery {
  const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined && value !== ''));
  return { ...DEFAULT_QUERY, refId: 'A', ...given } as FullQuery;
}

/** One line for a collapsed query row, in the order in which it would be said. */
export function displayText(query: PlateauDataQuery): string {
  const full = withDefaults(query);
  const info = QUERY_TYPE_INFO[queryTypeOf(query)];
  const parts: string[] = [info.label];
  if (full.process !== '') parts.push(`of ${full.process}`);
  if (info.fields.includes('groupBy')) parts.push(`by ${full.groupBy}`);
  if (info.fields.includes('measure') && full.measure === 'resident') parts.push('(resident)');
  if (info.fields.includes('part') && full.part !== undefined) parts.push(`(${full.part})`);
  if (info.fields.includes('at') && full.at !== 'end') parts.push(`at ${full.at}`);
  return full.expr === '' ? parts.join(' ') : `${parts.join(' ')}: ${full.expr}`;
}
