/** The dashboards that the plugin brings along, as its plugin.json lists them. */
import type { PluginMeta } from '@grafana/data';
import { getBackendSrv } from '@grafana/runtime';
import type { ClassicDashboard } from './classic';

/** In the order of plugin.json. Rejects when a listed file is missing: then the plugin is broken, not the workbench. */
export function readBundledDashboards(meta: PluginMeta): Promise<ClassicDashboard[]> {
  const files = (meta.includes ?? []).filter(({ type }) => String(type) === 'dashboard').map(({ path }) => path);
  return Promise.all(files.map((file) => getBackendSrv().get<ClassicDashboard>(`/${meta.baseUrl}/${file}`)));
}
