/** The terminal picture of one process: who, headline, bar, rows, findings, notices. */
import { emptyCategoryBytes } from '../../core/attribution/categories';
import type { Explanation } from '../../core/explain/explain';
import { printable, withSeparators } from '../../core/explain/format';
import type { Finding } from '../../core/explain/finding';
import { headlineOf } from '../../core/explain/headline';
import { runtimeTitle } from '../../core/explain/names';
import { sentenceOf } from '../../core/explain/sentences';
import type { UnixMillis } from '../../core/units';
import { bar } from './bar';
import { categoriesTable } from './categories-table';
import { type Style, bold, dim, sign } from './style';
import { cut, wrap } from './text';

/** What the picture is made of: an explanation without its attribution. */
export type Pictured = Pick<Explanation, 'snapshot' | 'layout' | 'findings'>;

/** Where the layout comes from, in the words of the first line. */
export type Origin = 'live' | 'directory' | 'stdin';

/** @param rows finer rows in the place of those by category, or null */
export function picture(
  style: Style,
  explanation: Pictured,
  target: string,
  origin: Origin,
  rows: readonly string[] | null = null
): string {
  const { snapshot, layout, findings } = explanation;
  const bytes = emptyCategoryBytes();
  for (const range of layout.ranges) bytes[range.category] += range.size;
  const difference = snapshot.statmBytes === null ? null : snapshot.statmBytes - layout.virtualBytes;
  const verdict = difference === null ? '= all of maps' : `= VmSize, difference ${withSeparators(difference)} B`;
  return [
    ...title(style, explanation, target, origin, difference),
    ...wrap(headlineOf(layout).join(' '), style.columns),
    '',
    bar(style, bytes, style.columns),
    '',
    ...(rows ?? categoriesTable(style, layout, verdict)),
    ...(findings.length > 0 ? ['', ...findings.flatMap((finding) => findingLines(style, finding))] : []),
    ...notices(style, snapshot.notices),
    '',
  ].join('\n');
}

export function title(
  style: Style,
  { snapshot, layout }: Pictured,
  target: string,
  origin: Origin,
  difference: number | null
): string[] {
  const name = printable(snapshot.comm ?? (origin === 'stdin' ? 'stdin' : target));
  const who = snapshot.pid === null ? name : `${name} (pid ${snapshot.pid})`;
  const how = [
    ...layout.runtimes.slice(0, 2).map((runtime) => printable(runtimeTitle(runtime))),
    originText(origin, snapshot.takenMs),
    difference !== null && difference !== 0 ? 'not consistent' : 'exact',
  ].join(', ');
  if (who.length + 2 + how.length <= style.columns) return [`${bold(style, who)}  ${dim(style, how)}`];
  return [bold(style, cut(who, style.columns)), ...wrap(how, style.columns).map((line) => dim(style, line))];
}

function originText(origin: Origin, takenMs: UnixMillis | null): string {
  if (origin === 'live') return 'layout read just now';
  if (origin === 'stdin') return 'layout from stdin';
  return takenMs === null
    ? 'layout from files'
    : `layout of ${new Date(takenMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export function findingLines(style: Style, finding: Finding): string[] {
  const { text, advice } = sentenceOf(finding);
  const width = Math.max(20, style.columns - 2);
  const lines = wrap(printable(text), width);
  return [
    `${sign(style, finding.severity)} ${lines[0]}`,
    ...lines.slice(1).map((line) => `  ${line}`),
    ...(advice === null ? [] : wrap(advice, width).map((line) => `  ${dim(style, line)}`)),
  ];
}

export function notices(style: Style, texts: readonly string[]): string[] {
  if (texts.length === 0) return [];
  const width = Math.max(20, style.columns - 2);
  return [
    '',
    ...texts.flatMap((text) =>
      wrap(printable(text), width).map((line, i) => `${i === 0 ? sign(style, 'warning') : ' '} ${line}`)
    ),
  ];
}
