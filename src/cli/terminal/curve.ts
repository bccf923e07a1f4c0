/** The curve of a recording, stacked by category: what ms_print draws, with every byte named. */
import { CATEGORIES, type Category } from '../../core/attribution/categories';
import { iec } from '../../core/explain/format';
import type { Bytes } from '../../core/units';
import { type Style, cells, dim } from './style';

export interface CurvePoint {
  /** Position on the x axis, in any unit; ascending. A point is in force until the next one. */
  readonly at: number;
  readonly categories: Readonly<Record<Category, Bytes>>;
}

export interface CurveOptions {
  readonly end: number;
  /** Text of a position on the x axis. */
  readonly label: (at: number) => string;
  readonly rows?: number;
}

const AXIS = 10;
const LEAST_COLUMNS = 20;
const MOST_COLUMNS = 130;

/** Lines of the curve with its axes, or none where the terminal is too narrow for one. */
export function stackedCurve(style: Style, points: readonly CurvePoint[], options: CurveOptions): string[] {
  const width = Math.min(style.columns, MOST_COLUMNS) - AXIS;
  const rows = options.rows ?? 10;
  const first = points[0];
  if (!first || width < LEAST_COLUMNS) return [];
  const columns = columnsOf(points, first.at, options.end, width);
  const top = niceTop(Math.max(...columns.map(totalOf)));
  const lines: string[] = [];
  for (let row = rows - 1; row >= 0; row--) {
    const height = ((row + 0.5) / rows) * top;
    const label = row === rows - 1 ? iec(top) : row === rows / 2 - 1 ? iec(top / 2) : '';
    lines.push(`${label.padStart(AXIS - 2)}  ${runs(style, columns, height)}`.trimEnd());
  }
  lines.push(`${'0 B'.padStart(AXIS - 2)} ${(style.unicode ? '└' : '+') + (style.unicode ? '─' : '-').repeat(width)}`);
  lines.push(dim(style, xLabels(first.at, options, width)));
  return lines;
}

/** The categories that the curve shows, as a legend: `░ reservation  █ heap`. One line where that is wide enough. */
export function legend(style: Style, points: readonly CurvePoint[]): string[] {
  const shown = [...CATEGORIES].reverse().filter((category) => points.some((point) => point.categories[category] > 0));
  const lines: Category[][] = [];
  let width = Infinity;
  for (const category of shown) {
    const own = category.length + 4;
    if (width + own - 2 > style.columns) {
      lines.push([]);
      width = 0;
    }
    lines.at(-1)!.push(category);
    width += own;
  }
  return lines.map((line) => line.map((category) => `${cells(style, category, 1)} ${category}`).join('  '));
}

/** The point with the largest total in each column: a peak between two columns must show. */
function columnsOf(points: readonly CurvePoint[], start: number, end: number, width: number): CurvePoint[] {
  const span = Math.max(end - start, Number.MIN_VALUE);
  const columns: CurvePoint[] = [];
  let next = 0;
  let current = points[0]!;
  for (let column = 0; column < width; column++) {
    const border = start + (span * (column + 1)) / width;
    let shown = current;
    while (next < points.length && (points[next]!.at < border || column === width - 1)) {
      current = points[next++]!;
      if (totalOf(current) >= totalOf(shown)) shown = current;
    }
    columns.push(shown);
  }
  return columns;
}

function totalOf({ categories }: CurvePoint): Bytes {
  return CATEGORIES.reduce((sum, category) => sum + categories[category], 0);
}

/** Which category lies at `height` in each column; equal neighbours become one run of cells. */
function runs(style: Style, columns: readonly CurvePoint[], height: number): string {
  let line = '';
  let last: Category | null = null;
  let count = 0;
  const flush = (): void => {
    if (count > 0) line += last === null ? ' '.repeat(count) : cells(style, last, count);
    count = 0;
  };
  for (const column of columns) {
    const here = categoryAt(column, height);
    if (here !== last) flush();
    last = here;
    count++;
  }
  if (last !== null) flush();
  return line;
}

function categoryAt({ categories }: CurvePoint, height: number): Category | null {
  let sum = 0;
  for (const category of CATEGORIES) {
    sum += categories[category];
    if (height < sum) return category;
  }
  return null;
}

/** The next 1, 1.5, 2, 3, 4, 6 or 8 times a power of two above: round in IEC units. */
function niceTop(largest: Bytes): Bytes {
  if (largest <= 0) return 1;
  const power = 2 ** Math.floor(Math.log2(largest));
  return [1, 1.25, 1.5, 1.75, 2].map((factor) => factor * power).find((top) => top >= largest) ?? 2 * power;
}

function xLabels(start: number, { end, label }: CurveOptions, width: number): string {
  const line = new Array<string>(AXIS + width).fill(' ');
  const last = label(end);
  const marks = [0, 0.25, 0.5, 0.75].map(
    (part) => [AXIS + Math.round(part * width), label(start + part * (end - start))] as const
  );
  let free = 0;
  const put = (at: number, text: string): void => {
    for (let i = 0; i < text.length; i++) line[at + i] = text[i]!;
    free = at + text.length + 1;
  };
  const lastAt = AXIS + width - last.length;
  for (const [at, text] of marks) if (at >= free && at + text.length < lastAt) put(at, text);
  put(lastAt, last);
  return line.join('').trimEnd();
}
