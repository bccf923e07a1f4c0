/** The picture of a recording: stacked curve, plateaus with the cause of each step, the peak, findings. */
import { phraseOf, stepSentence } from '../../core/explain/causes';
import type { Finding } from '../../core/explain/finding';
import { capitalized, exactAndIec, iec, printable, share, withSeparators } from '../../core/explain/format';
import { type Recording, peakLayout } from '../../core/recording/recording';
import type { RecordedStep } from '../../core/recording/steps';
import type { Exit } from '../../adapters/command/start-stopped';
import { legend, stackedCurve } from '../terminal/curve';
import { findingLines } from '../terminal/picture';
import { type Style, bold, dim, sign } from '../terminal/style';
import { cut, table, wrap } from '../terminal/text';

/** With less beside the table, the reason of a step stands below its row. */
const LEAST_ROOM = 24;

export function recordReport(
  style: Style,
  recording: Recording,
  steps: readonly RecordedStep[],
  findings: readonly Finding[],
  exit: Exit
): string {
  const points = recording.layouts.map(({ atMs, categories }) => ({ at: atMs, categories }));
  const how = [
    timeText(recording.durationMs),
    exit.signal === null ? `exit ${exit.code}` : `ended by ${exit.signal}`,
    count(recording.timesMs.length, 'sample'),
    count(recording.layouts.length, 'layout'),
    ...(recording.processes.length > 1 ? [count(recording.processes.length, 'process', 'processes')] : []),
  ].join(', ');
  return [
    `${bold(style, 'plateau record')}  ${cut(printable(recording.command.join(' ')), Math.max(20, style.columns - 16))}`,
    ...wrap(how, style.columns).map((line) => dim(style, line)),
    ...stackedCurve(style, points, { end: recording.durationMs, label: timeText }),
    ...(points.length > 0 ? [...legend(style, points), ''] : []),
    ...stepRows(style, steps),
    '',
    ...wrap(peakSentence(recording), style.columns).map((line) => bold(style, line)),
    ...processRows(style, recording),
    ...noticeLines(style, recording.notices),
    ...(findings.length > 0 ? ['', ...findings.flatMap((finding) => findingLines(style, finding))] : []),
    '',
  ].join('\n');
}

/** What a step was, in words: the first level by what it is made of, the others by what changed. */
export function whyOf(step: RecordedStep): string {
  if (step.stepBytes === null) return startSentence(step);
  if (step.changeBytes === null) return 'no layout tells';
  if (step.causes.length === 0) return step.changeBytes === 0 ? 'nothing moved' : 'no layout tells';
  return stepSentence(step.changeBytes, step.causes);
}

function startSentence({ layout }: RecordedStep): string {
  if (!layout) return 'start';
  const { reservation, heap } = layout.categories;
  const parts = [
    ...(reservation > 0 ? [`${iec(reservation)} reserved`] : []),
    ...(heap > 0 ? [`${iec(heap)} heap`] : []),
  ];
  return parts.length > 0 ? `start: ${parts.join(', ')}` : 'start';
}

function stepRows(style: Style, steps: readonly RecordedStep[]): string[] {
  if (steps.length === 0) return ['It ended before any size was held.'];
  const [head, ...rows] = table(
    [
      { title: 'at', align: 'right', gap: 1, least: 6 },
      { title: 'held', align: 'right', gap: 3 },
      { title: 'level, bytes', align: 'right', gap: 3 },
      { title: 'step, bytes', align: 'right', gap: 3 },
    ],
    steps.map((step) => [
      timeText(step.startMs),
      step.kind === 'ramp' ? ((step.changeBytes ?? 1) < 0 ? 'falling' : 'rising') : timeText(step.endMs - step.startMs),
      withSeparators(step.levelBytes),
      step.stepBytes === null ? '' : `${step.stepBytes > 0 ? '+' : ''}${withSeparators(step.stepBytes)}`,
    ]),
    style.columns
  );
  const width = Math.max(...rows.map((row) => row.length), (head ?? '').length) + 3;
  const room = Math.min(style.columns, 140) - width;
  const why = steps.map((step) => capitalized(whyOf(step)));
  if (room < LEAST_ROOM) {
    const below = (text: string): string[] => wrap(text, style.columns - 2).map((line) => `  ${line}`);
    return [dim(style, head ?? ''), ...rows.flatMap((row, i) => [row, ...below(why[i]!)])];
  }
  return [
    dim(style, `${(head ?? '').padEnd(width)}why`),
    ...rows.flatMap((row, i) => wrap(why[i]!, room).map((line, n) => (n === 0 ? row : '').padEnd(width) + line)),
  ];
}

function peakSentence(recording: Recording): string {
  const peak = peakLayout(recording);
  const text = `Peak ${exactAndIec(recording.peakBytes)}.`;
  const resident = recording.residentPeakBytes > 0 ? `resident peaked at ${iec(recording.residentPeakBytes)}` : '';
  if (!peak) return resident === '' ? text : `${text} ${capitalized(resident)}.`;
  const part = share(peak.categories.reservation, peak.virtualBytes);
  return `${text} ${part} of it is reservation and cost no RAM${resident === '' ? '' : `; ${resident}`}.`;
}

function processRows(style: Style, { processes }: Recording): string[] {
  if (processes.length < 2) return [];
  const rows = [...processes].sort((a, b) => b.peakBytes - a.peakBytes).slice(0, 10);
  const text = rows
    .map(({ pid, name, peakBytes }) => `${printable(name) || 'unnamed'} (${pid}) ${iec(peakBytes)}`)
    .join(', ');
  return wrap(`Largest of ${processes.length} processes at their own peaks: ${text}.`, style.columns);
}

function noticeLines(style: Style, notices: readonly string[]): string[] {
  return notices.flatMap((notice) =>
    wrap(notice, Math.max(20, style.columns - 2)).map((line, i) => `${i === 0 ? sign(style, 'warning') : ' '} ${line}`)
  );
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${withSeparators(number)} ${number === 1 ? one : many}`;
}

/** `850 us`, `2.1 ms`, `130 s`, `12 min 5 s`. */
export function timeText(ms: number): string {
  if (ms <= 0) return '0 s';
  if (ms < 1) return `${Math.round(ms * 1000)} us`;
  if (ms < 100) return `${ms.toFixed(1).replace(/\.0$/, '')} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1).replace(/\.0$/, '')} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 600) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Causes as data and words, for the JSON document. */
export function causesOfStep(
  step: RecordedStep
): ReadonlyArray<{ region: string; category: string; bytes: number; text: string }> {
  return step.causes.map((cause) => ({
    region: cause.region,
    category: cause.category,
    bytes: cause.bytes,
    text: phraseOf(cause),
  }));
}
