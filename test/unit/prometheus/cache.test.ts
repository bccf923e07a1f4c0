import { describe, expect, it } from 'vitest';
import { createCache } from '../../../src/adapters/prometheus/cache';
import { createLimit } from '../../../src/adapters/prometheus/limit';

describe('createCache', () => {
  it('forgets by time, by number and by weight, the least recently used first', () => {
    const cache = createCache<string>(2, 10);
    cache.set('a', 'A', 4, 100);
    cache.set('b', 'B', 4, 200);
    expect(cache.get('a', 99)).toBe('A');
    cache.set('c', 'C', 4, 200);
    expect(cache.get('b', 0)).toBeUndefined();
    expect(cache.get('a', 100)).toBeUndefined();
    cache.set('d', 'D', 9, 200);
    expect(cache.get('c', 0)).toBeUndefined();
    cache.set('e', 'E', 11, 200);
    expect(cache.get('e', 0)).toBeUndefined();
    expect(cache.get('d', 0)).toBe('D');
  });
});

describe('createLimit', () => {
  it('runs the waiting ones in order, also after a failure', async () => {
    const limit = createLimit(1);
    const order: number[] = [];
    const task = (n: number, fail = false) =>
      limit(async () => {
        order.push(n);
        await Promise.resolve();
        if (fail) throw new Error(String(n));
      });
    const results = await Promise.allSettled([task(1), task(2, true), task(3)]);
    expect(order).toEqual([1, 2, 3]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});
