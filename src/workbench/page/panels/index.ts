/** Panel kinds by their id in a dashboard: stand-ins for Grafana's own, and the plugin's nested panels as they are built. */
import type { PanelPlugin, PanelPluginMeta } from '@grafana/data';
import { setPluginImportUtils } from '@grafana/runtime';
import { loadPluginModule } from '../loader';
import { flameGraph } from './flame-graph';
import { stateTimeline } from './state-timeline';
import { fallback, table } from './table';
import { text } from './text';
import { timeSeries } from './time-series';
import { barGauge, stat } from './values';

const KINDS: Readonly<Record<string, PanelPlugin>> = {
  timeseries: timeSeries as PanelPlugin,
  table: table as PanelPlugin,
  stat: stat as PanelPlugin,
  bargauge: barGauge as PanelPlugin,
  text: text as PanelPlugin,
  flamegraph: flameGraph as PanelPlugin,
  'state-timeline': stateTimeline as PanelPlugin,
};

const known = new Map<string, PanelPlugin>();

function named(id: string, plugin: PanelPlugin, meta?: PanelPluginMeta): PanelPlugin {
  plugin.meta = meta ?? ({ id, name: id, info: { version: '' } } as PanelPluginMeta);
  known.set(id, plugin);
  return plugin;
}

/** @param nested plugin.json of each panel inside the data source's folder, by id */
export function registerPanels(nested: Readonly<Record<string, PanelPluginMeta>>): void {
  for (const [id, plugin] of Object.entries(KINDS)) named(id, plugin);
  setPluginImportUtils({
    getPanelPluginFromCache: (id) => known.get(id),
    importPanelPlugin: async (id) => {
      const found = known.get(id);
      if (found) return found;
      const meta = nested[id];
      return meta ? named(id, await loadPluginModule<PanelPlugin>(`/${meta.module}`), meta) : named(id, fallback(id));
    },
  });
}
