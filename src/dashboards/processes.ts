/** All processes: which there are, how big they are, and where to look next. */
import * as common from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder,
  FieldColorModeId,
  type DashboardBuilder,
  type DynamicConfigValue,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { CATEGORIES } from '../core/attribution/categories';
import { tablePanel } from './panels';
import { hidden, named, otherwise, width } from './columns';
import { DATASOURCE, page, target } from './parts';

export function processesDashboard(): DashboardBuilder {
  return page({
    uid: 'plateau-processes',
    title: 'Plateau / Processes',
    description: 'The processes that the collector knows or that the series select, with what evidence there is.',
    oneProcess: false,
  })
    .withPanel(
      tablePanel({
        title: 'Processes',
        description: 'Every process known in the time range. The name opens the page of the process.',
        at: { x: 0, y: 0, w: 24, h: 14 },
        query: { queryType: 'processes', process: '' },
        columns: {
          process: [...named('Process'), { id: 'links', value: [openProcess] }],
          host: [...named('Host'), ...width(120)],
          command: [...named('Command'), ...width(140)],
          runtime: named('Runtime'),
          virtual: [...named('Virtual'), ...width(120)],
          resident: [...named('Resident'), ...width(120), ...otherwise('not measured')],
          mappings: [...named('Mappings'), ...width(100)],
          evidence: [...named('Evidence'), ...width(110)],
          pid: [...named('Process id'), ...width(100)],
          started: [...named('Started'), ...width(180)],
          lastSeen: hidden,
          labels: hidden,
        },
        sortBy: { column: 'Virtual', descending: true },
        filterable: true,
      })
    )
    .withPanel(virtualMemory());
}

const openProcess: DynamicConfigValue['value'] = {
  title: 'Explain this process',
  url: '/d/plateau-process?${datasource:queryparam}&${series:queryparam}&var-process=${__value.raw:percentencode}&${__url_time_range}',
};

/** One line for each process: stacks of several processes on one axis would say nothing. */
function virtualMemory(): PanelBuilder {
  const panel = new PanelBuilder()
    .title('Virtual memory')
    .description('One line for each process. Its page shows what the memory is for.')
    .gridPos({ x: 0, y: 14, w: 24, h: 11 })
    .datasource(DATASOURCE)
    .withTarget(target({ queryType: 'attribution', process: '' }))
    .unit('bytes')
    .min(0)
    .drawStyle(common.GraphDrawStyle.Line)
    .lineInterpolation(common.LineInterpolation.StepAfter)
    .fillOpacity(0)
    .showPoints(common.VisibilityMode.Never)
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(common.LegendDisplayMode.Table)
        .placement(common.LegendPlacement.Right)
        .calcs(['lastNotNull', 'max'])
        .sortBy('Last *')
        .sortDesc(true)
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending)
    )
    .overrideByName('virtual', [
      { id: 'color', value: new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic).build() },
      { id: 'custom.lineWidth', value: 1 },
    ]);
  for (const category of CATEGORIES) {
    panel.overrideByName(category, [{ id: 'custom.hideFrom', value: { viz: true, legend: true, tooltip: true } }]);
  }
  return panel;
}
