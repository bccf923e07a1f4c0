import type { UnixMillis } from '../units';

export const QUERY_TYPES = [
  'attribution',
  'plateaus',
  'snapshot',
  'tree',
  'diff',
  'findings',
  'limits',
  'processes',
] as const;
export type QueryType = (typeof QUERY_TYPES)[number];

/** One decoded query, every default filled in. */
export interface PlateauQuery {
  readonly refId: string;
  readonly queryType: QueryType;
  readonly schema: 1;
  /** PromQL that selects the memory series to explain; empty = all processes the collector knows. */
  readonly expr: string;
  /** The collector's `process` label: exact, or /regex/; empty = all. */
  readonly process: string;
  readonly groupBy: 'category' | 'region';
  readonly measure: 'virtual' | 'resident';
  /** `end`, `start` or Unix ms as text: the instant of snapshot, tree, findings and limits. */
  readonly at: string;
  /** The two instants of diff, like `at`; empty = start and end of the time range. */
  readonly from: string;
  readonly to: string;
  /** Less than the whole answer: the evidence of attribution over time, the two sentences that sum up the findings. */
  readonly part?: QueryPart;
}

export const QUERY_PARTS = ['evidence', 'headline'] as const;
export type QueryPart = (typeof QUERY_PARTS)[number];

export interface QueryWindow {
  readonly fromMs: UnixMillis;
  readonly toMs: UnixMillis;
  /** Distance of two points, ms. */
  readonly intervalMs: number;
  readonly maxDataPoints: number;
}
