/** Grafana's time series, with its tooltip, zoom and annotations drawn around the plot that the packages still export. */
import { type PanelProps, PanelPlugin } from '@grafana/data';
import { type OptionsWithLegend, type OptionsWithTooltip, SortOrder, TooltipDisplayMode } from '@grafana/schema';
import { TimeSeries, TooltipPlugin, ZoomPlugin } from '@grafana/ui';
import React from 'react';
import { withCustomOptions } from '../field-config';
import { AnnotationRegions } from './annotation-regions';
import { PanelMessage } from './message';

type Options = OptionsWithLegend & OptionsWithTooltip;

function TimeSeriesPanel({
  data,
  timeRange,
  timeZone,
  width,
  height,
  options,
  onChangeTimeRange,
}: PanelProps<Options>) {
  const frames = data.series.filter(
    ({ fields }) => fields.some(({ type }) => type === 'time') && fields.some(({ type }) => type === 'number')
  );
  if (frames.length === 0) return <PanelMessage text="No data" />;
  const legend = options.legend ?? { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] };
  return (
    <TimeSeries
      frames={frames}
      structureRev={data.structureRev}
      timeRange={timeRange}
      timeZone={timeZone}
      width={width}
      height={height}
      legend={legend}
      options={options}
    >
      {(config, alignedFrame) => (
        <>
          <ZoomPlugin config={config} onZoom={onChangeTimeRange} />
          <TooltipPlugin
            config={config}
            data={alignedFrame}
            frames={frames}
            timeZone={timeZone}
            mode={options.tooltip?.mode ?? TooltipDisplayMode.Multi}
            sortOrder={options.tooltip?.sort ?? SortOrder.None}
          />
          <AnnotationRegions config={config} annotations={data.annotations ?? []} timeZone={timeZone} />
        </>
      )}
    </TimeSeries>
  );
}

/** What Grafana's own time series panel starts from. */
const CUSTOM = {
  drawStyle: 'line',
  lineInterpolation: 'linear',
  lineWidth: 1,
  lineColor: undefined,
  lineStyle: { fill: 'solid' },
  fillOpacity: 0,
  fillColor: undefined,
  fillBelowTo: undefined,
  gradientMode: 'none',
  barAlignment: 0,
  barWidthFactor: 0.6,
  spanNulls: false,
  insertNulls: false,
  showPoints: 'auto',
  pointSize: 5,
  stacking: { mode: 'none', group: 'A' },
  thresholdsStyle: { mode: 'off' },
  axisPlacement: 'auto',
  axisLabel: '',
  axisColorMode: 'text',
  axisBorderShow: false,
  axisCenteredZero: false,
  axisGridShow: undefined,
  axisWidth: undefined,
  axisSoftMin: undefined,
  axisSoftMax: undefined,
  scaleDistribution: { type: 'linear' },
  hideFrom: { tooltip: false, viz: false, legend: false },
};

export const timeSeries = withCustomOptions(
  new PanelPlugin<Options>(TimeSeriesPanel)
    .setPanelOptions(() => undefined)
    // Otherwise scenes takes the annotations out of the data.
    .setDataSupport({ annotations: true, alertStates: false }),
  CUSTOM,
  'palette-classic'
);
