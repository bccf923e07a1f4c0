import { expect, test } from 'vitest';
import { headlineOf } from '../../../src/core/explain/headline';
import { drawLayout } from './draw-layout';

test('two sentences: how much, and whether it costs RAM', () => {
  const layout = drawLayout('a.b reservation 75MiB\na.b heap 25MiB', { residentBytes: 20 * 1024 ** 2 });
  expect(headlineOf(layout)).toEqual([
    '100 MiB virtual, 20 MiB resident.',
    '75.0 % is reserved address space that costs no RAM.',
  ]);
});

test('resident is said only when it was measured; the largest category decides', () => {
  expect(headlineOf(drawLayout('a.b heap 3MiB\nfile.shared file 1MiB'))).toEqual([
    '4 MiB virtual.',
    '75.0 % is heap, which can cost RAM.',
  ]);
});

test('heap that was measured says how much of it is resident', () => {
  expect(headlineOf(drawLayout('a.b heap 3MiB 1MiB'))[1]).toBe('100 % is heap, 1 MiB of it resident.');
  expect(headlineOf(drawLayout('a.b heap 3MiB 1MiB\n+ c.d data 1MiB 1MiB'))[1]).toBe(
    '75.0 % is heap, at most 1 MiB of it resident.'
  );
});

test('an empty layout is no division by zero', () => {
  expect(headlineOf(drawLayout(''))).toEqual(['0 B virtual.', 'Nothing is mapped.']);
});
