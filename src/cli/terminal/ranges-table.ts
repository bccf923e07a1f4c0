/** `explain --by region` and `--by mapping`: the same bytes in finer rows. */
import { iec, printable, share, withSeparators } from '../../core/explain/format';
import { sumBy } from '../../core/explain/survey';
import type { Layout } from '../../core/snapshot/layout';
import { residentText } from './categories-table';
import type { Style } from './style';
import { type Column, table } from './text';

const left = (title: string, gap = 2): Column => ({ title, align: 'left', gap });
const right = (title: string, gap = 2): Column => ({ title, align: 'right', gap });

export function regionsTable(style: Style, layout: Layout): string[] {
  const measured = layout.ranges.some((range) => range.resident !== null);
  const rows = sumBy(layout.ranges, (range) => `${range.region}\t${range.category}`).map((sum) => {
    const [region, category] = sum.key.split('\t') as [string, string];
    return [
      region,
      category,
      withSeparators(sum.bytes),
      iec(sum.bytes),
      share(sum.bytes, layout.virtualBytes),
      ...(measured ? [sum.resident ? residentText(sum.resident) : ''] : []),
      withSeparators(sum.mappings),
    ];
  });
  const columns = [left('region', 0), left('category'), right('bytes'), right('size'), right('share')];
  const last = ['sum', '', withSeparators(layout.virtualBytes), iec(layout.virtualBytes), '100 %'];
  return table(
    [...columns, ...(measured ? [right('resident')] : []), right('mappings')],
    [...rows, [...last, ...(measured ? [''] : []), withSeparators(layout.mappings)]],
    style.columns
  );
}

/** In address order, one row a range: a mapping that is cut in two has two rows. */
export function mappingsTable(style: Style, layout: Layout): string[] {
  const rows = layout.ranges.map((range) => [
    range.start ?? `+${iec(range.gap)}`,
    range.permissions,
    withSeparators(range.size),
    range.category,
    range.region,
    range.confidence,
    printable(range.name),
  ]);
  const columns = [right('start', 0), left('perm'), right('bytes'), left('category'), left('region'), left('sure')];
  return table([...columns, left('name')], rows, Math.max(style.columns, 60));
}
