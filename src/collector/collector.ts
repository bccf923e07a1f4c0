/** The collector as one running thing: store, tracker, clock and server, wired. */
import { hostname } from 'node:os';
import { readOpenFileLimit } from '../adapters/procfs';
import { openStore } from '../adapters/store/open';
import type { CollectorConfig } from '../contract/collector-config';
import type { ErrorReason } from '../contract/metrics';
import { createAccounts } from './accounts';
import { createHandler } from './api/routes';
import { serve } from './api/server';
import { createTracker } from './tracker';

export interface Collector {
  readonly host: string;
  readonly port: number;
  readonly data: string;
  /** Writes what is open and lets go of everything. */
  stop(): Promise<void>;
}

export interface CollectorParts {
  readonly token: string | null;
  readonly data: string;
  /** A problem that does not stop the collector: one line for the operator. */
  readonly warn: (line: string) => void;
}

const FLUSH_MS = 5_000;
const EXPIRE_MS = 60_000;
/** Descriptors left for the store, connections and short reads. */
const SPARE_FILES = 256;

/** @throws ConfigError, StoreError */
export async function startCollector(
  config: CollectorConfig,
  { token, data, warn }: CollectorParts
): Promise<Collector> {
  const now = Date.now;
  const store = await openStore(data, { gapMs: Math.max(10_000, 3 * config.interval) });
  const accounts = createAccounts();
  let tracker;
  let server;
  let lastCycleMs: number | null = null;
  try {
    tracker = await createTracker(store, accounts, {
      root: config.root,
      host: config.host ?? hostname(),
      include: config.include,
      exclude: config.exclude,
      exposeAddresses: config.exposeAddresses,
      smaps: config.smaps ? { intervalMs: config.smapsInterval, maxResident: config.smapsMaxResident } : null,
      maxKept: Math.max(0, (readOpenFileLimit() ?? 1024) - SPARE_FILES),
      now,
    });
    const handler = createHandler({
      store,
      tracker,
      accounts,
      token,
      listenHost: config.listen.host,
      hosts: config.hosts,
      pidLabel: config.pidLabel,
      staleMs: Math.max(60_000, 10 * config.interval),
      lastCycleMs: () => lastCycleMs,
      now,
    });
    server = await serve(handler, config.listen);
  } catch (error) {
    tracker?.close();
    await store.close();
    throw error;
  }

  const following = tracker;
  const complained = new Set<string>();
  const attempt = async (reason: ErrorReason, what: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      accounts.fail(reason);
      const text = error instanceof Error ? error.message : String(error);
      // Once each: a full disk would otherwise fill the log too.
      if (!complained.has(text)) warn(`${what} failed: ${text}. It is tried again.`);
      complained.add(text);
    }
  };

  let stopping = false;
  let wake = (): void => undefined;
  const run = async (): Promise<void> => {
    let flushed = performance.now();
    let expired = -Infinity;
    while (!stopping) {
      const start = performance.now();
      await attempt('internal', 'Looking at the processes', () => following.cycle());
      lastCycleMs = now();
      if (start - flushed >= FLUSH_MS) {
        await attempt('store', `Writing to ${data}`, () => store.flush());
        flushed = start;
      }
      if (start - expired >= EXPIRE_MS) {
        await attempt('store', `Removing old layouts from ${data}`, () =>
          store.expire(now() - config.retention, config.maxSize)
        );
        expired = start;
      }
      const pause = Math.max(config.interval / 10, config.interval - (performance.now() - start));
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pause);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const running = run();

  return {
    host: server.host,
    port: server.port,
    data,
    async stop() {
      stopping = true;
      wake();
      await running;
      await server.close();
      following.close();
      await store.close();
    },
  };
}
