/** The one data source of the workbench, kept in memory: what the config editor saves and the backend is asked with. */
import type { DataSourceSettings } from '../../adapters/pluginv2/host/plugin-host';

/** The shape that Grafana's API gives to a config editor; secrets go in and never come out. */
export interface EditableSettings {
  readonly id: number;
  readonly uid: string;
  readonly orgId: number;
  readonly type: string;
  readonly typeName: string;
  readonly name: string;
  readonly access: 'proxy';
  readonly url: string;
  readonly user: string;
  readonly database: string;
  readonly basicAuth: boolean;
  readonly basicAuthUser: string;
  readonly withCredentials: boolean;
  readonly isDefault: boolean;
  readonly readOnly: boolean;
  readonly jsonData: Readonly<Record<string, unknown>>;
  readonly secureJsonFields: Readonly<Record<string, boolean>>;
  readonly version: number;
}

/** A PUT body: the editor's settings with those secrets that were typed in anew. */
export type SavedSettings = Partial<EditableSettings> & { readonly secureJsonData?: Readonly<Record<string, unknown>> };

export interface DataSourceKeeper {
  readonly uid: string;
  editable(): EditableSettings;
  /** A secret whose field was reset is forgotten, one that was typed in is replaced, the others stay. */
  save(saved: SavedSettings): EditableSettings;
  /** What the backend gets, secrets in clear. */
  forBackend(): DataSourceSettings;
}

export interface Defaults {
  readonly pluginId: string;
  readonly pluginName: string;
  /** Prometheus; empty = none. */
  readonly url: string;
  readonly collectorUrl: string;
}

const UID = 'plateau';

const text = (value: unknown, fallback: string): string => (typeof value === 'string' ? value : fallback);

export function createDataSourceKeeper({ pluginId, pluginName, url, collectorUrl }: Defaults): DataSourceKeeper {
  let secrets: Readonly<Record<string, string>> = {};
  let updatedMs = 1;
  let settings: Omit<EditableSettings, 'secureJsonFields'> = {
    id: 1,
    uid: UID,
    orgId: 1,
    type: pluginId,
    typeName: pluginName,
    name: pluginName,
    access: 'proxy',
    url,
    user: '',
    database: '',
    basicAuth: false,
    basicAuthUser: '',
    withCredentials: false,
    isDefault: true,
    readOnly: false,
    jsonData: { collectorUrl },
    version: 1,
  };
  const editable = (): EditableSettings => ({
    ...settings,
    secureJsonFields: Object.fromEntries(Object.keys(secrets).map((key) => [key, true])),
  });
  return {
    uid: UID,
    editable,
    save(saved) {
      const kept = Object.entries(secrets).filter(([key]) => saved.secureJsonFields?.[key] !== false);
      const typed = Object.entries(saved.secureJsonData ?? {}).flatMap(([key, value]) =>
        typeof value === 'string' && value !== '' ? [[key, value] as const] : []
      );
      secrets = Object.fromEntries([...kept, ...typed]);
      settings = {
        ...settings,
        name: text(saved.name, '') || settings.name,
        url: text(saved.url, settings.url),
        basicAuth: saved.basicAuth ?? settings.basicAuth,
        basicAuthUser: text(saved.basicAuthUser, settings.basicAuthUser),
        jsonData: saved.jsonData ?? settings.jsonData,
        version: settings.version + 1,
      };
      updatedMs += 1;
      return editable();
    },
    forBackend: () => ({
      uid: UID,
      name: settings.name,
      url: settings.url,
      jsonData: settings.jsonData,
      secureJsonData: secrets,
      basicAuthEnabled: settings.basicAuth,
      basicAuthUser: settings.basicAuthUser,
      updatedMs,
    }),
  };
}
