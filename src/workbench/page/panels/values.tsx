/** Stat and bar gauge: one value per field or row, drawn by Grafana's own components. */
import {
  type FieldDisplay,
  type PanelProps,
  PanelPlugin,
  type ReduceDataOptions,
  VizOrientation,
  getDisplayValueAlignmentFactors,
  getFieldDisplayValues,
} from '@grafana/data';
import { BarGaugeDisplayMode, type BarGaugeValueMode, type VizTextDisplayOptions } from '@grafana/schema';
import {
  BarGauge,
  BigValue,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  VizRepeater,
  type VizRepeaterRenderValueProps,
  useTheme2,
} from '@grafana/ui';
import React from 'react';
import { withCustomOptions } from '../field-config';
import { PanelMessage } from './message';

interface ValueOptions {
  reduceOptions?: ReduceDataOptions;
  orientation?: VizOrientation;
  text?: VizTextDisplayOptions;
}
interface StatOptions extends ValueOptions {
  colorMode?: BigValueColorMode;
  graphMode?: BigValueGraphMode;
  justifyMode?: BigValueJustifyMode;
  textMode?: BigValueTextMode;
}
interface GaugeOptions extends ValueOptions {
  displayMode?: BarGaugeDisplayMode;
  valueMode?: BarGaugeValueMode;
  showUnfilled?: boolean;
}

type Item = VizRepeaterRenderValueProps<FieldDisplay, ReturnType<typeof getDisplayValueAlignmentFactors>>;

interface ValuesProps extends PanelProps<ValueOptions> {
  readonly sparkline: boolean;
  readonly autoGrid: boolean;
  readonly draw: (item: Item) => React.JSX.Element;
}

function Values({
  data,
  width,
  height,
  options,
  fieldConfig,
  replaceVariables,
  timeZone,
  renderCounter,
  ...rest
}: ValuesProps) {
  const theme = useTheme2();
  const getValues = (): FieldDisplay[] =>
    getFieldDisplayValues({
      data: data.series,
      fieldConfig,
      reduceOptions: options.reduceOptions ?? { calcs: ['lastNotNull'] },
      replaceVariables,
      sparkline: rest.sparkline,
      theme,
      timeZone,
    });
  if (data.series.length === 0) return <PanelMessage text="No data" />;
  return (
    <VizRepeater
      getValues={getValues}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderValue={rest.draw}
      source={data}
      width={width}
      height={height}
      renderCounter={renderCounter}
      orientation={options.orientation ?? VizOrientation.Auto}
      autoGrid={rest.autoGrid}
      itemSpacing={8}
    />
  );
}

function StatPanel(props: PanelProps<StatOptions>) {
  const theme = useTheme2();
  const { options } = props;
  const graph = options.graphMode ?? BigValueGraphMode.Area;
  return (
    <Values
      {...props}
      sparkline={graph !== BigValueGraphMode.None}
      autoGrid
      draw={({ value, width, height, alignmentFactors, count }) => (
        <BigValue
          value={value.display}
          sparkline={value.sparkline}
          width={width}
          height={height}
          theme={theme}
          count={count}
          alignmentFactors={alignmentFactors}
          colorMode={options.colorMode ?? BigValueColorMode.Value}
          graphMode={graph}
          justifyMode={options.justifyMode ?? BigValueJustifyMode.Auto}
          textMode={options.textMode ?? BigValueTextMode.Auto}
          text={options.text}
        />
      )}
    />
  );
}

function BarGaugePanel(props: PanelProps<GaugeOptions>) {
  const theme = useTheme2();
  const { options } = props;
  return (
    <Values
      {...props}
      sparkline={false}
      autoGrid={false}
      draw={({ value, width, height, orientation, alignmentFactors }) => (
        <BarGauge
          value={value.display}
          field={value.field}
          display={value.view?.getFieldDisplayProcessor(value.colIndex ?? 0)}
          width={width}
          height={height}
          orientation={orientation}
          theme={theme}
          text={options.text}
          itemSpacing={8}
          alignmentFactors={alignmentFactors}
          displayMode={options.displayMode ?? BarGaugeDisplayMode.Gradient}
          valueDisplayMode={options.valueMode}
          showUnfilled={options.showUnfilled ?? true}
        />
      )}
    />
  );
}

export const stat = withCustomOptions(
  new PanelPlugin(StatPanel).setPanelOptions(() => undefined),
  {},
  'thresholds'
);
export const barGauge = withCustomOptions(
  new PanelPlugin(BarGaugePanel).setPanelOptions(() => undefined),
  {},
  'thresholds'
);
