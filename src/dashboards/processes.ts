/** All processes: which there are, how big they are, and where to look next. */
import type { DashboardBuilder, DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import { stackPanel, tablePanel } from './panels';
import { hidden } from './columns';
import { page } from './parts';

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
        at: { x: 0, y: 0, w: 24, h: 12 },
        query: { queryType: 'processes', process: '' },
        columns: { process: [{ id: 'links', value: [openProcess] }], labels: hidden, lastSeen: hidden },
        sortBy: { column: 'virtual', descending: true },
      })
    )
    .withPanel(
      stackPanel({
        title: 'Address space by purpose',
        description: 'All processes in one stack each. Narrow the series to see fewer.',
        at: { x: 0, y: 12, w: 24, h: 12 },
        process: '',
      })
    );
}

const openProcess: DynamicConfigValue['value'] = {
  title: 'Explain this process',
  url: '/d/plateau-process?${datasource:queryparam}&${series:queryparam}&var-process=${__value.raw:percentencode}&${__url_time_range}',
};
