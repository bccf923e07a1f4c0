/** `explain --by region` and `--by mapping`: the same bytes in finer rows, with the evidence of each. */
import type { Confidence } from '../../core/attribution/view';
import { iec, printable, share, withSeparators } from '../../core/explain/format';
import { sumBy } from '../../core/explain/survey';
import type { Layout } from '../../core/snapshot/layout';
import { residentText } from './categories-table';
import type { Style } from './style';
import { type Column, table } from './text';

/** Below this the reason says too little to be worth its place. */
const ROOM_FOR_WHY = 120;
const WEAKNESS: readonly Confidence[] = ['certain', 'likely', 'guess'];

const left = (title: string, gap = 2): Column => ({ title, align: 'left', gap });
const right = (title: string, gap = 2): Column => ({ title, align: 'right', gap });

export function regionsTable(style: Style, layout: Layout): string[] {
  const measured = layout.ranges.some((range) => range.resident !== null);
  const evidence = evidenceByRegion(layout);
  const withWhy = style.tableWidth >= ROOM_FOR_WHY;
  const rows = sumBy(layout.ranges, (range) => `${range.region}\t${range.category}`).map((sum) => {
    const [region, category] = sum.key.split('\t') as [string, string];
    const { confidence, why } = evidence.get(sum.key)!;
    return [
      region,
      category,
      withSeparators(sum.bytes),
      iec(sum.bytes),
      share(sum.bytes, layout.virtualBytes),
      ...(measured ? [sum.resident ? residentText(sum.resident) : ''] : []),
      withSeparators(sum.mappings),
      ...(withWhy ? [confidence, printable(why)] : []),
    ];
  });
  const columns = [
    ...[left('region', 0), left('category'), right('bytes'), right('size'), right('share')],
    ...(measured ? [right('resident')] : []),
    right('mappings'),
    ...(withWhy ? [left('sure'), left('why')] : []),
  ];
  const last = ['sum', '', withSeparators(layout.virtualBytes), iec(layout.virtualBytes), '100 %'];
  const total = [...last, ...(measured ? [''] : []), withSeparators(layout.mappings)];
  return table(columns, [...rows, total], style.tableWidth);
}

/** The weakest confidence of a region's parts, and the reason of its first. */
function evidenceByRegion(layout: Layout): Map<string, { confidence: Confidence; readonly why: string }> {
  const evidence = new Map<string, { confidence: Confidence; readonly why: string }>();
  for (const { region, category, confidence, why } of layout.ranges) {
    const key = `${region}\t${category}`;
    const known = evidence.get(key);
    if (!known) evidence.set(key, { confidence, why });
    else if (WEAKNESS.indexOf(confidence) > WEAKNESS.indexOf(known.confidence)) known.confidence = confidence;
  }
  return evidence;
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
  return table([...columns, left('name')], rows, style.tableWidth);
}
