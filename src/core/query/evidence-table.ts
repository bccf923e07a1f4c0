/** How each stretch of an attribution is known, as words over time: for a state timeline under the stack. */
import type { Evidence } from '../plateau/join';
import type { AttributedSeries } from './attribution-table';
import type { Table } from './table';

const WORDS: Readonly<Record<Evidence, string>> = {
  snapshot: 'exact',
  nearby: 'nearest layout',
  metrics: 'estimated',
  bounds: 'bounds only',
};

/** A frame of its own: a field of words beside the numbers would be refused by alert rules. */
export function evidenceTable(series: AttributedSeries, several: boolean): Table {
  const rows: Array<{ timeMs: number; word: string | null }> = [];
  series.samples.forEach((sample, i) => {
    const timeMs = series.timesMs[i]!;
    const before = i > 0 ? series.timesMs[i - 1]! : null;
    // Between samples that are further apart than one step nothing is known.
    const gap = before !== null && timeMs - before > 1.5 * series.stepMs;
    if (gap) rows.push({ timeMs: before + series.stepMs, word: null });
    const word = WORDS[sample.evidence];
    const end = i === series.samples.length - 1;
    if (gap || end || rows.at(-1)?.word !== word) rows.push({ timeMs, word });
  });
  return {
    name: series.name,
    columns: [
      { name: 'time', type: 'time', values: rows.map((row) => row.timeMs) },
      {
        name: 'evidence',
        type: 'string',
        values: rows.map((row) => row.word),
        displayName: several ? series.name : 'Evidence',
      },
    ],
    notices: [],
    executed: series.executed,
    visualisation: 'graph',
  };
}
