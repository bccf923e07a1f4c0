import { DEFAULT_QUERY } from '../../contract/default-query';
import type { PlateauDataQuery } from '../types';

export interface Example {
  readonly title: string;
  readonly text: string;
  readonly query: Omit<PlateauDataQuery, 'refId'>;
}

const example = (title: string, text: string, query: Omit<PlateauDataQuery, 'refId'>): Example => ({
  title,
  text,
  query: { ...DEFAULT_QUERY, ...query },
});

/** One for each query type, each of them complete: they run as they stand, without Prometheus as well. */
export const EXAMPLES: readonly Example[] = [
  example('What is the memory for?', 'Every process that the collector knows, split by category.', {}),
  example('Explain a series of Prometheus', 'The series keeps its labels; the parts sum to it, to the byte.', {
    expr: 'process_virtual_memory_bytes',
  }),
  example('Which regions grow?', 'One curve for each region: arenas, thread stacks, mapped files.', {
    groupBy: 'region',
  }),
  example('Where are the plateaus?', 'Steady intervals, the step before each, and its cause in a sentence.', {
    queryType: 'plateaus',
  }),
  example('Which processes are there?', 'Name, runtime, virtual memory, mappings and evidence.', {
    queryType: 'processes',
  }),
  example('What lies where?', 'Every range of the address space at the end of the time range.', {
    queryType: 'snapshot',
  }),
  example('The address space as a flame graph', 'Process, category and region, by bytes.', { queryType: 'tree' }),
  example('What changed?', 'From the start of the time range to its end, by region.', { queryType: 'diff' }),
  example('What should I know?', 'The facts about a process, most important first.', { queryType: 'findings' }),
  example('Which limit is safe?', 'RLIMIT_AS and RLIMIT_DATA: used, left, and the values that work.', {
    queryType: 'limits',
  }),
];
