import { describe, expect, test } from 'vitest';
import { byCategory, ownerOf, sumBy, sumOf } from '../../../src/core/explain/survey';
import { drawLayout } from './draw-layout';

describe('sums over a layout', () => {
  const layout = drawLayout(`
    go.heap-arena  heap         8MiB  2MiB
    go.heap-arena  reservation  56MiB 0
    elf.data       data         64KiB 60KiB
    + elf.bss      data         64KiB 60KiB
    + libc.brk     heap         128KiB 60KiB
    go.heap-arena  heap         4MiB  4MiB
  `);

  test('are by any key, the largest first, with the mappings that hold a part', () => {
    expect(
      sumBy(layout.ranges, (range) => range.region).map(({ key, bytes, mappings }) => [key, bytes, mappings])
    ).toEqual([
      ['go.heap-arena', 68 * 1024 ** 2, 3],
      ['libc.brk', 128 * 1024, 1],
      ['elf.bss', 64 * 1024, 1],
      ['elf.data', 64 * 1024, 1],
    ]);
  });

  test('give bounds of resident where a mapping is cut into parts', () => {
    const brk = sumOf(layout, (range) => range.region === 'libc.brk');
    expect(brk.resident).toEqual({ low: 0, high: 60 * 1024 });
    expect(byCategory(layout).get('data')?.resident).toEqual({ low: 0, high: 60 * 1024 });
    expect(sumOf(layout, (range) => range.mapping === 2).resident).toEqual({ low: 60 * 1024, high: 60 * 1024 });
  });

  test('know what must be in a part that the others cannot hold', () => {
    const cut = drawLayout(`
      a.x  heap  100KiB 90KiB
      + b.y data  20KiB 90KiB
    `);
    expect(sumOf(cut, (range) => range.region === 'a.x').resident).toEqual({ low: 70 * 1024, high: 90 * 1024 });
    expect(sumOf(cut, (range) => range.region === 'b.y').resident).toEqual({ low: 0, high: 20 * 1024 });
  });

  test('have no resident where it was not measured', () => {
    expect(sumOf(drawLayout('a.x heap 4KiB'), () => true).resident).toBeNull();
    expect(sumOf(layout, () => false)).toEqual({ key: 'all', bytes: 0, mappings: 0, resident: null });
  });

  test('the owner is the part before the dot', () => {
    expect([ownerOf('go.heap-arena'), ownerOf('unknown')]).toEqual(['go', 'unknown']);
  });
});
