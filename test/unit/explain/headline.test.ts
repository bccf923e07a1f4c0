import { expect, test } from 'vitest';
import { headlineLines, headlineOf } from '../../../src/core/explain/headline';
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

test('for a panel: who reserved it, what can cost RAM, and the last step', () => {
  const layout = drawLayout('go.page-summary reservation 75MiB\na.b heap 25MiB', { residentBytes: 20 * 1024 ** 2 });
  const step = { bytes: 256 * 1024 ** 2, time: '07:49:52 UTC', cause: 'the next heap arena (64 MiB)' };
  expect(headlineLines(layout, step)).toEqual([
    '75 MiB of the 100 MiB is address space that Go only reserved. It costs no RAM.',
    'Heap, 25 MiB, can cost RAM; 20 MiB of the process is resident. The last step, +256 MiB at 07:49:52 UTC, was: the next heap arena (64 MiB).',
  ]);
});

test('for a panel: no owner is named where none has a name, and nothing is said of what is not known', () => {
  expect(headlineLines(drawLayout('app.reservation reservation 4MiB'), null)).toEqual([
    'All 4 MiB is address space that is only reserved. It costs no RAM.',
    '',
  ]);
  expect(headlineLines(drawLayout('a.b heap 3MiB 1MiB'), { bytes: -4096, time: 'T', cause: null })).toEqual([
    'All 3 MiB is heap, 1 MiB of it resident.',
    'The last step, -4 KiB at T, is not explained by a layout.',
  ]);
  expect(headlineLines(drawLayout(''), null)[0]).toBe('Nothing is mapped.');
});
