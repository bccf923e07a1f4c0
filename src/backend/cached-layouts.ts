/**
 * The panels of one dashboard ask for the same processes and layouts within a moment: they share one answer. Bodies by
 * layout id never change and are kept longer.
 */
import type { LayoutSource } from '../core/query/sources';

const SHARED_MS = 1_000;
const BODY_MS = 10 * 60_000;
const MAX_ENTRIES = 500;

export function cachedLayouts(source: LayoutSource, now: () => number): LayoutSource {
  const entries = new Map<string, { readonly value: Promise<unknown>; readonly expiresMs: number }>();

  const shared = <T>(key: string, ttlMs: number, ask: () => Promise<T>): Promise<T> => {
    const known = entries.get(key);
    if (known && known.expiresMs > now()) return known.value as Promise<T>;
    const value = ask();
    entries.delete(key);
    entries.set(key, { value, expiresMs: now() + ttlMs });
    // A failure is not kept: the next one asks again.
    value.catch(() => entries.get(key)?.value === value && entries.delete(key));
    for (const oldest of entries.keys()) {
      if (entries.size <= MAX_ENTRIES) break;
      entries.delete(oldest);
    }
    return value;
  };
  /** Dashboards ask with ends a few milliseconds apart. */
  const second = (ms: number): number => Math.floor(ms / 1000);

  // The signal of one caller is not passed on: its cancelling would end the answer of the others. The source's own
  // deadline bounds what is left running.
  return {
    processes: (fromMs, toMs) =>
      shared(`p ${second(fromMs)} ${second(toMs)}`, SHARED_MS, () => source.processes(fromMs, toMs)),
    layouts: (process, fromMs, toMs, include) =>
      shared(`l ${include} ${second(fromMs)} ${second(toMs)} ${process}`, SHARED_MS, () =>
        source.layouts(process, fromMs, toMs, include)
      ),
    snapshot: (process, which) =>
      'id' in which
        ? shared(`i ${which.id} ${process}`, BODY_MS, () => source.snapshot(process, which))
        : // To the millisecond: a step lies between two instants of one second.
          shared(`s ${which.atMs} ${process}`, SHARED_MS, () => source.snapshot(process, which)),
  };
}
