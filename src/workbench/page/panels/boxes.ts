/** Grafana's nested set (level, label, value) → boxes with a place. */
import type { DataFrame } from '@grafana/data';

export interface Box {
  readonly row: number;
  readonly level: number;
  readonly label: string;
  readonly value: number;
  /** Label of the box of level 1 that it belongs to; the root's own label at level 0. */
  readonly group: string;
  /** Sum of the values that stand before it, in the units of `value`. */
  readonly start: number;
}

/** A nested set lists each box before its children, which stand next to each other from its left edge. */
export function toBoxes(frame: DataFrame): Box[] {
  const column = (name: string): readonly unknown[] => frame.fields.find((field) => field.name === name)?.values ?? [];
  const [levels, labels, values] = ['level', 'label', 'value'].map(column);
  const nextStart: number[] = [];
  let group = '';
  return levels!.map((cell, row) => {
    const level = Number(cell);
    const value = Number(values![row]);
    const start = nextStart[level] ?? 0;
    nextStart[level] = start + value;
    nextStart[level + 1] = start;
    const label = String(labels![row]);
    if (level <= 1) group = label;
    return { row, level, label, group, value, start };
  });
}
