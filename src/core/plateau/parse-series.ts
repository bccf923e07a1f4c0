/**
 * A series as text: one sample per line, columns separated by tabs, time_ms, bytes and optionally start_ms, the start time
 * of the process. A header may name the columns, then in any order and beside others. Sample line:
 *
 *     1795420800000	1294508032	1795417200000
 *
 * The text cannot tell a missing value from a wrong one: NaN and Inf are taken as missing, everything else that is no
 * number is refused.
 */
import { ParseError } from '../errors';
import type { PlateauSamples } from './types';

interface Columns {
  readonly time: number;
  readonly bytes: number;
  readonly start: number;
}

const WITHOUT_HEADER: Columns = { time: 0, bytes: 1, start: 2 };
const NUMBER = /^[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|nan|inf(?:inity)?)$/i;

/** @throws ParseError naming file and line */
export function parseSeries(text: string, file: string): PlateauSamples {
  const timesMs: number[] = [];
  const values: number[] = [];
  const startMs: number[] = [];
  let columns = WITHOUT_HEADER;
  text.split('\n').forEach((raw, index) => {
    const line = raw.replace(/\r$/, '');
    if (line.trim() === '' || line.startsWith('#')) {
      return;
    }
    const cells = line.split('\t');
    if (timesMs.length === 0 && cells.includes('time_ms')) {
      columns = headerColumns(cells, file, index + 1, line);
      return;
    }
    const read = (column: number, name: string): number => {
      const cell = cells[column]?.trim() ?? '';
      if (!NUMBER.test(cell)) {
        throw new ParseError(file, index + 1, line, `has no number in column ${column + 1} (${name})`);
      }
      return toNumber(cell);
    };
    timesMs.push(read(columns.time, 'time_ms'));
    values.push(read(columns.bytes, 'bytes'));
    const start = columns.start < 0 ? '' : (cells[columns.start]?.trim() ?? '');
    startMs.push(start === '' ? Number.NaN : read(columns.start, 'start_ms'));
  });
  return { timesMs, values, startMs };
}

function headerColumns(cells: readonly string[], file: string, line: number, text: string): Columns {
  const names = cells.map((cell) => cell.trim());
  const columns = { time: names.indexOf('time_ms'), bytes: names.indexOf('bytes'), start: names.indexOf('start_ms') };
  if (columns.bytes < 0) {
    throw new ParseError(file, line, text, 'names no column bytes (columns: time_ms, bytes and optionally start_ms)');
  }
  return columns;
}

function toNumber(cell: string): number {
  return /inf/i.test(cell) ? Number.POSITIVE_INFINITY : Number(cell);
}
