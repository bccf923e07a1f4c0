/** One process: what its virtual memory is, what changed, what to do. */
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline';
import { figurePanel, stackPanel, tablePanel, treePanel } from './panels';
import {
  alsoWrapped,
  categoryColumn,
  decimals,
  exact,
  hidden,
  named,
  otherwise,
  severityColumn,
  width,
  wrapped,
} from './columns';
import { DATASOURCE, page, target } from './parts';

export function processDashboard(): dashboard.DashboardBuilder {
  return page({
    uid: 'plateau-process',
    title: 'Plateau / Process',
    description: 'What the virtual memory of one process is for, exact to the byte.',
    oneProcess: true,
  })
    .annotation(plateauAnnotations(false))
    .withPanel(headline())
    .withPanel(
      figurePanel({
        title: 'Virtual',
        description: 'VSZ: all address space that the process has mapped.',
        at: { x: 12, y: 0, w: 3, h: 4 },
        query: { queryType: 'attribution' },
        field: 'virtual',
        unit: 'bytes',
      })
    )
    .withPanel(
      figurePanel({
        title: 'Resident',
        description: 'What is in RAM.',
        at: { x: 15, y: 0, w: 3, h: 4 },
        query: { queryType: 'processes' },
        field: 'resident',
        unit: 'bytes',
      })
    )
    .withPanel(
      figurePanel({
        title: 'Unknown',
        description: 'Virtual memory that could not be explained. It is never spread over the other categories.',
        at: { x: 18, y: 0, w: 3, h: 4 },
        query: { queryType: 'attribution' },
        field: 'unknown',
        unit: 'bytes',
        warnFrom: 1,
      })
    )
    .withPanel(
      figurePanel({
        title: 'Mappings',
        description: 'Mappings in use. At vm.max_map_count new memory is refused although RAM is free.',
        at: { x: 21, y: 0, w: 3, h: 4 },
        query: { queryType: 'processes' },
        field: 'mappings',
      })
    )
    .withPanel(
      stackPanel({
        title: 'Address space by purpose',
        description: 'The categories sum to the virtual memory, to the byte. Reservation costs no RAM.',
        at: { x: 0, y: 4, w: 13, h: 10 },
      })
    )
    .withPanel(evidenceStrip())
    .withPanel(
      tablePanel({
        title: 'Findings',
        description: 'Facts worth knowing at the end of the time range, most important first.',
        at: { x: 13, y: 4, w: 11, h: 13 },
        query: { queryType: 'findings' },
        columns: {
          severity: severityColumn(),
          sentence: [...named('What'), ...wrapped],
          remedy: [...named('What to do'), ...width(190), ...alsoWrapped],
          kind: hidden,
          bytes: hidden,
          process: hidden,
        },
        rows: 'tall',
      })
    )
    .withPanel(
      treePanel({
        title: 'Address space as a tree',
        description: 'Process, category, region at the end of the time range; the width is bytes.',
        at: { x: 0, y: 17, w: 13, h: 11 },
        query: {},
      })
    )
    .withPanel(
      tablePanel({
        title: 'Regions',
        description:
          'Bytes of each region at the end of the time range, and the change since its start. The sum is the VSZ.',
        at: { x: 13, y: 17, w: 11, h: 11 },
        query: { queryType: 'diff' },
        columns: {
          region: named('Region'),
          category: categoryColumn(),
          from: hidden,
          to: [...named('Bytes'), ...exact, ...width(116)],
          share: [...named('Share'), ...width(66), ...decimals(1)],
          change: [...named('Change'), ...exact, ...width(122)],
          process: hidden,
        },
        sums: true,
        sortBy: { column: 'Bytes', descending: true },
      })
    )
    .withPanel(limitsUsed())
    .withPanel(
      tablePanel({
        title: 'Limits',
        description:
          'Resource limits, what is used of them, and the values under which the program would start and get where it is.',
        at: { x: 5, y: 28, w: 19, h: 6 },
        query: { queryType: 'limits' },
        rows: 'tall',
        columns: {
          resource: [...named('Resource'), ...width(150)],
          limit: [...named('Limit'), ...otherwise('unlimited'), ...width(120)],
          used: [...named('Used'), ...width(120)],
          headroom: [...named('Left'), ...otherwise('no limit'), ...width(120)],
          usedShare: hidden,
          of: [...named('Unit'), ...width(80)],
          safe: [...named('Safe values'), ...wrapped],
          verdict: hidden,
          why: [...named('Why'), ...alsoWrapped],
          process: hidden,
        },
      })
    )
    .withRow(
      new dashboard.RowBuilder('Layout').collapsed(true).withPanel(
        tablePanel({
          title: 'Ranges',
          description: 'Every range of the address space at the end of the time range, in address order.',
          at: { x: 0, y: 35, w: 24, h: 14 },
          query: { queryType: 'snapshot' },
          columns: {
            address: named('Address'),
            size: [...named('Bytes'), ...exact],
            resident: [...named('Resident'), ...exact, ...otherwise('not measured')],
            permissions: [...named('Permissions'), ...width(110)],
            category: categoryColumn(),
            region: named('Region'),
            name: named('Name'),
            confidence: [...named('Confidence'), ...width(110)],
            why: [...named('Why'), ...wrapped],
            mapping: hidden,
            gap: hidden,
          },
          sums: true,
          filterable: true,
        })
      )
    );
}

/** Two sentences: is it RAM or not, and what the last step was. */
function headline(): stat.PanelBuilder {
  return new stat.PanelBuilder()
    .title('In short')
    .description('What most of the memory is, whether it costs RAM, and what the last step was.')
    .gridPos({ x: 0, y: 0, w: 12, h: 4 })
    .datasource(DATASOURCE)
    .withTarget(target({ queryType: 'findings', part: 'headline' }))
    .reduceOptions(
      new common.ReduceDataOptionsBuilder().calcs(['firstNotNull']).fields('/^(headline|detail)$/').values(false)
    )
    .orientation(common.VizOrientation.Horizontal)
    .colorMode(common.BigValueColorMode.None)
    .graphMode(common.BigValueGraphMode.None)
    .justifyMode(common.BigValueJustifyMode.Auto)
    .textMode(common.BigValueTextMode.Value)
    .text(new common.VizTextDisplayOptionsBuilder().valueSize(14))
    .noValue('');
}

/** One figure for each resource limit; amber and red where the next mapping may be refused. */
function limitsUsed(): stat.PanelBuilder {
  return new stat.PanelBuilder()
    .title('Used of each limit')
    .description('RLIMIT_AS and RLIMIT_DATA by bytes, vm.max_map_count by mappings. At a limit new memory is refused.')
    .gridPos({ x: 0, y: 28, w: 5, h: 6 })
    .datasource(DATASOURCE)
    .withTarget(target({ queryType: 'limits' }))
    .reduceOptions(
      new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('/^usedShare$/').values(true).limit(6)
    )
    .displayName('${__data.fields.resource}')
    .unit('percentunit')
    .decimals(1)
    .noValue('no limit')
    .orientation(common.VizOrientation.Horizontal)
    .colorMode(common.BigValueColorMode.Value)
    .graphMode(common.BigValueGraphMode.None)
    .textMode(common.BigValueTextMode.ValueAndName)
    .text(new common.VizTextDisplayOptionsBuilder().titleSize(13).valueSize(18))
    .colorScheme(new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Thresholds))
    .thresholds(
      new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps([
        { value: null, color: 'text' },
        { value: 0.8, color: 'orange' },
        { value: 0.98, color: 'red' },
      ])
    );
}

/** How each stretch of the stack above is known, in words. */
function evidenceStrip(): statetimeline.PanelBuilder {
  const words = {
    exact: { color: 'green', index: 0, text: 'exact' },
    'nearest layout': { color: 'blue', index: 1, text: 'nearest layout' },
    estimated: { color: 'orange', index: 2, text: 'estimated' },
    'bounds only': { color: 'text', index: 3, text: 'bounds only' },
  };
  return new statetimeline.PanelBuilder()
    .title('Evidence')
    .description(
      'exact: a layout was in force. nearest layout: the difference to the sample is unknown. estimated: from the metrics of the runtime. bounds only: the kernel\u2019s own split.'
    )
    .gridPos({ x: 0, y: 14, w: 13, h: 3 })
    .datasource(DATASOURCE)
    .withTarget(target({ queryType: 'attribution', part: 'evidence' }))
    .mergeValues(true)
    .showValue(common.VisibilityMode.Always)
    .rowHeight(0.9)
    .fillOpacity(30)
    .lineWidth(0)
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(false)
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .calcs([])
    )
    .colorScheme(new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Thresholds))
    .mappings([{ type: dashboard.MappingType.ValueToText, options: words }]);
}

/** Plateaus as regions with their cause. Off where the page does not live by them. */
export function plateauAnnotations(enable: boolean): dashboard.AnnotationQueryBuilder {
  return new dashboard.AnnotationQueryBuilder()
    .name('Plateaus')
    .datasource(DATASOURCE)
    .enable(enable)
    .hide(false)
    .iconColor('blue')
    .target(target({ queryType: 'plateaus' }, 'Anno'));
}
