/** Steady intervals, the steps between them, and why they happened. */
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { stackPanel, tablePanel } from './panels';
import { categoryColumn, exact, hidden, named, otherwise, width, wrapped } from './columns';
import { page } from './parts';
import { plateauAnnotations } from './process';

/** For annotations and for machines. */
const NOT_SHOWN = ['causes', 'process', 'tags', 'title', 'text', 'id', 'color'];

export function plateausDashboard(): DashboardBuilder {
  return page({
    uid: 'plateau-plateaus',
    title: 'Plateau / Plateaus',
    description: 'Steady intervals of virtual memory, the step before each, and its cause.',
    oneProcess: true,
  })
    .annotation(plateauAnnotations(true))
    .withPanel(
      stackPanel({
        title: 'Address space by purpose',
        description: 'Plateaus are marked as regions; point at one to read what moved.',
        at: { x: 0, y: 0, w: 24, h: 11 },
      })
    )
    .withPanel(
      tablePanel({
        title: 'Plateaus and steps',
        description:
          'One row for each plateau, ramp or spike: when, how high, how big the step before it was, and why.',
        at: { x: 0, y: 11, w: 24, h: 9 },
        query: { queryType: 'plateaus' },
        columns: {
          time: [...named('From'), ...width(170)],
          timeEnd: [...named('Until'), ...width(170)],
          level: [...named('Level'), ...width(100)],
          step: [...named('Step before'), ...width(110), ...otherwise('none')],
          kind: [...named('Kind'), ...width(90)],
          cause: [...named('Why'), ...wrapped],
          confidence: [...named('Confidence'), ...width(110)],
          ...Object.fromEntries(NOT_SHOWN.map((name) => [name, hidden])),
        },
        rows: 'tall',
      })
    )
    .withPanel(
      tablePanel({
        title: 'What changed over the time range',
        description:
          'Bytes of each region at the start and at the end of the time range. Zoom to a step to see its own.',
        at: { x: 0, y: 20, w: 24, h: 10 },
        query: { queryType: 'diff' },
        columns: {
          region: named('Region'),
          category: categoryColumn(),
          from: [...named('At the start'), ...exact],
          to: [...named('At the end'), ...exact],
          change: [...named('Change'), ...exact],
          process: hidden,
        },
        sums: true,
      })
    );
}
