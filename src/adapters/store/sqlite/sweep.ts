/** Retention by age and by size, oldest end first. */
import type { Database } from 'bun:sqlite';
import { usedBytes } from './read';

const BATCH = 500;

/** @returns a function that removes what is too old or too much, and answers how many intervals went */
export function createSweeper(db: Database): (beforeMs: number, maxBytes: number) => number {
  const select = 'DELETE FROM seen WHERE seen IN (SELECT seen FROM seen';
  const dropOld = db.query<{ hash: string }>(
    `${select} WHERE to_ms < ? ORDER BY to_ms, seen LIMIT ${BATCH}) RETURNING hash`
  );
  const dropOldest = db.query<{ hash: string }>(`${select} ORDER BY to_ms, seen LIMIT ${BATCH}) RETURNING hash`);
  // A whole body stays while a difference needs it, and goes with the last one.
  const dropBody = db.query<{ base: string | null }>(
    `DELETE FROM body WHERE hash = ?1 AND NOT EXISTS (SELECT 1 FROM seen WHERE seen.hash = ?1)
       AND NOT EXISTS (SELECT 1 FROM body AS other WHERE other.base = ?1) RETURNING base`
  );
  const dropLives = db.query(
    'DELETE FROM life WHERE last_ms < ? AND NOT EXISTS (SELECT 1 FROM seen WHERE seen.life = life.life)'
  );

  const dropBodies = db.transaction((rows: ReadonlyArray<{ readonly hash: string }>) => {
    const hashes = new Set(rows.map((row) => row.hash));
    const bases = new Set<string>();
    for (const hash of hashes) {
      const base = dropBody.get(hash)?.base;
      if (base) bases.add(base);
    }
    for (const base of bases) dropBody.get(base);
  });

  return (beforeMs, maxBytes) => {
    let removed = 0;
    const drop = (rows: ReadonlyArray<{ readonly hash: string }>): boolean => {
      removed += rows.length;
      dropBodies(rows);
      return rows.length > 0;
    };
    while (drop(dropOld.all(beforeMs)));
    while (usedBytes(db) > maxBytes && drop(dropOldest.all()));
    dropLives.run(beforeMs);
    if (removed > 0) db.exec('PRAGMA incremental_vacuum');
    return removed;
  };
}
