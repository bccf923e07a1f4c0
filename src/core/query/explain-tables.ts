/** `findings` and `diff`: what a layout means, and what changed between two. */
import { byWeight, findingsOf } from '../explain/findings';
import { sentenceOf } from '../explain/sentences';
import { type RegionChange, diffLayouts } from '../snapshot/diff';
import { instantOf, named, noProcess, snapshotAt, snapshotsAt } from './at-instant';
import { type Engine, warning } from './engine';
import { plateauFindings } from './plateau-findings';
import type { PlateauQuery } from './query';
import { selectProcesses } from './selection';
import { headlineTable } from './headline-table';
import { SourceError } from './sources';
import type { Notice, Table } from './table';

/** Looking over time costs more than looking at one layout. */
const MOST_WITH_PLATEAUS = 10;

/** @throws SourceError, BadQueryError */
export async function findingsTable(query: PlateauQuery, engine: Engine): Promise<Table[]> {
  const { items, notices, executed } = await snapshotsAt(query, engine, 'Findings');
  if (query.part === 'headline') return [await headlineTable(query, engine, { items, notices, executed })];
  const atMs = instantOf(query.at, engine, 'at', 'end');
  const overTime = items.length <= MOST_WITH_PLATEAUS ? await plateauFindings(query, atMs, engine) : null;
  const rows = items.flatMap(({ process, stored }) =>
    [...findingsOf(stored.layout), ...(overTime?.get(process) ?? [])]
      .sort(byWeight)
      .map((finding) => ({ process, finding, sentence: sentenceOf(finding) }))
  );
  return [
    {
      name: 'findings',
      columns: [
        // Grafana's word for "fine".
        {
          name: 'severity',
          type: 'string',
          values: rows.map(({ finding }) => (finding.severity === 'ok' ? 'success' : finding.severity)),
        },
        { name: 'kind', type: 'string', values: rows.map(({ finding }) => finding.kind) },
        { name: 'bytes', type: 'number', values: rows.map(({ finding }) => finding.bytes), unit: 'bytes' },
        { name: 'sentence', type: 'string', values: rows.map(({ sentence }) => sentence.text) },
        { name: 'remedy', type: 'string', values: rows.map(({ sentence }) => sentence.advice ?? '') },
        { name: 'process', type: 'string', values: rows.map(({ process }) => process) },
      ],
      notices: [...notices, ...items.flatMap((item) => item.notices)],
      executed,
      visualisation: 'table',
      custom: { layoutIds: items.map((item) => item.stored.id) },
    },
  ];
}

/** @throws SourceError, BadQueryError */
export async function diffTable(query: PlateauQuery, engine: Engine): Promise<Table[]> {
  const fromMs = instantOf(query.from, engine, 'from', 'start');
  const toMs = instantOf(query.to, engine, 'to', 'end');
  const { processes, notices } = await selectProcesses(query, engine, 'Differences');
  const all: Notice[] = [...notices];
  const rows: Array<RegionChange & { readonly process: string }> = [];
  const layoutIds: string[] = [];
  for (const { process } of processes) {
    try {
      const before = await snapshotAt(process, fromMs, engine);
      const after = await snapshotAt(process, toMs, engine);
      all.push(...[before.notice, after.notice].filter((notice) => notice !== null));
      if (!before.stored || !after.stored) continue;
      layoutIds.push(before.stored.id, after.stored.id);
      rows.push(...diffLayouts(before.stored.layout, after.stored.layout).regions.map((row) => ({ ...row, process })));
    } catch (error) {
      if (!(error instanceof SourceError) || processes.length === 1) throw error;
      all.push(warning(`${process}: ${error.message}`));
    }
    await engine.breathe();
  }
  if (processes.length === 0 && all.length === 0) all.push(noProcess(query));
  const totals = new Map<string, number>();
  for (const { process, after } of rows) totals.set(process, (totals.get(process) ?? 0) + after);
  return [
    {
      name: 'diff',
      columns: [
        { name: 'region', type: 'string', values: rows.map((row) => row.region) },
        { name: 'category', type: 'string', values: rows.map((row) => row.category) },
        { name: 'from', type: 'number', values: rows.map((row) => row.before), unit: 'bytes' },
        { name: 'to', type: 'number', values: rows.map((row) => row.after), unit: 'bytes' },
        {
          name: 'share',
          type: 'number',
          values: rows.map((row) => row.after / (totals.get(row.process) || 1)),
          unit: 'percentunit',
          description: 'Of all address space at the later instant.',
        },
        { name: 'change', type: 'number', values: rows.map((row) => row.change), unit: 'bytes' },
        { name: 'process', type: 'string', values: rows.map((row) => row.process) },
      ],
      notices: all.slice(0, 20),
      executed: `collector: ${named('snapshots', processes)} at ${fromMs} and ${toMs}`,
      visualisation: 'table',
      custom: { layoutIds },
    },
  ];
}
