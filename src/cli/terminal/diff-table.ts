/** The picture of `plateau diff`: a sentence, a row per region that changed, and the sum. */
import { changeSentence } from '../../core/explain/changes';
import { iec, signed, withSeparators } from '../../core/explain/format';
import type { LayoutDiff } from '../../core/snapshot/diff';
import { type Style, bold } from './style';
import { type Column, table, wrap } from './text';

const left = (title: string, gap = 2): Column => ({ title, align: 'left', gap });
const right = (title: string): Column => ({ title, align: 'right', gap: 2 });
const exact = (change: number): string => `${change > 0 ? '+' : ''}${withSeparators(change)}`;

export function diffPicture(style: Style, diff: LayoutDiff): string {
  const changed = diff.regions.filter((row) => row.change !== 0 || row.mappingsBefore !== row.mappingsAfter);
  const rows = changed.map((row) => [
    row.region,
    row.category,
    withSeparators(row.before),
    withSeparators(row.after),
    exact(row.change),
    signed(row.change),
  ]);
  const rest = diff.regions.filter((row) => !changed.includes(row));
  if (rest.length > 0) {
    const bytes = withSeparators(rest.reduce((sum, row) => sum + row.before, 0));
    rows.push([`${rest.length} unchanged`, '', bytes, bytes, '0', '0 B']);
  }
  rows.push([
    'sum',
    '',
    withSeparators(diff.before),
    withSeparators(diff.after),
    exact(diff.change),
    signed(diff.change),
  ]);
  const columns = [
    left('region', 0),
    left('category'),
    right('before, bytes'),
    right('after, bytes'),
    right('change, bytes'),
    right('change'),
  ];
  // A narrow terminal loses the two levels first: the change is what was asked for.
  const narrow = table(columns, rows, Infinity).some((line) => line.length > style.tableWidth);
  const shown = narrow
    ? table(
        [columns[0]!, columns[1]!, columns[4]!, columns[5]!],
        rows.map((row) => [row[0]!, row[1]!, row[4]!, row[5]!]),
        style.tableWidth
      )
    : table(columns, rows, style.tableWidth);
  const sentence = wrap(changeSentence(diff), style.columns).map((line) => bold(style, line));
  return [...sentence, `Before ${iec(diff.before)}, after ${iec(diff.after)}.`, '', ...shown, ''].join('\n');
}
