/** Rows of plateaus as a table that is also a frame of region annotations. */
import { CATEGORY_STYLES } from '../attribution/categories';
import { insideSentence } from '../explain/causes';
import { capitalized, iec } from '../explain/format';
import type { Plateau } from '../plateau/types';
import type { PlateauRow } from './plateau-rows';
import type { Notice, Table } from './table';

/** For entries without a cause of a category. */
const COLOURS: Readonly<Record<Plateau['kind'], string>> = { plateau: 'blue', ramp: 'purple', spike: 'orange' };

function colorOf(row: PlateauRow): string {
  return row.category ? CATEGORY_STYLES[row.category].safe : COLOURS[row.kind];
}

/** `Plateau, 1.4 GiB`: the step stands in the text. */
const titleOf = (row: PlateauRow): string => `${capitalized(row.kind)}, ${iec(row.levelBytes)}`;

const textOf = (row: PlateauRow): string =>
  [row.cause, insideSentence(row.inside)].filter((part) => part !== '').join(' ');

/** Grafana splits tags at commas. */
const tagsOf = (row: PlateauRow): string =>
  [...new Set(['plateau', row.kind, row.process.replace(/,/g, ' ')])].join(',');

const instant = (ms: number | null): string => (ms === null ? '' : String(ms));

export function plateausTable(rows: readonly PlateauRow[], notices: readonly Notice[], executed: string): Table {
  return {
    name: 'plateaus',
    columns: [
      { name: 'time', type: 'time', values: rows.map((row) => row.startMs) },
      { name: 'timeEnd', type: 'time', values: rows.map((row) => row.endMs) },
      { name: 'level', type: 'number', values: rows.map((row) => row.levelBytes), unit: 'bytes' },
      { name: 'step', type: 'number', values: rows.map((row) => row.stepBytes), unit: 'bytes' },
      { name: 'kind', type: 'string', values: rows.map((row) => row.kind) },
      { name: 'cause', type: 'string', values: rows.map((row) => row.cause) },
      { name: 'causes', type: 'json', values: rows.map((row) => row.causes) },
      { name: 'process', type: 'string', values: rows.map((row) => row.process) },
      { name: 'confidence', type: 'number', values: rows.map((row) => row.confidence), unit: 'percentunit' },
      { name: 'tags', type: 'string', values: rows.map(tagsOf) },
      { name: 'title', type: 'string', values: rows.map(titleOf) },
      { name: 'text', type: 'string', values: rows.map(textOf) },
      { name: 'id', type: 'string', values: rows.map((row) => row.id) },
      { name: 'color', type: 'string', values: rows.map(colorOf) },
      { name: 'reset', type: 'boolean', values: rows.map((row) => row.reset) },
      { name: 'evidence', type: 'string', values: rows.map((row) => row.evidence) },
      { name: 'inside', type: 'string', values: rows.map((row) => insideSentence(row.inside)) },
      // As text, for links: the `from` and `to` of a difference, the `at` of a tree.
      { name: 'before', type: 'string', values: rows.map((row) => instant(row.beforeMs)) },
      { name: 'after', type: 'string', values: rows.map((row) => instant(row.afterMs)) },
      { name: 'slope', type: 'number', values: rows.map((row) => row.slopeBytesPerSecond ?? null), unit: 'binBps' },
    ],
    notices,
    executed,
    visualisation: 'table',
  };
}
