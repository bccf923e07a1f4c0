/** A plain stand-in for Grafana's state timeline: one lane per field, a value holds until the next one. */
import { type Field, type PanelProps, PanelPlugin, getFieldDisplayName } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import React from 'react';
import { withCustomOptions } from '../field-config';
import { PanelMessage } from './message';
import { type Stretch, toStretches } from './stretches';

const LABEL_WIDTH = 72;

function StateTimelinePanel({ data, timeRange, width, height }: PanelProps) {
  const lanes = data.series.flatMap((frame) => {
    const time = frame.fields.find((field) => field.type === 'time');
    if (!time) return [];
    return frame.fields
      .filter((field) => field !== time && !field.config.custom?.hideFrom?.viz)
      .map((field) => ({
        field,
        name: getFieldDisplayName(field, frame, data.series),
        times: time.values as number[],
      }));
  });
  if (lanes.length === 0) return <PanelMessage text="No data" />;
  const [fromMs, toMs] = [timeRange.from.valueOf(), timeRange.to.valueOf()];
  const laneHeight = Math.min(Math.max(height / lanes.length, 14), 40);
  return (
    <div style={{ height, overflow: 'auto' }}>
      {lanes.map(({ field, name, times }) => (
        <div key={name} style={{ display: 'flex', height: laneHeight, alignItems: 'center' }}>
          <span style={{ width: LABEL_WIDTH, overflow: 'hidden', textOverflow: 'ellipsis' }}>{name}</span>
          <Lane
            field={field}
            stretches={toStretches(times, field.values, toMs)}
            width={width - LABEL_WIDTH}
            fromMs={fromMs}
            toMs={toMs}
          />
        </div>
      ))}
    </div>
  );
}

interface LaneProps {
  readonly field: Field;
  readonly stretches: readonly Stretch[];
  readonly width: number;
  readonly fromMs: number;
  readonly toMs: number;
}

function Lane({ field, stretches, width, fromMs, toMs }: LaneProps) {
  const { colors, typography } = useTheme2();
  const at = (time: number): number => Math.min(Math.max((time - fromMs) / (toMs - fromMs), 0), 1) * width;
  return (
    <div style={{ position: 'relative', width, height: '80%' }}>
      {stretches.map(({ value, fromMs: start, toMs: end }) => {
        const shown = field.display?.(value) ?? { text: String(value), color: colors.secondary.main };
        return (
          <div
            key={start}
            title={shown.text}
            style={{
              position: 'absolute',
              left: at(start),
              width: Math.max(at(end) - at(start) - 1, 1),
              height: '100%',
              paddingLeft: 4,
              overflow: 'hidden',
              whiteSpace: 'nowrap',
              fontSize: typography.bodySmall.fontSize,
              background: `color-mix(in srgb, ${shown.color ?? colors.secondary.main} 30%, transparent)`,
            }}
          >
            {shown.text}
          </div>
        );
      })}
    </div>
  );
}

export const stateTimeline = withCustomOptions(
  new PanelPlugin(StateTimelinePanel).setPanelOptions(() => undefined),
  { fillOpacity: 70, lineWidth: 0, spanNulls: false, hideFrom: { tooltip: false, viz: false, legend: false } },
  'thresholds'
);
