/** `limits`: one row per resource limit of a process: what is used, what is left, which values are safe, and why. */
import { withSeparators } from '../explain/format';
import { type LimitFacts, limitFacts } from '../limits/facts';
import { type LimitKind, RLIMIT, forecastOf, judge } from '../limits/forecast';
import type { Verdict } from '../limits/segments';
import { safeText } from '../limits/words';
import type { Layout } from '../snapshot/layout';
import { snapshotsAt } from './at-instant';
import { type Engine, info } from './engine';
import type { PlateauQuery } from './query';
import type { Table } from './table';

interface LimitRow {
  readonly resource: string;
  readonly of: 'bytes' | 'mappings';
  readonly limit: number | null;
  readonly used: number;
  /** Plain words: the values under which the program starts and gets where it is now. */
  readonly safe: string;
  readonly verdict: Verdict;
  readonly why: string;
}

function rlimitRow(limit: LimitKind, facts: LimitFacts, bytes: number | null): LimitRow {
  const forecast = forecastOf(limit, facts);
  const { verdict, why } = judge(forecast, bytes);
  return {
    resource: RLIMIT[limit],
    of: 'bytes',
    limit: bytes,
    used: forecast.usedBytes,
    safe: safeText(forecast.safe, 3),
    verdict,
    why,
  };
}

function mappingsRow({ mappings, maxMapCount }: Layout): LimitRow[] {
  if (maxMapCount === null || mappings === 0) return [];
  return [
    {
      resource: 'vm.max_map_count',
      of: 'mappings',
      limit: maxMapCount,
      used: mappings,
      safe: `from ${withSeparators(mappings)}`,
      verdict: mappings <= maxMapCount ? 'runs' : 'fails',
      why: `${withSeparators(mappings)} mappings are in use; at the limit the next one is refused although RAM is free.`,
    },
  ];
}

function limitRows(layout: Layout): LimitRow[] {
  const { limits } = layout;
  const facts = limitFacts(layout);
  return [
    ...(limits ? [rlimitRow('as', facts, limits.addressSpace), rlimitRow('data', facts, limits.data)] : []),
    ...mappingsRow(layout),
  ];
}

/** @throws SourceError, BadQueryError */
export async function limitsTable(query: PlateauQuery, engine: Engine): Promise<Table[]> {
  const { items, notices, executed } = await snapshotsAt(query, engine, 'Limits');
  const rows = items.flatMap(({ process, stored }) => limitRows(stored.layout).map((row) => ({ process, ...row })));
  const unread = items.filter((item) => !item.stored.layout.limits).map((item) => item.process);
  return [
    {
      name: 'limits',
      columns: [
        { name: 'resource', type: 'string', values: rows.map((row) => row.resource) },
        {
          name: 'limit',
          type: 'number',
          values: rows.map((row) => row.limit),
          unit: 'locale',
          description: 'Empty: unlimited.',
        },
        { name: 'used', type: 'number', values: rows.map((row) => row.used), unit: 'locale' },
        {
          name: 'headroom',
          type: 'number',
          values: rows.map((row) => (row.limit === null ? null : row.limit - row.used)),
          unit: 'locale',
        },
        {
          name: 'usedShare',
          type: 'number',
          values: rows.map((row) => (row.limit === null || row.limit === 0 ? null : row.used / row.limit)),
          unit: 'percentunit',
        },
        { name: 'of', type: 'string', values: rows.map((row) => row.of) },
        {
          name: 'safe',
          type: 'string',
          values: rows.map((row) => row.safe),
          description: 'Limits under which the program starts and gets where it is now.',
        },
        {
          name: 'verdict',
          type: 'string',
          values: rows.map((row) => row.verdict),
          description: 'Whether the program would start and get where it is now under the limit that it has.',
        },
        { name: 'why', type: 'string', values: rows.map((row) => row.why) },
        { name: 'process', type: 'string', values: rows.map((row) => row.process) },
      ],
      notices: [
        ...notices,
        ...items.flatMap((item) => item.notices),
        ...(unread.length > 0 ? [info(`The resource limits of ${unread.slice(0, 5).join(', ')} were not read.`)] : []),
      ],
      executed,
      visualisation: 'table',
    },
  ];
}
