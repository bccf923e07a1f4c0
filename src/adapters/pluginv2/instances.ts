/** Opened data sources by uid. A change of settings opens a new one; the old one is closed when its calls have had time to end. */
import type { DataSourceInstance, Handlers, InstanceSettings } from './handlers';

const CLOSE_DELAY_MS = 5000;
const INSTANCE_LIMIT = 200;

export interface Instances {
  get(settings: InstanceSettings): DataSourceInstance;
  closeAll(): Promise<void>;
}

/** Everything that makes an instance what it is, beside uid: `updated` alone is 0 for provisioned ones of old Grafanas. */
function versionOf(settings: InstanceSettings): string {
  const config = [...settings.grafanaConfig].filter(([key]) => key === 'GF_APP_URL');
  return JSON.stringify([
    settings.updatedMs,
    settings.url,
    settings.basicAuthEnabled,
    settings.basicAuthUser,
    settings.jsonData,
    config,
    [...settings.secureJsonData],
  ]);
}

export function createInstances(open: Handlers['open'], closeDelayMs = CLOSE_DELAY_MS): Instances {
  const opened = new Map<string, { readonly version: string; readonly instance: DataSourceInstance }>();

  const retire = (instance: DataSourceInstance): void => {
    setTimeout(() => void instance.close(), closeDelayMs).unref();
  };

  return {
    get(settings) {
      const version = versionOf(settings);
      const known = opened.get(settings.uid);
      if (known) {
        opened.delete(settings.uid);
        if (known.version === version) {
          opened.set(settings.uid, known);
          return known.instance;
        }
        retire(known.instance);
      }
      const instance = open(settings);
      opened.set(settings.uid, { version, instance });
      if (opened.size > INSTANCE_LIMIT) {
        const [oldest, entry] = opened.entries().next().value!;
        opened.delete(oldest);
        retire(entry.instance);
      }
      return instance;
    },
    async closeAll() {
      const all = [...opened.values()];
      opened.clear();
      await Promise.all(all.map((entry) => entry.instance.close()));
    },
  };
}
