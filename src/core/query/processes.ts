/** `processes`: one row per process known in the time range, or selected by the query's series. */
import { describeLabels } from './labels';
import { type Engine, capped, findProcesses, info, needLayouts } from './engine';
import { layoutReader, selectSeries } from './selection';
import type { PlateauQuery } from './query';
import type { KnownProcess } from './sources';
import type { Notice, Table } from './table';

interface Row {
  readonly process: string;
  readonly known: KnownProcess | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly virtualBytes: number;
  readonly lastMs: number;
}

/** @throws SourceError, BadQueryError */
export async function processes(query: PlateauQuery, engine: Engine): Promise<Table[]> {
  const bySeries = query.expr.trim() !== '';
  const { rows, notices, executed } = bySeries ? await fromSeries(query, engine) : await fromCollector(query, engine);
  if (rows.length === 0) {
    notices.push(info('No process in this time range. Choose a wider one, or check that the collector runs.'));
  }
  const known = <T extends string | number | null>(of: (process: KnownProcess) => T, otherwise: T) =>
    rows.map((row) => (row.known ? of(row.known) : otherwise));
  return [
    {
      name: 'processes',
      columns: [
        { name: 'process', type: 'string', values: rows.map((row) => row.process) },
        { name: 'host', type: 'string', values: known((one) => one.host, '') },
        { name: 'command', type: 'string', values: known((one) => one.comm, '') },
        {
          name: 'runtime',
          type: 'string',
          values: known((one) => [one.runtime, one.runtimeVersion].filter(Boolean).join(' '), ''),
        },
        { name: 'virtual', type: 'number', values: rows.map((row) => row.virtualBytes), unit: 'bytes' },
        {
          name: 'resident',
          type: 'number',
          values: known<number | null>((one) => one.residentBytes, null),
          unit: 'bytes',
        },
        {
          name: 'mappings',
          type: 'number',
          values: known<number | null>((one) => (one.mappings > 0 ? one.mappings : null), null),
        },
        { name: 'evidence', type: 'string', values: known<string>((one) => one.evidence, 'bounds') },
        { name: 'pid', type: 'number', values: known<number | null>((one) => one.pid, null), unit: 'none' },
        {
          name: 'started',
          type: 'number',
          values: known<number | null>((one) => one.startMs, null),
          unit: 'dateTimeAsIso',
        },
        { name: 'lastSeen', type: 'number', values: rows.map((row) => row.lastMs), unit: 'dateTimeFromNow' },
        { name: 'labels', type: 'json', values: rows.map((row) => row.labels) },
      ],
      notices,
      executed,
      visualisation: 'table',
    },
  ];
}

interface Found {
  readonly rows: readonly Row[];
  readonly notices: Notice[];
  readonly executed: string;
}

async function fromCollector(query: PlateauQuery, engine: Engine): Promise<Found> {
  const layouts = needLayouts(engine, 'The processes of a query without an expression');
  const { items, notices } = capped(
    await findProcesses(engine, layouts, query),
    { ...engine, maxSeries: 10_000 },
    'processes'
  );
  const rows = items.map((known) => ({
    process: known.process,
    known,
    labels: { process: known.process, host: known.host },
    virtualBytes: known.virtualBytes,
    lastMs: known.lastMs,
  }));
  return { rows, notices, executed: 'collector: processes' };
}

async function fromSeries(query: PlateauQuery, engine: Engine): Promise<Found> {
  const reader = layoutReader(engine, { ...query, groupBy: 'category', measure: 'virtual' });
  const selection = await selectSeries(query, engine, async (process) => (await reader(process)).points);
  const rows = selection.series.map(({ series, process }) => ({
    process: process?.process ?? describeLabels(series.labels),
    known: process,
    labels: series.labels,
    virtualBytes: series.values.at(-1)!,
    lastMs: series.timesMs.at(-1)!,
  }));
  const notices = [...selection.notices, ...selection.series.flatMap((one) => one.notices)];
  return { rows, notices: distinct(notices), executed: selection.executed };
}

function distinct(notices: readonly Notice[]): Notice[] {
  return [...new Map(notices.map((notice) => [notice.text, notice])).values()].slice(0, 20);
}
