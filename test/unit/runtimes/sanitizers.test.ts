import { describe, expect, it } from 'vitest';
import { GIB, KIB, MIB, TIB } from '../../../src/core/units';
import { type Piece, at, attributed } from './build';

const PROGRAM: Piece = { start: 0x555500000000, size: MIB, permissions: 'r-xp', name: '/srv/daemon' };

/** Size classes as every sanitizer reserves them: 4 TiB, an opened head in each 64 GiB. */
function classes(start: number): Piece[] {
  return [
    { start, size: 64 * GIB, permissions: '---p' },
    { start: start + 64 * GIB, size: 256 * KIB, permissions: 'rw-p' },
    { start: start + 64 * GIB + 256 * KIB, size: 4 * TIB - 128 * GIB, permissions: '---p' },
  ];
}

describe('MemorySanitizer', () => {
  const shadow: readonly Piece[] = [
    { start: 0x010000000000, size: 15 * TIB, permissions: 'rw-p' },
    { start: 0x100000000000, size: 16 * TIB, permissions: '---p' },
    { start: 0x200000000000, size: 16 * TIB, permissions: 'rw-p' },
    { start: 0x300000000000, size: 32 * TIB, permissions: '---p' },
    { start: 0x500000000000, size: TIB, permissions: 'rw-p' },
  ];

  it('has shadows with holes and its allocator at 0x700000000000', () => {
    const answer = attributed([...shadow, PROGRAM, ...classes(0x700000000000)]);
    expect(at(answer, 0x010000000000)).toBe('msan.shadow metadata');
    expect(at(answer, 0x300000000000)).toBe('msan.shadow reservation');
    expect(at(answer, 0x701000000000)).toBe('msan.allocator heap');
    expect(answer.runtimes.map(({ name }) => name)).toEqual(['msan']);
  });
});

describe('ThreadSanitizer', () => {
  it('has another layout from LLVM 18 on; a file in its shadow stays a file', () => {
    const answer = attributed([
      { start: 0x020000000000, size: 14 * TIB, permissions: '---p' },
      { start: 0x100000000000, size: 12 * TIB, permissions: 'rw-p' },
      { start: 0x1c0000000000, size: MIB, permissions: 'r--p', name: '/tmp/rodata' },
      { start: 0x1c0000100000, size: 20 * TIB - MIB, permissions: 'rw-p' },
      { start: 0x300000000000, size: 8 * TIB, permissions: 'rw-p' },
      { start: 0x380000000000, size: 29 * TIB, permissions: '---p' },
      PROGRAM,
      ...classes(0x720000000000),
    ]);
    expect(at(answer, 0x020000000000)).toBe('tsan.shadow reservation');
    expect(at(answer, 0x100000000000)).toBe('tsan.shadow metadata');
    expect(at(answer, 0x1c0000000000)).toBe('file.private file');
    expect(at(answer, 0x721000000000)).toBe('tsan.allocator heap');
    expect(answer.runtimes.map(({ name }) => name)).toEqual(['tsan']);
  });
});

describe('AddressSanitizer', () => {
  it('of GCC 15 lets the kernel place its allocator; frames after return are bookkeeping', () => {
    const answer = attributed([
      { start: 0x7fff7000, size: 256 * MIB, permissions: 'rw-p' },
      { start: 0x8fff7000, size: 2 * TIB, permissions: '---p' },
      { start: 0x2008fff7000, size: 14 * TIB - 256 * MIB + 4 * KIB, permissions: 'rw-p' },
      PROGRAM,
      { start: 0x7b1e00000000, size: 2 * (11 * MIB + 36 * KIB), permissions: 'rw-p' },
      ...classes(0x7b1e9c1e0000),
    ]);
    expect(at(answer, 0x7b2e9c1e0000)).toBe('asan.allocator heap');
    expect(at(answer, 0x7b1e9c1e0000)).toBe('asan.allocator reservation');
    expect(at(answer, 0x7b1e00000000)).toBe('asan.thread metadata');
  });
});

describe('LeakSanitizer', () => {
  it('is known by its size classes alone', () => {
    const answer = attributed([...classes(0x500000000000), PROGRAM]);
    expect(at(answer, 0x501000000000)).toBe('lsan.allocator heap');
    expect(answer.runtimes.map(({ name }) => name)).toEqual(['lsan']);
  });

  it('is not seen in a reservation at another place', () => {
    expect(attributed([...classes(0x510000000000), PROGRAM]).runtimes).toEqual([]);
  });
});
