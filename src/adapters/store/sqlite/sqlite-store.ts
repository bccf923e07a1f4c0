/**
 * Layouts in one SQLite file (WAL), written by one collector. Runs under Bun only: bun:sqlite.
 *
 * Sightings of an unchanged layout stay in memory and are written together, every few seconds and before each read: a
 * crash shortens the last intervals by that much and never lengthens one.
 */
import { Database } from 'bun:sqlite';
import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { DEFAULT_GAP_MS, withSighting } from '../../../core/snapshot/interval';
import type { Layout } from '../../../core/snapshot/layout';
import { layoutIdOf } from '../../../core/snapshot/to-layout';
import { type LayoutStore, type Life, lifeKey } from '../../../core/snapshot/store';
import { layoutHash } from '../layout-id';
import { type Whole, createBodies } from './body';
import { CREATE_SQL, OPEN_SQL, SCHEMA_VERSION, UPGRADES } from './schema';
import { createReader } from './read';
import { createSweeper } from './sweep';

interface Current {
  readonly life: number;
  readonly seen: number;
  readonly id: string;
  readonly fromMs: number;
  toMs: number;
}

interface Pending {
  readonly seenMs: number;
  readonly virtualBytes: number;
  readonly residentBytes: number | null;
}

/** @param file path of the database, or ':memory:' @throws when it cannot be opened, is no database or too new */
export function openSqliteStore(
  file: string,
  { gapMs = DEFAULT_GAP_MS }: { readonly gapMs?: number } = {}
): LayoutStore {
  const db = openDatabase(file);
  const current = new Map<string, Current>();
  const dirty = new Map<string, Current>();
  const pending = new Map<string, Pending>();

  const upsertLife = db.query<{ life: number }>(
    `INSERT INTO life (key, process, host, pid, start_ms, comm, runtime, runtime_version, evidence, first_ms, last_ms, virtual, resident, mappings)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?11, ?12, ?13)
     ON CONFLICT (key) DO UPDATE SET comm = ?6, runtime = ?7, runtime_version = ?8, evidence = ?9,
       first_ms = min(first_ms, ?10), last_ms = max(last_ms, ?10), virtual = ?11, resident = ?12, mappings = ?13
     RETURNING life`
  );
  const seeLife = db.query(
    'UPDATE life SET first_ms = min(first_ms, ?2), last_ms = max(last_ms, ?2), virtual = ?3, resident = ?4 WHERE key = ?1'
  );
  const lastSeen = db.query<{ seen: number; id: string; from_ms: number; to_ms: number }>(
    `SELECT seen, id, from_ms, to_ms FROM seen JOIN body USING (hash) WHERE life = ? ORDER BY seen DESC LIMIT 1`
  );
  const addSeen = db.query('INSERT INTO seen (life, process, from_ms, to_ms, hash) VALUES (?, ?, ?, ?, ?)');
  const extendSeen = db.query('UPDATE seen SET to_ms = ? WHERE seen = ?');
  const hasSeen = db.query<{ seen: number }>('SELECT seen FROM seen WHERE seen = ?');
  const bodies = createBodies(db);
  const wholes = new Map<string, Whole>();

  const writePending = db.transaction(() => {
    for (const interval of dirty.values()) extendSeen.run(interval.toMs, interval.seen);
    for (const [key, { seenMs, virtualBytes, residentBytes }] of pending) {
      seeLife.run(key, seenMs, virtualBytes, residentBytes);
    }
  });
  const flush = (): void => {
    if (dirty.size === 0 && pending.size === 0) return;
    writePending();
    dirty.clear();
    pending.clear();
  };

  /** The last interval of a life, from this run or from the file. */
  const currentOf = (key: string, life: number): Current | null => {
    const known = current.get(key);
    if (known) return known;
    const row = lastSeen.get(life);
    return row && { life, seen: row.seen, id: row.id, fromMs: row.from_ms, toMs: row.to_ms };
  };

  const write = db.transaction((life: Life, seenMs: number, layout: Layout, hash: string) => {
    const key = lifeKey(life);
    const { life: row } = upsertLife.get(
      key,
      life.process,
      life.host,
      life.pid,
      life.startMs,
      life.comm,
      life.runtime,
      life.runtimeVersion,
      life.evidence,
      seenMs,
      layout.virtualBytes,
      layout.residentBytes,
      layout.mappings
    )!;
    const last = currentOf(key, row);
    const id = layoutIdOf(hash);
    const { continues, interval } = withSighting(last, id, seenMs, gapMs);
    if (continues) {
      const extended: Current = { ...last!, toMs: interval.toMs };
      current.set(key, extended);
      dirty.set(key, extended);
      return;
    }
    const whole = bodies.write(hash, layout, wholes.get(key) ?? null);
    if (whole) wholes.set(key, whole);
    const { lastInsertRowid } = addSeen.run(row, life.process, interval.fromMs, interval.toMs, hash);
    current.set(key, { life: row, seen: lastInsertRowid, ...interval });
  });

  const reader = createReader(db, bodies.read);
  const sweep = createSweeper(db);

  return {
    async put(life, seenMs, layout) {
      const hash = layoutHash(layout);
      const key = lifeKey(life);
      const open = dirty.get(key);
      if (open) extendSeen.run(open.toMs, open.seen);
      dirty.delete(key);
      try {
        write(life, seenMs, layout, hash);
      } catch (error) {
        // Rolled back: what was remembered of it may not be in the file.
        current.delete(key);
        wholes.delete(key);
        throw error;
      }
      return layoutIdOf(hash);
    },

    touch(life, seenMs, { virtualBytes, residentBytes }, id) {
      const key = lifeKey(life);
      pending.set(key, { seenMs, virtualBytes, residentBytes });
      const last = current.get(key);
      if (!last || last.id !== id) return false;
      const { continues, interval } = withSighting(last, id, seenMs, gapMs);
      if (!continues) return false;
      last.toMs = interval.toMs;
      dirty.set(key, last);
      return true;
    },

    end(life) {
      const key = lifeKey(life);
      current.delete(key);
      wholes.delete(key);
    },

    async processes(fromMs, toMs) {
      flush();
      return reader.processes(fromMs, toMs);
    },
    async layouts(process, fromMs, toMs, page) {
      flush();
      return reader.layouts(process, fromMs, toMs, page);
    },
    async snapshot(process, which) {
      flush();
      return reader.snapshot(process, which);
    },

    async expire(beforeMs, maxBytes) {
      flush();
      const removed = sweep(beforeMs, maxBytes);
      if (removed > 0) for (const [key, { seen }] of current) if (!hasSeen.get(seen)) current.delete(key);
      return removed;
    },
    usage: async () => reader.usage(),
    flush: async () => flush(),
    async close() {
      flush();
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      db.close();
    },
  };
}

function openDatabase(file: string): Database {
  const old = process.umask(0o077);
  try {
    if (file !== ':memory:') mkdirSync(path.dirname(path.resolve(file)), { recursive: true, mode: 0o700 });
    const db = new Database(file, { create: true });
    db.exec(OPEN_SQL);
    const { user_version: version } = db.query<{ user_version: number }>('PRAGMA user_version').get()!;
    if (version > SCHEMA_VERSION) {
      throw new Error(`a newer Plateau wrote it (schema ${version}, this one reads ${SCHEMA_VERSION})`);
    }
    for (let older = version; older > 0 && older < SCHEMA_VERSION; older++) db.exec(UPGRADES[older]!);
    db.exec(CREATE_SQL);
    // The file may be older than the umask of this run.
    if (file !== ':memory:') chmodSync(file, 0o600);
    return db;
  } finally {
    process.umask(old);
  }
}
