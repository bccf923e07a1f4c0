/** Keeps the backend executable running, as Grafana does: started again one second after it has ended by itself. */
import { type PluginHost, openPluginHost } from '../../adapters/pluginv2/host/plugin-host';

const RESTART_MS = 1000;

export interface Backend {
  /** @throws Error when it is not running at the moment */
  host(): PluginHost;
  stop(): Promise<void>;
}

export interface BackendOptions {
  readonly executable: string;
  readonly env?: Readonly<Record<string, string>>;
  /** One sentence when it ends by itself and when it runs again. */
  readonly onEvent: (text: string) => void;
  readonly onLog?: (line: string) => void;
}

/** Resolves when the executable has given its handshake. @throws Error that says why it did not */
export async function startBackend({ executable, env, onEvent, onLog }: BackendOptions): Promise<Backend> {
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let host: PluginHost | null = await open();

  async function open(): Promise<PluginHost> {
    const opened = await openPluginHost({ executable, ...(env ? { env } : {}), ...(onLog ? { onLog } : {}) });
    void opened.exited.then(({ code, signal }) => {
      host = null;
      if (stopped) return;
      retry(`The backend ended (${signal ?? `code ${code}`}); it is started again.`);
    });
    return opened;
  }
  function retry(why: string): void {
    timer = setTimeout(() => {
      // Said now: at Ctrl-C the backend gets the terminal's signal too, and a stop follows at once.
      onEvent(why);
      open()
        .then((opened) => {
          if (stopped) return void opened.stop();
          host = opened;
          onEvent(`The backend runs again, pid ${opened.pid}.`);
        })
        .catch((error: Error) => {
          if (!stopped) retry(error.message);
        });
    }, RESTART_MS);
  }
  return {
    host() {
      if (!host) throw new Error('The backend is not running; it is started again in a second.');
      return host;
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await host?.stop();
    },
  };
}
