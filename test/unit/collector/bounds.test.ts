import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundsLayout } from '../../../src/core/snapshot/bounds';
import type { Status } from '../../../src/core/snapshot/snapshot';

const status = (parts: Partial<Status>): Status => ({
  name: 'api',
  pid: 1,
  threads: 2,
  vmPeak: null,
  vmSize: null,
  vmRss: null,
  vmHwm: null,
  vmData: null,
  vmStk: null,
  vmExe: null,
  vmLib: null,
  vmPte: null,
  ...parts,
});

test('the five parts are those of the kernel, and the rest is unknown', () => {
  const layout = boundsLayout(status({ vmSize: 1000, vmData: 400, vmStk: 100, vmExe: 50, vmLib: 150 }), null, 65_530)!;
  expect(layout.ranges.map(({ category, region, size }) => [category, region, size])).toEqual([
    ['code', 'bounds.executable', 200],
    ['stack', 'bounds.main-stack', 100],
    ['heap', 'bounds.private-writable', 400],
    ['unknown', 'bounds.rest', 300],
  ]);
});

test('no size, no layout: kernel threads and zombies', () => {
  expect(boundsLayout(status({}), null, null)).toBeNull();
  expect(boundsLayout(status({ vmSize: 0 }), null, null)).toBeNull();
});

test('the sum is the size, also when the lines contradict each other', () => {
  const bytes = fc.option(fc.integer({ min: 0, max: 1e9 }));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), bytes, bytes, bytes, bytes, (vmSize, vmData, vmStk, vmExe, vmLib) => {
      const layout = boundsLayout(status({ vmSize, vmData, vmStk, vmExe, vmLib }), null, null)!;
      expect(layout.ranges.reduce((sum, { size }) => sum + size, 0)).toBe(vmSize);
    })
  );
});
