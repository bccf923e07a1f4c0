/** Layouts in the memory of the collector: for tests, and for hosts where nothing may be written. */
import type { CategoryBytes } from '../../../core/attribution/categories';
import type { KnownProcess } from '../../../core/query/sources';
import { DEFAULT_GAP_MS, distanceTo, withSighting } from '../../../core/snapshot/interval';
import type { Layout, LayoutInterval } from '../../../core/snapshot/layout';
import { layoutIdOf } from '../../../core/snapshot/to-layout';
import { type LayoutStore, type Life, lifeKey } from '../../../core/snapshot/store';
import { parseCursor, toCursor } from '../cursor';
import { layoutHash } from '../layout-id';
import { sumsOf } from '../../../core/snapshot/sums';

interface Body {
  readonly layout: Layout;
  readonly categories: CategoryBytes;
  readonly regions: Record<string, number>;
  /** Rough size of the objects, for `maxBytes`. */
  readonly bytes: number;
  references: number;
}

interface Seen {
  readonly order: number;
  readonly process: string;
  readonly key: string;
  readonly id: string;
  readonly startMs: number | null;
  readonly fromMs: number;
  toMs: number;
}

const BYTES_PER_RANGE = 200;
const BYTES_PER_INTERVAL = 120;

export function openMemoryStore({ gapMs = DEFAULT_GAP_MS }: { readonly gapMs?: number } = {}): LayoutStore {
  const lives = new Map<string, KnownProcess>();
  const lastOf = new Map<string, Seen>();
  const bodies = new Map<string, Body>();
  let seen: Seen[] = [];
  let order = 0;
  let bytes = 0;

  const see = (
    life: Life,
    seenMs: number,
    virtualBytes: number,
    residentBytes: number | null,
    mappings?: number
  ): void => {
    const key = lifeKey(life);
    const known = lives.get(key);
    lives.set(key, {
      ...life,
      virtualBytes,
      residentBytes,
      mappings: mappings ?? known?.mappings ?? 0,
      firstMs: Math.min(known?.firstMs ?? seenMs, seenMs),
      lastMs: Math.max(known?.lastMs ?? seenMs, seenMs),
    });
  };

  const release = (interval: Seen): void => {
    bytes -= BYTES_PER_INTERVAL;
    const body = bodies.get(interval.id);
    if (body && --body.references === 0) {
      bodies.delete(interval.id);
      bytes -= body.bytes;
    }
    if (lastOf.get(interval.key) === interval) lastOf.delete(interval.key);
  };

  const toInterval = (interval: Seen, include: 'categories' | 'regions'): LayoutInterval => {
    const { layout, categories, regions } = bodies.get(interval.id)!;
    return {
      id: interval.id,
      fromMs: interval.fromMs,
      toMs: interval.toMs,
      startMs: interval.startMs,
      virtualBytes: layout.virtualBytes,
      mappings: layout.mappings,
      categories,
      ...(include === 'regions' ? { regions } : {}),
    };
  };

  return {
    async put(life, seenMs, layout) {
      const id = layoutIdOf(layoutHash(layout));
      const key = lifeKey(life);
      see(life, seenMs, layout.virtualBytes, layout.residentBytes, layout.mappings);
      const last = lastOf.get(key) ?? null;
      const { continues, interval } = withSighting(last, id, seenMs, gapMs);
      if (continues) {
        last!.toMs = interval.toMs;
        return id;
      }
      const added: Seen = { ...interval, order: order++, process: life.process, key, startMs: life.startMs };
      seen.push(added);
      lastOf.set(key, added);
      bytes += BYTES_PER_INTERVAL;
      const body = bodies.get(id);
      if (body) {
        body.references++;
      } else {
        const size = layout.ranges.length * BYTES_PER_RANGE;
        bodies.set(id, { layout, ...sumsOf(layout), bytes: size, references: 1 });
        bytes += size;
      }
      return id;
    },

    touch(life, seenMs, { virtualBytes, residentBytes }, id) {
      see(life, seenMs, virtualBytes, residentBytes);
      const last = lastOf.get(lifeKey(life));
      if (!last || last.id !== id) return false;
      const { continues, interval } = withSighting(last, id, seenMs, gapMs);
      if (continues) last.toMs = interval.toMs;
      return continues;
    },

    // What is remembered goes with the interval itself, when it expires.
    end: () => undefined,

    async processes(fromMs, toMs) {
      const byLabel = new Map<string, KnownProcess>();
      const firstOf = new Map<string, number>();
      for (const life of lives.values()) {
        firstOf.set(life.process, Math.min(firstOf.get(life.process) ?? life.firstMs, life.firstMs));
        if (life.lastMs < fromMs || life.firstMs > toMs) continue;
        const other = byLabel.get(life.process);
        if (!other || other.lastMs <= life.lastMs) byLabel.set(life.process, life);
      }
      return [...byLabel.values()]
        .map((life) => ({ ...life, firstMs: firstOf.get(life.process)! }))
        .sort((a, b) => (a.process < b.process ? -1 : 1));
    },

    async layouts(process, fromMs, toMs, { limit, cursor, include }) {
      const after = cursor === undefined ? null : parseCursor(cursor);
      const items = seen
        .filter((s) => s.process === process && s.toMs >= fromMs && s.fromMs <= toMs)
        .sort((a, b) => a.fromMs - b.fromMs || a.order - b.order)
        .filter((s) => !after || s.fromMs > after.fromMs || (s.fromMs === after.fromMs && s.order > after.order));
      const page = items.slice(0, limit);
      const end = page.at(-1);
      return {
        items: page.map((interval) => toInterval(interval, include)),
        ...(end && items.length > limit ? { next: toCursor(end) } : {}),
      };
    },

    async snapshot(process, which) {
      let best: Seen | null = null;
      for (const candidate of seen) {
        if (candidate.process !== process) continue;
        if ('id' in which) {
          if (candidate.id === which.id) best = candidate;
        } else if (!best || distanceTo(candidate, which.atMs) <= distanceTo(best, which.atMs)) {
          best = candidate;
        }
      }
      if (!best) return null;
      const exact = 'id' in which || distanceTo(best, which.atMs) === 0;
      return { id: best.id, fromMs: best.fromMs, toMs: best.toMs, exact, layout: bodies.get(best.id)!.layout };
    },

    async expire(beforeMs, maxBytes) {
      const before = seen.length;
      const drop = (test: (interval: Seen) => boolean): void => {
        seen = seen.filter((interval) => {
          if (!test(interval)) return true;
          release(interval);
          return false;
        });
      };
      drop((interval) => interval.toMs < beforeMs);
      const oldest = [...seen].sort((a, b) => a.toMs - b.toMs);
      const tooMuch = new Set<Seen>();
      // Bodies are shared, so what removal frees is known only after it.
      for (let i = 0; bytes > maxBytes && i < oldest.length; i++) {
        tooMuch.add(oldest[i]!);
        release(oldest[i]!);
      }
      seen = seen.filter((interval) => !tooMuch.has(interval));
      for (const [key, life] of lives) if (life.lastMs < beforeMs) lives.delete(key);
      return before - seen.length;
    },

    usage: async () => ({ layouts: bodies.size, bytes }),
    flush: async () => undefined,
    close: async () => undefined,
  };
}
