/** Grafana's nested set (level, label, value) → boxes with a place. */
import type { DataFrame } from '@grafana/data';

export interface Box {
  readonly row: number;
  readonly level: number;
  readonly label: string;
  readonly value: number;
  /** Sum of the values that stand before it, in the units of `value`. */
  readonly start: number;
}

/** A nested set lists each box before its children, which stand next to each other from its left edge. */
export function toBoxes(frame: DataFrame): Box[] {
  const column = (name: string): readonly unknown[] => frame.fields.find((field) => field.name === name)?.values ?? [];
  const [levels, labels, values] = ['level', 'label', 'value'].map(column);
  const nextStart: number[] = [];
  return levels!.map((cell, row) => {
    const level = Number(cell);
    const value = Number(values![row]);
    const start = nextStart[level] ?? 0;
    nextStart[level] = start + value;
    nextStart[level + 1] = start;
    return { row, level, label: String(labels![row]), value, start };
  });
}
