/** What all dashboards share: variables, targets of our query type, links. */
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DEFAULT_QUERY } from '../contract/default-query';
import type { PlateauQuery } from '../core/query/query';

const PLUGIN_ID = 'plateau-addressspace-datasource';
/** Classic schema as Grafana 10.1 knows it; newer ones migrate it on load. */
const SCHEMA_VERSION = 38;
const TAG = 'plateau';

/** The data source is a variable, so that the same file works by import, by provisioning and on the Dashboards tab. */
export const DATASOURCE: common.DataSourceRef = { type: PLUGIN_ID, uid: '${datasource}' };

/** The selection that the variables make. Raw, because the series variable holds a whole expression. */
const SELECTION = { process: '$process', expr: '${series:raw}' } as const;

/** A query of ours as the SDK wants it: something with build(). */
export function target(query: Partial<Omit<PlateauQuery, 'refId'>>, refId = 'A'): Builder<Dataquery> {
  const model = { refId, datasource: DATASOURCE, ...DEFAULT_QUERY, ...SELECTION, ...query };
  // The SDK tells queries apart by a method that it never calls; JSON does not carry it.
  return { build: () => Object.assign(model, { _implementsDataqueryVariant: () => undefined }) };
}

/** A variable that holds an instant: `start`, `end` or Unix milliseconds. */
export function instantVariable(name: string, label: string, value: 'start' | 'end'): dashboard.TextBoxVariableBuilder {
  return new dashboard.TextBoxVariableBuilder(name)
    .label(label)
    .description('start, end, or Unix milliseconds.')
    .defaultValue(value)
    .current({ text: value, value })
    .options([{ text: value, value, selected: true }]);
}

interface Page {
  uid: string;
  title: string;
  description: string;
  /** Whether the page shows one process, chosen by a variable. */
  oneProcess: boolean;
}

export function page({ uid, title, description, oneProcess }: Page): dashboard.DashboardBuilder {
  const builder = new dashboard.DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .timezone('browser')
    .editable()
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .link(
      new dashboard.DashboardLinkBuilder('Plateau')
        .type(dashboard.DashboardLinkType.Dashboards)
        .tags([TAG])
        .includeVars(true)
        .keepTime(true)
    )
    .withVariable(new dashboard.DatasourceVariableBuilder('datasource').label('Data source').type(PLUGIN_ID));
  if (oneProcess) builder.withVariable(processVariable());
  return builder.withVariable(
    new dashboard.TextBoxVariableBuilder('series')
      .label('Series (PromQL)')
      .description('Selects the memory series to explain. Empty means the timeline of the collector.')
      .defaultValue('')
      .current({ text: '', value: '' })
      .options([{ text: '', value: '', selected: true }])
  );
}

function processVariable(): dashboard.QueryVariableBuilder {
  return new dashboard.QueryVariableBuilder('process')
    .label('Process')
    .description('The processes known in the time range.')
    .datasource(DATASOURCE)
    .query({ refId: 'PlateauVariable', list: 'processes', expr: '${series:raw}' })
    .definition('processes')
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.Disabled)
    .multi(false)
    .includeAll(false);
}

/**
 * The JSON of a dashboard. The database id stays empty, since it belongs to a server. `placement` goes: the SDK always
 * writes the one value that hides links and annotation switches in a menu.
 */
export function toJson(builder: dashboard.DashboardBuilder): string {
  const model = builder.build();
  const unplaced = <T extends object>(items: T[] = []) => items.map((item) => ({ ...item, placement: undefined }));
  const classic = {
    ...model,
    id: null,
    schemaVersion: SCHEMA_VERSION,
    links: unplaced(model.links),
    annotations: { list: unplaced(model.annotations?.list) },
  };
  return `${JSON.stringify(classic, null, 2)}\n`;
}
