import { describe, expect, it } from 'vitest';
import { stackedCurve, legend } from '../../../src/cli/terminal/curve';
import type { Style } from '../../../src/cli/terminal/style';
import { type CategoryBytes, emptyCategoryBytes } from '../../../src/core/attribution/categories';
import { MIB } from '../../../src/core/units';

const PLAIN: Style = { colours: 0, unicode: false, columns: 40, tableWidth: 40 };

function point(at: number, bytes: Partial<CategoryBytes>) {
  return { at, categories: { ...emptyCategoryBytes(), ...bytes } };
}

describe('the stacked curve', () => {
  const points = [point(0, { heap: 64 * MIB }), point(50, { heap: 64 * MIB, reservation: 192 * MIB })];
  const lines = stackedCurve(PLAIN, points, { end: 100, label: (at) => `${at} s`, rows: 4 });

  it('draws each category at its height, steps where they happen, and labels 0, half and top', () => {
    expect(lines).toEqual([
      ' 256 MiB                 ...............',
      '                         ...............',
      ' 128 MiB                 ...............',
      '          HHHHHHHHHHHHHHHHHHHHHHHHHHHHHH',
      '     0 B +------------------------------',
      '          0 s     25 s   50 s      100 s',
    ]);
  });

  it('shows a peak that is shorter than a column', () => {
    const peak = [point(0, { heap: MIB }), point(500, { stack: 8 * MIB }), point(501, { heap: MIB })];
    const curve = stackedCurve(PLAIN, peak, { end: 100_000, label: String, rows: 4 });
    expect(curve[0]).toMatch(/8 MiB +T/);
  });

  it('is left out where the terminal is too narrow or there is nothing to draw', () => {
    expect(stackedCurve({ ...PLAIN, columns: 25 }, points, { end: 100, label: String })).toEqual([]);
    expect(stackedCurve(PLAIN, [], { end: 100, label: String })).toEqual([]);
  });

  it('has a legend of the categories that it shows', () => {
    expect(legend({ ...PLAIN, columns: 16 }, points)).toEqual(['. reservation', 'H heap']);
    expect(legend(PLAIN, points)).toEqual(['. reservation  H heap']);
  });
});
