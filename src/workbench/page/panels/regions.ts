/** Frames of annotation queries → regions of time; an instant is a region without length. */
import type { DataFrame } from '@grafana/data';

export interface Region {
  readonly fromMs: number;
  readonly toMs: number;
  readonly color: string;
  readonly title: string;
  readonly text: string;
}

export function toRegions(frames: readonly DataFrame[]): Region[] {
  return frames.flatMap((frame) => {
    const column = (name: string): readonly unknown[] =>
      frame.fields.find((field) => field.name === name)?.values ?? [];
    const [times, ends, colors, titles, texts] = ['time', 'timeEnd', 'color', 'title', 'text'].map(column);
    return times!.map((time, row) => ({
      fromMs: Number(time),
      toMs: Number(ends![row] ?? time),
      color: String(colors![row] ?? 'blue'),
      title: String(titles![row] ?? ''),
      text: String(texts![row] ?? ''),
    }));
  });
}
