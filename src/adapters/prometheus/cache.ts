/** Least recently used answers, bounded by number and weight, each with its own time to live. */
export interface Cache<T> {
  get(key: string, nowMs: number): T | undefined;
  set(key: string, value: T, weight: number, expiresMs: number): void;
}

export function createCache<T>(maxEntries: number, maxWeight: number): Cache<T> {
  const entries = new Map<string, { readonly value: T; readonly weight: number; readonly expiresMs: number }>();
  let total = 0;
  const drop = (key: string): void => {
    total -= entries.get(key)?.weight ?? 0;
    entries.delete(key);
  };
  return {
    get(key, nowMs) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      drop(key);
      if (entry.expiresMs <= nowMs) return undefined;
      entries.set(key, entry);
      total += entry.weight;
      return entry.value;
    },
    set(key, value, weight, expiresMs) {
      drop(key);
      if (weight > maxWeight) return;
      entries.set(key, { value, weight, expiresMs });
      total += weight;
      for (const oldest of entries.keys()) {
        if (entries.size <= maxEntries && total <= maxWeight) break;
        drop(oldest);
      }
    },
  };
}
