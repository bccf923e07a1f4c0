/** Steady intervals, the steps between them, why they happened, and which of them somebody kept as an incident. */
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { stackPanel, tablePanel, treePanel } from './panels';
import { categoryColumn, exact, hidden, moment, named, otherwise, width, wrapped } from './columns';
import { instantVariable, page } from './parts';
import { plateauAnnotations } from './process';

/** For annotations, links and machines. */
const NOT_SHOWN = [
  'causes',
  'process',
  'tags',
  'title',
  'text',
  'id',
  'color',
  'reset',
  'inside',
  'slope',
  'before',
  'after',
];

/** Chooses a step: the trees and the difference below then show the moments before and after it. */
const CHOOSE: dashboard.DynamicConfigValue = {
  id: 'links',
  value: [
    {
      title: 'Compare before and after this step',
      url: '/d/plateau-plateaus?${__url_time_range}&${datasource:queryparam}&${process:queryparam}&${series:queryparam}&var-before=${__data.fields.before}&var-after=${__data.fields.after}',
    },
  ],
};

export function plateausDashboard(): dashboard.DashboardBuilder {
  return page({
    uid: 'plateau-plateaus',
    title: 'Plateau / Plateaus',
    description: 'Steady intervals of virtual memory, the step before each, and its cause.',
    oneProcess: true,
  })
    .withVariable(instantVariable('before', 'Before', 'start'))
    .withVariable(instantVariable('after', 'After', 'end'))
    .annotation(plateauAnnotations(true))
    .annotation(keptIncidents())
    .withPanel(
      stackPanel({
        title: 'Address space by purpose',
        description:
          'Plateaus are marked as regions; point at one to read what moved. Incidents that were kept are red.',
        at: { x: 0, y: 0, w: 24, h: 11 },
      })
    )
    .withPanel(
      tablePanel({
        title: 'Plateaus and steps',
        description:
          'One row for each plateau, ramp or spike: when, how high, how big the step before it was, and why. A click on the step compares before and after below; a click in the last column keeps the row as an incident.',
        at: { x: 0, y: 11, w: 24, h: 9 },
        query: { queryType: 'plateaus' },
        columns: {
          time: [...named('From'), ...width(165), ...moment],
          timeEnd: [...named('Until'), ...width(165), ...moment],
          level: [...named('Level'), ...width(100)],
          step: [...named('Step before'), ...width(110), ...otherwise('none'), CHOOSE],
          kind: [...named('Kind'), ...width(90)],
          cause: [...named('Why'), ...wrapped],
          confidence: [...named('Confidence'), ...width(110)],
          evidence: [...named('Known by'), ...width(100), ...otherwise('')],
          keep: [...named('Incident'), ...width(140)],
          ...Object.fromEntries(NOT_SHOWN.map((name) => [name, hidden])),
        },
        rows: 'tall',
      })
    )
    .withPanel(
      treePanel({
        title: 'Before',
        description: 'The address space at the moment before: process, category, region; the width is bytes.',
        at: { x: 0, y: 20, w: 12, h: 9 },
        query: { at: '$before' },
      })
    )
    .withPanel(
      treePanel({
        title: 'After',
        description: 'The address space at the moment after: process, category, region; the width is bytes.',
        at: { x: 12, y: 20, w: 12, h: 9 },
        query: { at: '$after' },
      })
    )
    .withPanel(
      tablePanel({
        title: 'What changed between before and after',
        description: 'Bytes of each region at both moments. Choose a step in the table above to see its own.',
        at: { x: 0, y: 29, w: 24, h: 10 },
        query: { queryType: 'diff', from: '$before', to: '$after' },
        columns: {
          region: named('Region'),
          category: categoryColumn(),
          from: [...named('Before'), ...exact],
          to: [...named('After'), ...exact],
          share: hidden,
          change: [...named('Change'), ...exact],
          process: hidden,
        },
        sums: true,
      })
    );
}

/** Annotations of Grafana's own that "Keep as incident" wrote, from whichever dashboard. */
function keptIncidents(): dashboard.AnnotationQueryBuilder {
  const target = { limit: 100, matchAny: false, tags: ['incident', 'plateau'], type: 'tags' };
  return new dashboard.AnnotationQueryBuilder()
    .name('Incidents')
    .datasource({ type: 'grafana', uid: '-- Grafana --' })
    .enable(true)
    .hide(false)
    .iconColor('red')
    .target({ build: () => Object.assign(target, { _implementsDataqueryVariant: () => undefined }) });
}
