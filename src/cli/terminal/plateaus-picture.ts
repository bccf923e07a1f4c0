/** The picture of `plateau plateaus`: a small curve, and a row per plateau, ramp and spike. */
import { iec, printable, withSeparators } from '../../core/explain/format';
import type { Plateau, PlateauSamples } from '../../core/plateau/types';
import { bold, dim, type Style } from './style';
import { cut, table, wrap, type Column } from './text';

const CURVE_ROWS = 6;
/** Room for the largest size left of the curve, and a space. */
const AXIS = 9;
const MOST_COLUMNS = 120;

const left = (title: string, gap = 3): Column => ({ title, align: 'left', gap });
const right = (title: string, gap = 3): Column => ({ title, align: 'right', gap });

export function plateausPicture(
  style: Style,
  file: string,
  samples: PlateauSamples,
  plateaus: readonly Plateau[]
): string {
  const name = bold(style, cut(printable(file), style.columns));
  const first = plateaus[0];
  if (first === undefined) {
    return `${name}\nno usable sample, no plateau\n`;
  }
  const count = (kind: Plateau['kind']): string => {
    const many = plateaus.filter((entry) => entry.kind === kind).length;
    return `${withSeparators(many)} ${kind}${many === 1 ? '' : 's'}`;
  };
  const end = Math.max(...plateaus.map((entry) => entry.endMs));
  const summary = `${withSeparators(samples.values.length)} samples in ${duration(end - first.startMs)}: ${count('plateau')}, ${count('ramp')}, ${count('spike')}`;
  const [head, ...rows] = table(
    COLUMNS,
    plateaus.map((entry) => rowOf(entry, first.startMs)),
    style.columns
  );
  return [
    name,
    ...wrap(summary, style.columns).map((line) => dim(style, line)),
    ...curve(style, samples, first.startMs, end),
    '',
    dim(style, head ?? ''),
    ...rows,
    '',
  ].join('\n');
}

const COLUMNS = [right('at', 1), right('held'), right('level, bytes'), right('step, bytes'), left('kind')];

function rowOf(entry: Plateau, originMs: number): string[] {
  const step = entry.stepBytes === null ? '' : `${entry.stepBytes > 0 ? '+' : ''}${withSeparators(entry.stepBytes)}`;
  const slope = entry.slopeBytesPerSecond;
  return [
    duration(entry.startMs - originMs),
    duration(entry.endMs - entry.startMs),
    withSeparators(entry.levelBytes),
    step,
    entry.kind + (slope === undefined ? '' : ` ${iec(slope * 3600)}/h`) + (entry.reset ? ', restarted' : ''),
  ];
}

/** Two units at most: `28 s`, `2 min 10 s`, `3 h 5 min`, `9 d 4 h`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const from = parts.findIndex(([value]) => value > 0);
  const shown = parts.slice(from, from + 2).filter(([value]) => value > 0);
  return from < 0 ? '0 s' : shown.map(([value, unit]) => `${value} ${unit}`).join(' ');
}

/** Highest value per column, filled down to the lowest value: a small step on a huge reservation must show, too. */
function curve(style: Style, { timesMs, values }: PlateauSamples, startMs: number, endMs: number): string[] {
  const width = Math.min(style.columns, MOST_COLUMNS) - AXIS;
  if (width < 20 || endMs <= startMs) {
    return [];
  }
  const peaks = new Array<number>(width).fill(Number.NaN);
  timesMs.forEach((time, i) => {
    const value = values[i]!;
    const column = Math.floor(((time - startMs) / (endMs - startMs)) * (width - 1));
    if (value >= 0 && Number.isFinite(value) && column >= 0 && column < width) {
      peaks[column] = Math.max(value, peaks[column]! || 0);
    }
  });
  const seen = peaks.filter((value) => !Number.isNaN(value));
  const low = Math.min(...seen);
  const high = Math.max(...seen);
  const block = style.unicode ? '█' : '#';
  return Array.from({ length: CURVE_ROWS }, (_, row) => {
    const level = CURVE_ROWS - 1 - row;
    const label = row === 0 ? iec(high) : level === 0 ? iec(low) : '';
    const cells = peaks.map((value) => {
      const height = high > low ? ((value - low) / (high - low)) * (CURVE_ROWS - 1) : 0;
      return Number.isNaN(value) || Math.round(height) < level ? ' ' : block;
    });
    return `${label.padStart(AXIS - 1)} ${cells.join('')}`.trimEnd();
  });
}
