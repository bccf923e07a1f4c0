/**
 * What every layout store has to do. Run by each of them with five lines; the functions of the test runner are passed in,
 * because SQLite is tested by Bun and the rest by Vitest.
 */
import type { Category } from '../../../src/core/attribution/categories';
import type { Layout } from '../../../src/core/snapshot/layout';
import { CursorError, type LayoutStore, type Life } from '../../../src/core/snapshot/store';

export interface Runner {
  readonly describe: (name: string, body: () => void) => void;
  readonly test: (name: string, body: () => Promise<void>) => void;
  readonly expect: (value: unknown) => {
    toEqual(expected: unknown): void;
    toBe(expected: unknown): void;
    toBeNull(): void;
    toBeLessThanOrEqual(expected: number): void;
    toBeGreaterThan(expected: number): void;
  };
}

const GAP = 10_000;

export function layoutOf(parts: Partial<Record<Category, number>>, comm = 'api'): Layout {
  const entries = Object.entries(parts) as Array<[Category, number]>;
  return {
    schema: 1,
    comm,
    virtualBytes: entries.reduce((sum, [, size]) => sum + size, 0),
    mappings: entries.length,
    runtimes: [{ name: 'go', version: '1.26.8', evidence: 'build information' }],
    threads: 3,
    maxMapCount: 65_530,
    limits: { addressSpace: null, data: null },
    residentBytes: 4096,
    peakBytes: null,
    ranges: entries.map(([category, size], mapping) => ({
      gap: 0,
      size,
      permissions: 'rw-p',
      category,
      region: `test.${category}`,
      confidence: 'likely',
      why: 'A test says so.',
      name: '',
      mapping,
      resident: null,
    })),
  };
}

export function lifeOf(process: string, pid = 42, startMs: number | null = 500): Life {
  return {
    process,
    host: 'h',
    pid,
    startMs,
    comm: 'api',
    runtime: 'go',
    runtimeVersion: '1.26.8',
    evidence: 'snapshot',
  };
}

/** 200 mappings, of which a few differ from step to step: one grows, one comes, one goes. */
export function manyRanges(step: number): Layout {
  const base = layoutOf({ heap: 4096 });
  const ranges = Array.from({ length: 200 + (step % 7) }, (_, mapping) => ({
    ...base.ranges[0]!,
    size: 4096 * (mapping === 20 ? 1000 + step : (mapping * 7919) % 300) + 4096,
    name: `/usr/lib/part-${(mapping * 31 + (mapping > 190 ? step % 3 : 0)) % 211}.so`,
    mapping,
  }));
  return { ...base, ranges, mappings: ranges.length, virtualBytes: ranges.reduce((sum, { size }) => sum + size, 0) };
}

const SMALL = layoutOf({ heap: 4096, code: 8192 });
const LARGE = layoutOf({ heap: 65_536, code: 8192 });
const SIZES = { virtualBytes: 12_288, residentBytes: 4096 };
const PAGE = { limit: 100, include: 'categories' } as const;
const ALL = Number.MAX_SAFE_INTEGER;

export function conformance({ describe, test, expect }: Runner, open: () => Promise<LayoutStore>): void {
  const times = async (store: LayoutStore, process = 'api'): Promise<number[][]> =>
    (await store.layouts(process, 0, ALL, PAGE)).items.map(({ fromMs, toMs }) => [fromMs, toMs]);
  const withStore = (name: string, body: (store: LayoutStore) => Promise<void>): void =>
    test(name, async () => {
      const store = await open();
      try {
        await body(store);
      } finally {
        await store.close();
      }
    });

  describe('intervals', () => {
    withStore('sightings of one layout are one interval', async (store) => {
      const life = lifeOf('api');
      const id = await store.put(life, 1000, SMALL);
      expect(store.touch(life, 2000, SIZES, id)).toBe(true);
      expect(store.touch(life, 3000, SIZES, id)).toBe(true);
      expect(await store.put(life, 4000, SMALL)).toBe(id);
      expect(await times(store)).toEqual([[1000, 4000]]);
      expect(/^[0-9a-f]{13}$/.test(id)).toBe(true);
    });

    withStore('a change ends the interval where the old layout was seen last', async (store) => {
      const life = lifeOf('api');
      store.touch(life, 2000, SIZES, await store.put(life, 1000, SMALL));
      await store.put(life, 3000, LARGE);
      await store.put(life, 4000, SMALL);
      expect(await times(store)).toEqual([
        [1000, 2000],
        [3000, 3000],
        [4000, 4000],
      ]);
    });

    withStore('an interval holds sums, and regions when asked for', async (store) => {
      await store.put(lifeOf('api'), 1000, SMALL);
      const [plain] = (await store.layouts('api', 0, ALL, PAGE)).items;
      const [full] = (await store.layouts('api', 0, ALL, { limit: 1, include: 'regions' })).items;
      expect(plain!.virtualBytes).toBe(12_288);
      expect(plain!.mappings).toBe(2);
      expect(plain!.startMs).toBe(500);
      expect(Object.keys(plain!.categories).length).toBe(11);
      expect(Object.values(plain!.categories).reduce((a, b) => a + b, 0)).toBe(12_288);
      expect(plain!.regions === undefined).toBe(true);
      expect(full!.regions).toEqual({ 'test.heap\theap': 4096, 'test.code\tcode': 8192 });
    });

    withStore('time in which nobody looked is not covered', async (store) => {
      const life = lifeOf('api');
      const id = await store.put(life, 1000, SMALL);
      expect(store.touch(life, 1000 + GAP + 1, SIZES, id)).toBe(false);
      await store.put(life, 60_000, SMALL);
      expect(await times(store)).toEqual([
        [1000, 1000],
        [60_000, 60_000],
      ]);
    });

    withStore('a clock that is set back makes no interval negative', async (store) => {
      const life = lifeOf('api');
      const id = await store.put(life, 100_000, SMALL);
      store.touch(life, 98_000, SIZES, id);
      await store.put(life, 97_000, LARGE);
      await store.put(life, 20_000, SMALL);
      for (const [fromMs, toMs] of await times(store)) expect(fromMs!).toBeLessThanOrEqual(toMs!);
      expect((await times(store)).length).toBe(3);
    });

    withStore('two lives of one label never join', async (store) => {
      await store.put(lifeOf('api', 42, 500), 1000, SMALL);
      await store.put(lifeOf('api', 43, 1500), 2000, SMALL);
      const { items } = await store.layouts('api', 0, ALL, PAGE);
      expect(items.map(({ startMs }) => startMs)).toEqual([500, 1500]);
      expect(items[0]!.id).toBe(items[1]!.id);
    });

    withStore('resident memory is no part of a layout', async (store) => {
      const a = await store.put(lifeOf('api'), 1000, SMALL);
      expect(await store.put(lifeOf('api'), 2000, { ...SMALL, residentBytes: 8192, peakBytes: 1 })).toBe(a);
    });

    withStore('a sighting of a layout that is not the last one changes nothing', async (store) => {
      const life = lifeOf('api');
      const old = await store.put(life, 1000, SMALL);
      await store.put(life, 2000, LARGE);
      store.touch(life, 3000, SIZES, old);
      store.touch(life, 3000, SIZES, null);
      store.touch(lifeOf('never'), 3000, SIZES, old);
      expect(await times(store)).toEqual([
        [1000, 1000],
        [2000, 2000],
      ]);
    });
  });

  describe('the end of a life', () => {
    withStore('keeps what was seen', async (store) => {
      const life = lifeOf('api');
      const id = await store.put(life, 1000, SMALL);
      store.touch(life, 2000, SIZES, id);
      store.end(life);
      expect(await times(store)).toEqual([[1000, 2000]]);
      expect(await store.put(life, 3000, SMALL)).toBe(id);
      expect(await times(store)).toEqual([[1000, 3000]]);
      expect((await store.snapshot('api', { atMs: 1500 }))!.exact).toBe(true);
    });
  });

  describe('many layouts of one process', () => {
    withStore('come back exactly, whatever is removed between them', async (store) => {
      const life = lifeOf('api');
      const layouts = Array.from({ length: 60 }, (_, step) => manyRanges(step));
      const ids: string[] = [];
      for (const [step, layout] of layouts.entries()) ids.push(await store.put(life, 1000 * step, layout));
      const check = async (first: number): Promise<void> => {
        for (let step = first; step < layouts.length; step++) {
          expect((await store.snapshot('api', { id: ids[step]! }))!.layout).toEqual(layouts[step]);
        }
      };
      await check(0);
      await store.expire(30_000, ALL);
      await check(30);
      expect(await store.snapshot('api', { id: ids[3]! })).toBeNull();
      await store.expire(ALL, ALL);
      expect((await store.usage()).layouts).toBe(0);
    });
  });

  describe('pages', () => {
    withStore('cursors visit each interval once, also where starts are equal', async (store) => {
      for (let i = 0; i < 25; i++) await store.put(lifeOf('api', i, i), 1000 + (i >> 2), i % 2 ? SMALL : LARGE);
      const seen: Array<number | null> = [];
      let cursor: string | undefined;
      let pages = 0;
      do {
        const page = await store.layouts('api', 0, ALL, {
          limit: 4,
          include: 'categories',
          ...(cursor ? { cursor } : {}),
        });
        seen.push(...page.items.map(({ startMs }) => startMs));
        cursor = page.next;
        pages++;
      } while (cursor !== undefined);
      expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => i));
      expect(pages).toBe(7);
    });

    withStore('a range answers what touches it', async (store) => {
      const life = lifeOf('api');
      store.touch(life, 5000, SIZES, await store.put(life, 1000, SMALL));
      await store.put(life, 6000, LARGE);
      const count = async (fromMs: number, toMs: number) =>
        (await store.layouts('api', fromMs, toMs, PAGE)).items.length;
      expect([await count(0, 999), await count(0, 1000), await count(3000, 3001), await count(5000, 6000)]).toEqual([
        0, 1, 1, 2,
      ]);
      expect(await count(6001, ALL)).toBe(0);
    });

    withStore('a cursor of another maker is refused', async (store) => {
      for (const cursor of ['x', '', Buffer.from('1.2; DROP TABLE seen').toString('base64url')]) {
        const error = await store.layouts('api', 0, ALL, { ...PAGE, cursor }).then(
          () => null,
          (reason: unknown) => reason
        );
        expect(error instanceof CursorError).toBe(true);
      }
    });
  });

  describe('snapshots', () => {
    withStore('the layout in force, else the nearest and marked so', async (store) => {
      const life = lifeOf('api');
      store.touch(life, 2000, SIZES, await store.put(life, 1000, SMALL));
      const large = await store.put(life, 9000, LARGE);
      const at = async (atMs: number) => {
        const found = await store.snapshot('api', { atMs });
        return found && [found.layout.virtualBytes, found.exact];
      };
      expect(await at(1500)).toEqual([12_288, true]);
      expect(await at(2000)).toEqual([12_288, true]);
      expect(await at(2001)).toEqual([12_288, false]);
      expect(await at(8000)).toEqual([73_728, false]);
      expect(await at(0)).toEqual([12_288, false]);
      expect(await at(1e12)).toEqual([73_728, false]);
      expect((await store.snapshot('api', { id: large }))!.layout).toEqual(LARGE);
      expect(await store.snapshot('api', { id: '0123456789abc' })).toBeNull();
      expect(await store.snapshot('other', { atMs: 1500 })).toBeNull();
      expect(await store.snapshot('other', { id: large })).toBeNull();
    });
  });

  describe('processes', () => {
    withStore('one entry per label with its latest life', async (store) => {
      await store.put(lifeOf('b', 1, 500), 1000, SMALL);
      await store.put(lifeOf('b', 2, 1500), 2000, LARGE);
      await store.put(lifeOf('a', 3, null), 3000, SMALL);
      store.touch(lifeOf('a', 3, null), 4000, { virtualBytes: 12_288, residentBytes: 77 }, null);
      const all = await store.processes(0, ALL);
      expect(all.map(({ process, pid, firstMs, lastMs }) => [process, pid, firstMs, lastMs])).toEqual([
        ['a', 3, 3000, 4000],
        ['b', 2, 1000, 2000],
      ]);
      expect(all[0]!.residentBytes).toBe(77);
      expect(all[1]!.virtualBytes).toBe(73_728);
      expect((await store.processes(0, 1500)).map(({ process, pid }) => [process, pid])).toEqual([['b', 1]]);
      expect(await store.processes(5000, 6000)).toEqual([]);
    });

    withStore('names are data, not text of a query', async (store) => {
      const name = `it's "odd" %_\\ \n ü ☃; DROP TABLE life`;
      await store.put(lifeOf(name), 1000, SMALL);
      expect((await store.processes(0, ALL))[0]!.process).toBe(name);
      expect((await store.layouts(name, 0, ALL, PAGE)).items.length).toBe(1);
    });
  });

  describe('retention', () => {
    withStore('what ended before goes, with its body and its life', async (store) => {
      await store.put(lifeOf('old', 1), 1000, SMALL);
      await store.put(lifeOf('new', 2), 9000, LARGE);
      expect(await store.expire(5000, ALL)).toBe(1);
      expect((await store.processes(0, ALL)).map(({ process }) => process)).toEqual(['new']);
      expect((await store.usage()).layouts).toBe(1);
      expect(await store.snapshot('old', { atMs: 1000 })).toBeNull();
      expect(await store.expire(5000, ALL)).toBe(0);
    });

    withStore('an open interval goes on while older ones are removed', async (store) => {
      const life = lifeOf('api');
      await store.put(lifeOf('old', 1), 1000, SMALL);
      const id = await store.put(life, 6000, LARGE);
      expect(await store.expire(5000, ALL)).toBe(1);
      expect(store.touch(life, 7000, SIZES, id)).toBe(true);
      expect(await times(store)).toEqual([[6000, 7000]]);
      expect((await store.processes(0, ALL))[0]!.lastMs).toBe(7000);
    });

    withStore('a body lives as long as one interval has it', async (store) => {
      const id = await store.put(lifeOf('old', 1), 1000, SMALL);
      await store.put(lifeOf('new', 2), 9000, SMALL);
      await store.expire(5000, ALL);
      expect((await store.snapshot('new', { id }))!.layout).toEqual(SMALL);
    });

    withStore('above the size the oldest go first', async (store) => {
      for (let i = 1; i <= 2000; i++) await store.put(lifeOf('api', i, i), i, layoutOf({ heap: 4096 * i, code: 4096 }));
      const before = (await store.usage()).bytes;
      const removed = await store.expire(0, before / 2);
      const { bytes } = await store.usage();
      expect(bytes).toBeLessThanOrEqual(before / 2);
      expect(removed).toBeGreaterThan(0);
      const { items } = await store.layouts('api', 0, ALL, { limit: 1, include: 'categories' });
      expect(items[0]!.fromMs).toBe(removed + 1);
    });

    withStore('an open interval that was removed starts anew', async (store) => {
      const life = lifeOf('api');
      const id = await store.put(life, 1000, SMALL);
      await store.expire(0, 0);
      expect(store.touch(life, 2000, SIZES, id)).toBe(false);
      await store.put(life, 3000, SMALL);
      expect(await times(store)).toEqual([[3000, 3000]]);
    });
  });
}
