/** A plain stand-in for Grafana's flame graph: the nested set as boxes, width = bytes; a click makes a box the whole. */
import { type PanelProps, PanelPlugin } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import React, { useState } from 'react';
import { withCustomOptions } from '../field-config';
import { CATEGORIES, CATEGORY_STYLES } from '../../../core/attribution/categories';
import { toBoxes } from './boxes';
import { PanelMessage } from './message';

const ROW_HEIGHT = 22;

function FlameGraphPanel({ data, width, height }: PanelProps) {
  const theme = useTheme2();
  const [focus, setFocus] = useState<number | null>(null);
  const frame = data.series.find(({ fields }) => fields.some(({ name }) => name === 'level'));
  const boxes = frame ? toBoxes(frame) : [];
  const whole = boxes.find(({ row }) => row === focus) ?? boxes[0];
  if (!frame || !whole || whole.value === 0) return <PanelMessage text="No data" />;
  const display = frame.fields.find(({ name }) => name === 'value')?.display;
  const background = (group: string, level: number): string => {
    const category = CATEGORIES.find((name) => name === group);
    if (level === 0 || !category) return theme.colors.background.secondary;
    const color = CATEGORY_STYLES[category][theme.isDark ? 'dark' : 'light'];
    return `color-mix(in srgb, ${color} ${level % 2 === 0 ? 30 : 40}%, ${theme.colors.background.primary})`;
  };
  const x = (position: number): number => ((position - whole.start) / whole.value) * width;
  const shown = boxes.filter(({ start, value }) => start + value > whole.start && start < whole.start + whole.value);
  return (
    <div style={{ position: 'relative', width, height, overflow: 'hidden auto' }}>
      {shown.map(({ row, level, label, group, start, value }) => {
        const left = Math.max(x(start), 0);
        const boxWidth = Math.min(x(start + value), width) - left;
        if (boxWidth < 1) return null;
        const size = display?.(value);
        const text = `${label}, ${size ? `${size.text}${size.suffix ?? ''}` : value}`;
        return (
          <button
            key={row}
            type="button"
            title={text}
            onClick={() => setFocus(row === focus ? null : row)}
            style={{
              position: 'absolute',
              top: level * ROW_HEIGHT,
              left,
              width: boxWidth - 1,
              height: ROW_HEIGHT - 1,
              padding: '0 4px',
              overflow: 'hidden',
              border: 0,
              borderRadius: 2,
              textAlign: 'left',
              whiteSpace: 'nowrap',
              color: theme.colors.text.primary,
              background: background(group, level),
            }}
          >
            {boxWidth > 40 ? text : ''}
          </button>
        );
      })}
    </div>
  );
}

export const flameGraph = withCustomOptions(
  new PanelPlugin(FlameGraphPanel).setPanelOptions(() => undefined),
  {},
  'thresholds'
);
