/**
 * Three tables. `body` holds each layout once, whole or as the difference to `base`; `life` one row per process life, `seen` the intervals. Times are Unix ms,
 * sizes bytes. `user_version` numbers the schema.
 */
export const SCHEMA_VERSION = 2;

/**
 * auto_vacuum has to stand before the first table, or freed pages stay in the file. The lock is exclusive: two collectors
 * on one file would each end the intervals of the other.
 */
export const OPEN_SQL = `
  PRAGMA busy_timeout = 2000;
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA auto_vacuum = INCREMENTAL;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA foreign_keys = ON;
  PRAGMA journal_size_limit = 8388608;
`;

export const CREATE_SQL = `
  CREATE TABLE IF NOT EXISTS body (
    hash TEXT NOT NULL UNIQUE,
    id TEXT NOT NULL,
    base TEXT REFERENCES body (hash),
    zstd BLOB NOT NULL,
    virtual INTEGER NOT NULL,
    mappings INTEGER NOT NULL,
    categories TEXT NOT NULL,
    regions TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS body_base ON body (base) WHERE base IS NOT NULL;
  CREATE TABLE IF NOT EXISTS life (
    life INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    process TEXT NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    start_ms INTEGER,
    comm TEXT NOT NULL,
    runtime TEXT NOT NULL,
    runtime_version TEXT NOT NULL,
    evidence TEXT NOT NULL,
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    virtual INTEGER NOT NULL,
    resident INTEGER,
    mappings INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS life_process ON life (process, last_ms);
  CREATE TABLE IF NOT EXISTS seen (
    seen INTEGER PRIMARY KEY AUTOINCREMENT,
    life INTEGER NOT NULL REFERENCES life (life) ON DELETE CASCADE,
    process TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    hash TEXT NOT NULL REFERENCES body (hash)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS seen_process ON seen (process, from_ms, seen);
  CREATE INDEX IF NOT EXISTS seen_end ON seen (to_ms);
  CREATE INDEX IF NOT EXISTS seen_life ON seen (life, seen);
  CREATE INDEX IF NOT EXISTS seen_hash ON seen (hash);
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** From the version that is the index to the next one. */
export const UPGRADES: Readonly<Record<number, string>> = {
  1: 'ALTER TABLE body ADD COLUMN base TEXT REFERENCES body (hash);',
};

export interface LifeRow {
  readonly life: number;
  readonly process: string;
  readonly host: string;
  readonly pid: number;
  readonly start_ms: number | null;
  readonly comm: string;
  readonly runtime: string;
  readonly runtime_version: string;
  readonly evidence: 'snapshot' | 'bounds';
  readonly first_ms: number;
  readonly last_ms: number;
  readonly virtual: number;
  readonly resident: number | null;
  readonly mappings: number;
}

export interface SeenRow {
  readonly seen: number;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly id: string;
  readonly hash: string;
}

export interface IntervalRow extends SeenRow {
  readonly start_ms: number | null;
  readonly virtual: number;
  readonly mappings: number;
  readonly categories: string;
  readonly regions: string;
}
