import { describe, expect, it } from 'vitest';
import { KIB, MIB } from '../../../src/core/units';
import { type Piece, at, attributed, bytesOf } from './build';
import { type Drawn, contiguous, inOrder, withoutFlags } from './contiguous';

const LIBC = contiguous(0x7f0fa6000000, [152, 'r--p', '/lib/libc.so.6'], [1336, 'r-xp', '/lib/libc.so.6']);
const NODE = inOrder(
  contiguous(0x400000, [30000, 'r-xp', '/usr/bin/node']),
  contiguous(0x7f0e00000000, [128 * 1024, '---p'])
);
/** What ends at the kernel's own pages. */
const atKernel = (...drawn: readonly Drawn[]): Piece[] => {
  const kib = drawn.reduce((sum, [size]) => sum + size, 0);
  const start = 0x7f0fa6fcd000 - kib * KIB;
  const kernel = { start: 0x7f0fa6fcd000, size: 16 * KIB, permissions: 'r--p', name: '[vvar]', flags: '' };
  return withoutFlags([...contiguous(start, ...drawn), kernel]);
};

describe('a small stack that has merged with the pages of the dynamic linker', () => {
  it('is what a power of two is left for', () => {
    const answer = attributed(inOrder(LIBC, atKernel([4, '---p'], [40, 'rw-p'])));
    expect(bytesOf(answer, 'glibc.thread-stack')).toBe(36 * KIB);
    expect(at(answer, 0x7f0fa6fcc000)).toBe('libc.rtld-alloc metadata');
  });

  it('has the size that Node gives it, with blocks of malloc above it', () => {
    const drawn = atKernel([4, '---p'], [188, 'rw-p']);
    expect(bytesOf(attributed(inOrder(NODE, LIBC, drawn)), 'glibc.thread-stack')).toBe(36 * KIB);
    // In another program nothing tells where such a stack ends.
    expect(bytesOf(attributed(inOrder(LIBC, drawn)), 'glibc.thread-stack')).not.toBe(36 * KIB);
  });

  it('is left to the flags where the kernel sets them', () => {
    const flagged = atKernel([4, '---p'], [40, 'rw-p']).map((piece) => ({ ...piece, flags: 'nh' }));
    expect(bytesOf(attributed(inOrder(LIBC, flagged)), 'libc.rtld-alloc')).toBe(0);
  });
});

describe('a guarded block', () => {
  it('is a stack as a whole when it is a power of two', () => {
    const stacks = [0, 1, 2].map((n) => contiguous(0x7f0000000000 + n * 16 * MIB, [4, '---p'], [512, 'rw-p']));
    const large = contiguous(0x7f0010000000, [4, '---p'], [4096, 'rw-p']);
    const answer = attributed(withoutFlags(inOrder(LIBC, ...stacks, large)));
    expect(bytesOf(answer, 'glibc.thread-stack')).toBe((4 * 4 + 3 * 512 + 4096) * KIB);
  });
});
