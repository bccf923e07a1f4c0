/** Steady intervals, the steps between them, and why they happened. */
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { stackPanel, tablePanel } from './panels';
import { categoryColumn, exact, hidden, width, wrapped } from './columns';
import { page } from './parts';
import { plateauAnnotations } from './process';

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
        at: { x: 0, y: 11, w: 24, h: 10 },
        query: { queryType: 'plateaus' },
        columns: {
          time: width(180),
          timeEnd: width(180),
          level: width(110),
          step: width(110),
          kind: width(100),
          cause: wrapped,
          confidence: width(110),
          ...Object.fromEntries(
            ['causes', 'process', 'tags', 'title', 'text', 'id', 'color'].map((name) => [name, hidden])
          ),
        },
      })
    )
    .withPanel(
      tablePanel({
        title: 'What changed over the time range',
        description:
          'Bytes of each region at the start and at the end of the time range. Zoom to a step to see its own.',
        at: { x: 0, y: 21, w: 24, h: 10 },
        query: { queryType: 'diff' },
        columns: { category: categoryColumn(), from: exact, to: exact, change: exact, process: hidden },
        sumOf: ['from', 'to', 'change'],
      })
    );
}
