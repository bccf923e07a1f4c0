import { describe, expect, it } from 'vitest';
import { GIB, KIB, MIB } from '../../../src/core/units';
import { type Piece, at, attributed, bytesOf } from './build';
import { contiguous, inOrder, withoutFlags } from './contiguous';

const BASE = 0x7f2311400000;
const LARGE = 0x7f220e000000;
const STACKS = 0x7f2100000000;
/** Where each size class begins above its border, in pages, as one process has drawn them. */
const OFFSETS = [8, 11, 15, 8, 1, 13, 10, 2];

function sizeClasses(offsets: readonly number[]): Piece[] {
  return offsets.flatMap((pages, n): Piece[] => {
    const start = BASE + n * 4 * GIB + pages * 4 * KIB;
    const next = BASE + (n + 1) * 4 * GIB + (offsets[n + 1] ?? 0) * 4 * KIB;
    return [
      { start, size: 256 * KIB, permissions: 'rw-p', flags: 'rd wr ac' },
      { start: start + 256 * KIB, size: next - start - 256 * KIB, permissions: '---p', flags: 'mr nr' },
    ];
  });
}

const large = contiguous(
  LARGE,
  [4, '---p', 'nr'],
  [1028, 'rw-p', 'ac'],
  [8, '---p', 'nr'],
  [1028, 'rw-p', 'ac'],
  [4, '---p', 'nr']
);
const stacks = contiguous(
  STACKS,
  [4, '---p', 'nh'],
  [8192, 'rw-p', 'ac nh'],
  [4, '---p', 'nh'],
  [8192, 'rw-p', 'ac nh']
);

describe('Scudo', () => {
  const drawn = inOrder(stacks, large, sizeClasses(OFFSETS));

  it.each([
    ['with smaps', drawn],
    ['with maps alone', withoutFlags(drawn)],
  ])('has size classes at borders of 4 GiB, and large blocks between guards, %s', (_, pieces) => {
    const answer = attributed(pieces);
    expect(answer.runtimes).toMatchObject([{ name: 'scudo' }]);
    expect(at(answer, BASE + 8 * 4 * KIB)).toBe('scudo.mapping heap');
    expect(at(answer, BASE + 2 * GIB)).toBe('scudo.mapping reservation');
    expect(at(answer, LARGE)).toBe('scudo.mapping guard');
    expect(at(answer, LARGE + 4 * KIB)).toBe('scudo.mapping heap');
    expect(bytesOf(answer, 'glibc.thread-stack')).toBe(16 * MIB + 8 * KIB);
  });

  it('is not a few heads in line, nor many that are not', () => {
    expect(attributed(sizeClasses(OFFSETS.slice(0, 4))).runtimes).toEqual([]);
    expect(attributed(sizeClasses(OFFSETS.map((_, n) => n * 20))).runtimes).toEqual([]);
  });
});
