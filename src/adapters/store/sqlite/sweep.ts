/** Retention by age and by size, oldest end first. */
import type { Database } from 'bun:sqlite';
import { usedBytes } from './read';

const BATCH = 500;

/** @returns a function that removes what is too old or too much, and answers how many intervals went */
export function createSweeper(db: Database): (beforeMs: number, maxBytes: number) => number {
  const dropOld = db.query('DELETE FROM seen WHERE to_ms < ?');
  const dropOldest = db.query('DELETE FROM seen WHERE seen IN (SELECT seen FROM seen ORDER BY to_ms, seen LIMIT ?)');
  const dropBodies = db.query('DELETE FROM body WHERE NOT EXISTS (SELECT 1 FROM seen WHERE seen.hash = body.hash)');
  const dropLives = db.query(
    'DELETE FROM life WHERE last_ms < ? AND NOT EXISTS (SELECT 1 FROM seen WHERE seen.life = life.life)'
  );

  return (beforeMs, maxBytes) => {
    let removed = dropOld.run(beforeMs).changes;
    if (removed > 0) dropBodies.run();
    while (usedBytes(db) > maxBytes) {
      const { changes } = dropOldest.run(BATCH);
      if (changes === 0) break;
      removed += changes;
      dropBodies.run();
    }
    dropLives.run(beforeMs);
    if (removed > 0) db.exec('PRAGMA incremental_vacuum');
    return removed;
  };
}
