/** The reading half of the SQLite store. */
import type { Database } from 'bun:sqlite';
import type { CategoryBytes } from '../../../core/attribution/categories';
import type { KnownProcess, StoredSnapshot } from '../../../core/query/sources';
import { distanceTo } from '../../../core/snapshot/interval';
import type { Layout, LayoutInterval } from '../../../core/snapshot/layout';
import type { LayoutPage, PageRequest } from '../../../core/snapshot/store';
import { parseCursor, toCursor } from '../cursor';
import type { IntervalRow, LifeRow, SeenRow } from './schema';

export function createReader(db: Database, readBody: (hash: string) => Layout) {
  // SQLite takes the other columns of a row with max() from the row that has the maximum.
  const lives = db.query<LifeRow & { label_first_ms: number; latest: number }>(
    `SELECT *, max(last_ms) AS latest, (SELECT min(first_ms) FROM life AS l WHERE l.process = life.process) AS label_first_ms
     FROM life WHERE last_ms >= ?1 AND first_ms <= ?2 GROUP BY process ORDER BY process`
  );
  const page = db.query<IntervalRow>(
    `SELECT seen.seen, from_ms, to_ms, hash, id, start_ms, body.virtual, body.mappings, categories, regions
     FROM seen JOIN body USING (hash) JOIN life USING (life)
     WHERE seen.process = ?1 AND to_ms >= ?2 AND from_ms <= ?3 AND (from_ms, seen.seen) > (?4, ?5)
     ORDER BY from_ms, seen.seen LIMIT ?6`
  );
  const columns = 'seen.seen, from_ms, to_ms, hash, id';
  const byId = db.query<SeenRow>(
    `SELECT ${columns} FROM seen JOIN body USING (hash) WHERE process = ? AND id = ? ORDER BY seen.seen DESC LIMIT 1`
  );
  const upTo = db.query<SeenRow>(
    `SELECT ${columns} FROM seen JOIN body USING (hash) WHERE process = ?1 AND from_ms <= ?2 ORDER BY to_ms DESC, seen.seen DESC LIMIT 1`
  );
  const after = db.query<SeenRow>(
    `SELECT ${columns} FROM seen JOIN body USING (hash) WHERE process = ?1 AND from_ms > ?2 ORDER BY from_ms, seen.seen DESC LIMIT 1`
  );
  const count = db.query<{ layouts: number }>('SELECT count(*) AS layouts FROM body');

  const nearest = (process: string, atMs: number): SeenRow | null => {
    const candidates = [upTo.get(process, atMs), after.get(process, atMs)].flatMap((row) => (row ? [row] : []));
    const distance = (row: SeenRow): number => distanceTo({ fromMs: row.from_ms, toMs: row.to_ms }, atMs);
    return candidates.sort((a, b) => distance(a) - distance(b))[0] ?? null;
  };

  return {
    processes(fromMs: number, toMs: number): KnownProcess[] {
      return lives.all(fromMs, toMs).map((row) => ({ ...toKnownProcess(row), firstMs: row.label_first_ms }));
    },

    layouts(process: string, fromMs: number, toMs: number, { limit, cursor, include }: PageRequest): LayoutPage {
      const start = cursor === undefined ? { fromMs: Number.MIN_SAFE_INTEGER, order: -1 } : parseCursor(cursor);
      const rows = page.all(process, fromMs, toMs, start.fromMs, start.order, limit + 1);
      const kept = rows.slice(0, limit);
      const end = kept.at(-1);
      return {
        items: kept.map((row) => toInterval(row, include)),
        ...(end && rows.length > limit ? { next: toCursor({ fromMs: end.from_ms, order: end.seen }) } : {}),
      };
    },

    snapshot(process: string, which: { readonly atMs: number } | { readonly id: string }): StoredSnapshot | null {
      const row = 'id' in which ? byId.get(process, which.id) : nearest(process, which.atMs);
      if (!row) return null;
      const exact = 'id' in which || (row.from_ms <= which.atMs && which.atMs <= row.to_ms);
      return { id: row.id, fromMs: row.from_ms, toMs: row.to_ms, exact, layout: readBody(row.hash) };
    },

    usage: () => ({ layouts: count.get()!.layouts, bytes: usedBytes(db) }),
  };
}

/** Bytes of the file that hold data; freed pages do not count. */
export function usedBytes(db: Database): number {
  const pragma = (name: string): number => Object.values(db.query<Record<string, number>>(`PRAGMA ${name}`).get()!)[0]!;
  return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
}

function toInterval(row: IntervalRow, include: 'categories' | 'regions'): LayoutInterval {
  return {
    id: row.id,
    fromMs: row.from_ms,
    toMs: row.to_ms,
    startMs: row.start_ms,
    virtualBytes: row.virtual,
    mappings: row.mappings,
    categories: JSON.parse(row.categories) as CategoryBytes,
    ...(include === 'regions' ? { regions: JSON.parse(row.regions) as Record<string, number> } : {}),
  };
}

function toKnownProcess(row: LifeRow): KnownProcess {
  return {
    process: row.process,
    host: row.host,
    pid: row.pid,
    comm: row.comm,
    startMs: row.start_ms,
    firstMs: row.first_ms,
    lastMs: row.last_ms,
    runtime: row.runtime,
    runtimeVersion: row.runtime_version,
    virtualBytes: row.virtual,
    residentBytes: row.resident,
    mappings: row.mappings,
    evidence: row.evidence,
  };
}
