import { describe, expect, test } from 'vitest';
import { changeSentence } from '../../../src/core/explain/changes';
import { diffLayouts } from '../../../src/core/snapshot/diff';
import { drawLayout } from '../explain/draw-layout';

describe('difference of two layouts', () => {
  const before = drawLayout('go.heap-arena heap 8MiB\ngo.heap-arena reservation 56MiB\nelf.text code 4MiB');
  const after = drawLayout('elf.text code 4MiB\ngap 3GiB\ngo.heap-arena heap 64MiB\nglibc.arena reservation 64MiB');

  test('is by region and category, the largest change first, and adds up', () => {
    const diff = diffLayouts(before, after);
    const MIB = 1024 ** 2;
    expect(diff.regions.map((row) => [row.region, row.category, row.change / MIB])).toEqual([
      ['glibc.arena', 'reservation', 64],
      ['go.heap-arena', 'heap', 56],
      ['go.heap-arena', 'reservation', -56],
      ['elf.text', 'code', 0],
    ]);
    expect(diff.change).toBe(64 * MIB);
    expect(diff.regions.reduce((sum, row) => sum + row.change, 0)).toBe(diff.change);
    expect(changeSentence(diff)).toBe(
      'VSZ grew by 64 MiB (67,108,864 B): glibc.arena +64 MiB (reservation), go.heap-arena +56 MiB (heap), go.heap-arena -56 MiB (reservation).'
    );
  });

  test('does not see where things lie', () => {
    const moved = drawLayout(
      'gap 5TiB\ngo.heap-arena heap 8MiB\ngap 1GiB\nelf.text code 4MiB\ngo.heap-arena reservation 56MiB'
    );
    const diff = diffLayouts(before, moved);
    expect(diff.regions.every((row) => row.change === 0)).toBe(true);
    expect(changeSentence(diff)).toBe('VSZ is the same and nothing moved.');
  });

  test('is the opposite when read backwards', () => {
    const forward = diffLayouts(before, after);
    const backward = diffLayouts(after, before);
    expect(backward.change).toBe(-forward.change);
    expect(changeSentence(backward)).toContain('VSZ fell by 64 MiB');
  });

  test('says when parts moved under an equal sum', () => {
    const committed = drawLayout('go.heap-arena heap 16MiB\ngo.heap-arena reservation 48MiB\nelf.text code 4MiB');
    expect(changeSentence(diffLayouts(before, committed))).toMatch(
      /^VSZ is the same, but its parts moved: go\.heap-arena/
    );
  });

  test('counts the mappings that hold a part', () => {
    const [row] = diffLayouts(drawLayout('a.x heap 4KiB\n+ b.y data 4KiB\na.x heap 4KiB'), drawLayout('')).regions;
    expect(row).toMatchObject({ region: 'a.x', mappingsBefore: 2, mappingsAfter: 0, before: 8192, after: 0 });
  });
});
