import { describe, expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openStore } from '../../src/adapters/store/open';
import { openSqliteStore } from '../../src/adapters/store/sqlite/sqlite-store';
import { conformance, layoutOf, lifeOf, manyRanges } from '../unit/store/conformance';

conformance({ describe, test, expect }, async () => openSqliteStore(':memory:'));

const LAYOUT = layoutOf({ heap: 4096 });
const SIZES = { virtualBytes: 4096, residentBytes: null };

function inDirectory(body: (directory: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'plateau-store-'));
    try {
      await body(directory);
    } finally {
      rmSync(directory, { recursive: true });
    }
  };
}

describe('the file', () => {
  test(
    'is readable by its owner only, and so is its directory',
    inDirectory(async (directory) => {
      const file = path.join(directory, 'new', 'layouts.sqlite');
      const store = await openStore(file);
      await store.put(lifeOf('api'), 1000, LAYOUT);
      const modes = [file, `${file}-wal`, path.dirname(file)].map((name) => (statSync(name).mode & 0o777).toString(8));
      await store.close();
      expect(modes).toEqual(['600', '600', '700']);
    })
  );

  test(
    'continues the interval of a living process after a quick restart',
    inDirectory(async (directory) => {
      const file = path.join(directory, 'layouts.sqlite');
      const first = openSqliteStore(file);
      const id = await first.put(lifeOf('api'), 1000, LAYOUT);
      first.touch(lifeOf('api'), 5000, SIZES, id);
      await first.close();
      const second = openSqliteStore(file);
      await second.put(lifeOf('api'), 8000, LAYOUT);
      const quick = await second.layouts('api', 0, 1e9, { limit: 9, include: 'categories' });
      await second.put(lifeOf('api'), 60_000, LAYOUT);
      const slow = await second.layouts('api', 0, 1e9, { limit: 9, include: 'categories' });
      await second.close();
      expect(quick.items.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([[1000, 8000]]);
      expect(slow.items.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
        [1000, 8000],
        [60_000, 60_000],
      ]);
    })
  );

  test(
    'of an unknown kind is refused with a way out',
    inDirectory(async (directory) => {
      const file = path.join(directory, 'layouts.sqlite');
      writeFileSync(file, 'This is no database, and it is longer than one page header of SQLite would be.'.repeat(20));
      const error = await openStore(file).then(
        () => null,
        (reason: unknown) => reason
      );
      expect(String(error)).toContain(file);
      expect(String(error)).toContain('--data');
    })
  );

  test(
    'belongs to one collector at a time',
    inDirectory(async (directory) => {
      const file = path.join(directory, 'layouts.sqlite');
      const store = await openStore(file);
      const error = await openStore(file).then(
        () => null,
        (reason: unknown) => reason
      );
      expect(String(error)).toContain('another collector uses it');
      await store.put(lifeOf('api'), 1000, LAYOUT);
      await store.close();
      const next = await openStore(file);
      expect((await next.usage()).layouts).toBe(1);
      await next.close();
    })
  );

  test(
    'survives a collector that was killed',
    inDirectory(async (directory) => {
      const file = path.join(directory, 'layouts.sqlite');
      const program = `
        const { openSqliteStore } = await import(${JSON.stringify(path.resolve(__dirname, '../../src/adapters/store/sqlite/sqlite-store.ts'))});
        const { layoutOf, lifeOf } = await import(${JSON.stringify(path.resolve(__dirname, '../unit/store/conformance.ts'))});
        const store = openSqliteStore(${JSON.stringify(file)});
        for (let i = 1; i <= 500; i++) await store.put(lifeOf('api'), i, layoutOf({ heap: 4096 * i }));
        process.kill(process.pid, 'SIGKILL');
      `;
      const { signal } = spawnSync(process.execPath, ['-e', program]);
      expect(signal).toBe('SIGKILL');
      const store = await openStore(file);
      const { items } = await store.layouts('api', 0, 1e9, { limit: 1000, include: 'categories' });
      await store.close();
      expect(items.length).toBe(500);
    })
  );

  test(
    'of a later version is not touched',
    inDirectory(async (directory) => {
      const { Database } = await import('bun:sqlite');
      const file = path.join(directory, 'layouts.sqlite');
      const db = new Database(file, { create: true });
      db.exec('PRAGMA user_version = 99');
      db.close();
      const error = await openStore(file).then(
        () => null,
        (reason: unknown) => reason
      );
      expect(String(error)).toContain('schema 99');
    })
  );

  test(
    'of the first version is upgraded, and its layouts can be read',
    inDirectory(async (directory) => {
      const { Database } = await import('bun:sqlite');
      const file = path.join(directory, 'layouts.sqlite');
      await openSqliteStore(file).close();
      const db = new Database(file);
      db.exec(`PRAGMA foreign_keys = OFF; DROP TABLE body; PRAGMA user_version = 1;
        CREATE TABLE body (hash TEXT PRIMARY KEY, id TEXT NOT NULL, zstd BLOB NOT NULL, virtual INTEGER NOT NULL,
          mappings INTEGER NOT NULL, categories TEXT NOT NULL, regions TEXT NOT NULL) STRICT, WITHOUT ROWID;
        INSERT INTO life VALUES (1, 'h\t42\t500\tapi', 'api', 'h', 42, 500, 'api', '', '', 'snapshot', 1000, 2000, 4096, NULL, 1);
        INSERT INTO seen VALUES (1, 1, 'api', 1000, 2000, '${'ab'.repeat(32)}');`);
      db.query('INSERT INTO body VALUES (?, ?, ?, 4096, 1, ?, ?)').run(
        'ab'.repeat(32),
        'ab'.repeat(32).slice(0, 13),
        Bun.zstdCompressSync(JSON.stringify(LAYOUT)),
        '{"heap":4096}',
        '{}'
      );
      db.close();
      const store = await openStore(file);
      expect((await store.snapshot('api', { atMs: 1500 }))!.layout).toEqual(LAYOUT);
      for (let step = 0; step < 5; step++) await store.put(lifeOf('api'), 3000 + step, manyRanges(step));
      expect((await store.usage()).layouts).toBe(6);
      await store.close();
    })
  );

  test(
    'keeps a step of a large process in a tenth of the whole',
    inDirectory(async (directory) => {
      const sizeOf = async (name: string, life: (step: number) => ReturnType<typeof lifeOf>): Promise<number> => {
        const store = openSqliteStore(path.join(directory, name));
        for (let step = 0; step < 300; step++) await store.put(life(step), step, manyRanges(step * 7));
        const { bytes } = await store.usage();
        await store.close();
        return bytes;
      };
      const together = await sizeOf('one', () => lifeOf('api'));
      const apart = await sizeOf('many', (step) => lifeOf('api', step, step));
      expect(together).toBeLessThan(apart / 3);
    })
  );

  test(
    'shrinks when layouts are removed',
    inDirectory(async (directory) => {
      const file = path.join(directory, 'layouts.sqlite');
      const store = openSqliteStore(file);
      for (let i = 1; i <= 3000; i++) await store.put(lifeOf('api'), i, layoutOf({ heap: 4096 * i }));
      await store.close();
      const before = statSync(file).size;
      const again = openSqliteStore(file);
      await again.expire(2900, Number.MAX_SAFE_INTEGER);
      await again.close();
      expect(statSync(file).size).toBeLessThan(before / 4);
    })
  );
});
