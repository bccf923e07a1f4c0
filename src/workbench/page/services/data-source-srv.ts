/** The workbench knows one data source: ours, made by its own plugin from the settings that the server keeps. */
import type { DataSourceApi, DataSourceInstanceSettings, DataSourcePlugin, DataSourceRef } from '@grafana/data';
import { type DataSourceSrv, getBackendSrv } from '@grafana/runtime';
import { loadPluginModule } from '../loader';

export type AnyDataSourcePlugin = DataSourcePlugin<DataSourceApi>;

interface FrontendSettings {
  readonly datasources: Readonly<Record<string, DataSourceInstanceSettings>>;
  readonly defaultDatasource: string;
}

export interface WorkbenchDataSources extends DataSourceSrv {
  plugin(): Promise<AnyDataSourcePlugin>;
  settings(): DataSourceInstanceSettings;
}

export async function createDataSourceSrv(): Promise<WorkbenchDataSources> {
  let settings = await read();
  let instance: Promise<DataSourceApi> | undefined;

  async function read(): Promise<DataSourceInstanceSettings> {
    const answer = await getBackendSrv().get<FrontendSettings>('/api/frontend/settings');
    const found = answer.datasources[answer.defaultDatasource];
    if (!found) throw new Error('The workbench has no data source.');
    return found;
  }
  const plugin = async (): Promise<AnyDataSourcePlugin> => {
    const loaded = await loadPluginModule<AnyDataSourcePlugin>(`/${settings.meta.module}`);
    loaded.meta = settings.meta;
    return loaded;
  };
  const create = async (): Promise<DataSourceApi> => {
    const { DataSourceClass, components, meta } = await plugin();
    return Object.assign(new DataSourceClass(settings), { components, meta });
  };
  const isOurs = (ref: DataSourceRef | string | null | undefined): boolean => {
    const name = typeof ref === 'string' ? ref : (ref?.uid ?? '');
    return ['', 'default', settings.uid, settings.name].includes(name) || name.includes('$');
  };
  return {
    plugin,
    settings: () => settings,
    async get(ref) {
      if (!isOurs(ref)) {
        throw new Error(`The workbench has no data source '${String(typeof ref === 'string' ? ref : ref?.uid)}'.`);
      }
      instance ??= create();
      return instance;
    },
    getList: ({ pluginId, type, filter } = {}) => {
      const wanted = pluginId ?? type;
      const fits = wanted === undefined || [wanted].flat().includes(settings.type);
      return fits && (!filter || filter(settings)) ? [settings] : [];
    },
    getInstanceSettings: (ref) => (isOurs(ref) ? settings : undefined),
    async reload() {
      settings = await read();
      instance = undefined;
    },
    registerRuntimeDataSource: () => undefined,
  };
}
