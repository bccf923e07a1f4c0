/** The panels that several dashboards show. Core panels only, so that nothing depends on the nested map. */
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import type { PlateauQuery } from '../core/query/query';
import { DATASOURCE, target } from './parts';

export interface Place {
  x: number;
  y: number;
  w: number;
  h: number;
}

interface Named {
  title: string;
  description: string;
  at: Place;
}

/** Colours, order and the total line come with the frames; what is drawn how stands here. */
export function stackPanel({ title, description, at }: Named): timeseries.PanelBuilder {
  return new timeseries.PanelBuilder()
    .title(title)
    .description(description)
    .gridPos(at)
    .datasource(DATASOURCE)
    .withTarget(target({ queryType: 'attribution' }))
    .unit('bytes')
    .min(0)
    .drawStyle(common.GraphDrawStyle.Line)
    .lineInterpolation(common.LineInterpolation.StepAfter)
    .lineWidth(1)
    .fillOpacity(100)
    .gradientMode(common.GraphGradientMode.None)
    .showPoints(common.VisibilityMode.Never)
    .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'))
    .overrideByName('reservation', [{ id: 'custom.fillOpacity', value: 20 }])
    .overrideByName('unknown', [{ id: 'custom.lineStyle', value: { fill: 'dash', dash: [10, 10] } }])
    .overrideByName('virtual', [
      { id: 'custom.stacking', value: { mode: 'none', group: 'total' } },
      { id: 'custom.fillOpacity', value: 0 },
      { id: 'custom.lineWidth', value: 2 },
    ])
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .calcs([])
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        .sort(common.SortOrder.Descending)
        .hideZeros(true)
    );
}

interface Tree extends Named {
  query: Partial<Omit<PlateauQuery, 'refId'>>;
}

export function treePanel({ title, description, at, query }: Tree): dashboard.PanelBuilder {
  return new dashboard.PanelBuilder()
    .type('flamegraph')
    .title(title)
    .description(description)
    .gridPos(at)
    .datasource(DATASOURCE)
    .withTarget(target({ ...query, queryType: 'tree' }));
}

interface Figure extends Named {
  query: Partial<Omit<PlateauQuery, 'refId'>>;
  /** Name of the one field that is shown. */
  field: string;
  unit?: string;
  /** Amber from this value on. */
  warnFrom?: number;
}

export function figurePanel({ title, description, at, query, field, unit, warnFrom }: Figure): stat.PanelBuilder {
  const panel = new stat.PanelBuilder()
    .title(title)
    .description(description)
    .gridPos(at)
    .datasource(DATASOURCE)
    .withTarget(target(query))
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields(`/^${field}$/`).values(false))
    .colorMode(warnFrom === undefined ? common.BigValueColorMode.None : common.BigValueColorMode.Value)
    .graphMode(common.BigValueGraphMode.None)
    .justifyMode(common.BigValueJustifyMode.Auto)
    .textMode(common.BigValueTextMode.Value)
    .text(new common.VizTextDisplayOptionsBuilder().valueSize(26))
    .noValue('not measured');
  if (unit !== undefined) panel.unit(unit);
  if (warnFrom !== undefined) {
    panel.colorScheme(new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Thresholds)).thresholds(
      new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps([
        { value: null, color: 'text' },
        { value: warnFrom, color: 'orange' },
      ])
    );
  }
  return panel;
}

interface Listing extends Named {
  query: Partial<Omit<PlateauQuery, 'refId'>>;
  columns?: Record<string, dashboard.DynamicConfigValue[]>;
  /** A row below with the sums of all numbers. */
  sums?: boolean;
  /** Whether the columns can be filtered: for long tables, since the sign takes room in the head. */
  filterable?: boolean;
  /** Tall rows hold two lines of a sentence. */
  rows?: 'low' | 'tall';
  sortBy?: { column: string; descending: boolean };
}

export function tablePanel({
  title,
  description,
  at,
  query,
  columns = {},
  sums = false,
  filterable = false,
  sortBy,
  rows,
}: Listing): table.PanelBuilder {
  const panel = new table.PanelBuilder()
    .title(title)
    .description(description)
    .gridPos(at)
    .datasource(DATASOURCE)
    .withTarget(target(query))
    .showHeader(true)
    .cellHeight(rows === 'tall' ? common.TableCellHeight.Md : common.TableCellHeight.Sm)
    .filterable(filterable)
    .noValue('');
  for (const [column, properties] of Object.entries(columns)) panel.overrideByName(column, properties);
  if (sums) panel.footer(new common.TableFooterOptionsBuilder().show(true).reducer(['sum']).countRows(false));
  if (sortBy !== undefined) {
    panel.sortBy([new common.TableSortByFieldStateBuilder().displayName(sortBy.column).desc(sortBy.descending)]);
  }
  return panel;
}
