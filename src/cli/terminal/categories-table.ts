/** The rows under the bar: a category each, exact bytes, size, share, resident, and what it mostly is. */
import type { Category } from '../../core/attribution/categories';
import { iec, share, withSeparators } from '../../core/explain/format';
import { type Resident, byCategory, sumBy } from '../../core/explain/survey';
import type { Layout } from '../../core/snapshot/layout';
import { FROM_THE_TOP } from './bar';
import { type Style, bold, cells, dim } from './style';
import { cut } from './text';

const WIDE = 100;
const NARROW = 60;
/** Widths of the columns: mark and name, size, share, resident. */
const NAME = 2 + 14;
const SIZE = 11;
const SHARE = 9;
const RESIDENT = 12;
/** They may cost RAM: their names stand out. */
const HOT: ReadonlySet<Category> = new Set<Category>(['heap', 'stack']);

/** @param verdict end of the sum line on a wide terminal: `= VmSize, difference 0 B` */
export function categoriesTable(style: Style, layout: Layout, verdict: string): string[] {
  const sums = byCategory(layout);
  const measured = layout.ranges.some((range) => range.resident !== null);
  const bytesWidth = Math.max(13, withSeparators(layout.virtualBytes).length) + 2;
  const wide = style.columns >= WIDE;
  const withSize = NAME + bytesWidth + SIZE <= style.columns;
  const withShare = style.columns >= NARROW;
  const withResident = measured && NAME + bytesWidth + SIZE + SHARE + RESIDENT <= style.columns;

  const line = (name: string, bytes: string, size: string, part: string, resident: string): string =>
    name.padEnd(NAME - 2) +
    bytes.padStart(bytesWidth) +
    (withSize ? size.padStart(SIZE) : '') +
    (withShare ? part.padStart(SHARE) : '') +
    (withResident ? resident.padStart(RESIDENT) : '');

  const head = line('category', 'bytes', 'size', 'share', 'resident');
  const room = style.columns - 2 - head.length - 3;
  const rows = FROM_THE_TOP.filter((category) => category === 'unknown' || sums.has(category)).map((category) => {
    const sum = sums.get(category);
    const bytes = sum?.bytes ?? 0;
    const text = line(
      category,
      withSeparators(bytes),
      iec(bytes),
      share(bytes, layout.virtualBytes),
      sum?.resident ? residentText(sum.resident) : ''
    );
    const shown = HOT.has(category) ? bold(style, text.slice(0, category.length)) + text.slice(category.length) : text;
    const mostly = wide ? mostlyOf(layout, category, room) : '';
    const row = mostly === '' ? shown.trimEnd() : `${shown}   ${dim(style, mostly)}`;
    return `${cells(style, category, 1)} ${row}`;
  });
  const total = measured && layout.residentBytes !== null ? iec(layout.residentBytes) : '';
  const sum = line('sum', withSeparators(layout.virtualBytes), iec(layout.virtualBytes), '100 %', total);
  return [
    `  ${dim(style, wide ? `${head}   mostly` : head)}`,
    ...rows,
    `  ${bold(style, wide ? `${sum}   ${verdict}` : sum.trimEnd())}`,
  ];
}

/** `455 MiB`; `<= 455 MiB` where smaps has one number for a mapping that is cut in two. */
export function residentText({ low, high }: Resident): string {
  return low === high ? iec(high) : `<= ${iec(high)}`;
}

/** The two largest regions of a category, as far as they fit. */
function mostlyOf(layout: Layout, category: Category, room: number): string {
  const words = sumBy(layout.ranges, (range) => (range.category === category ? range.region : null))
    .filter((sum) => category !== 'unknown' || sum.key !== 'unknown')
    .slice(0, 2)
    .map((sum) => `${sum.key} ${iec(sum.bytes)}`);
  const both = words.join(', ');
  return both.length <= room ? both : cut(words[0] ?? '', room);
}
