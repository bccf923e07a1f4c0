import { describe, expect, it } from 'vitest';
import { KIB, MIB } from '../../../src/core/units';
import { type Piece, at, attributed, bytesOf } from './build';

/** Go 1.24 on 386 with 244 MiB of heap: 61 arenas of 4 MiB, 2248 bytes of bookkeeping for each of 1024. */
const PROGRAM: Piece = { start: 0x8048000, size: 612 * KIB, permissions: 'r-xp', name: '/srv/daemon' };
const HEAP: readonly Piece[] = [
  { start: 0x9800000, size: 244 * MIB, permissions: 'rw-p' },
  { start: 0x18c00000, size: 272 * MIB, permissions: '---p' },
];
const BOOKKEEPING: readonly Piece[] = [
  { start: 0xf7bdc000, size: MIB, permissions: 'rw-p' },
  { start: 0xf7cdd000, size: 0x22000, permissions: 'rw-p' },
  { start: 0xf7cff000, size: 0x210000, permissions: '---p' },
];

describe('Go on a 32-bit processor', () => {
  it('has its heap and its bookkeeping told by their reservations', () => {
    const answer = attributed([PROGRAM, ...HEAP, ...BOOKKEEPING]);
    expect(at(answer, 0x9800000)).toBe('go.heap-arena heap');
    expect(at(answer, 0x18c00000)).toBe('go.heap-arena reservation');
    expect(at(answer, 0xf7cdd000)).toBe('go.heapArena-metadata metadata');
    expect(at(answer, 0xf7bdc000)).toBe('go.persistent-chunk metadata');
    expect(answer.runtimes[0]).toMatchObject({ name: 'go', version: '1.22-1.27' });
  });

  it('is known when flags cut its heap and 1.16 keeps bitmaps of 258 MiB', () => {
    const answer = attributed([
      PROGRAM,
      { start: 0x8c00000, size: 2 * MIB, permissions: 'rw-p', flags: 'rd wr hg' },
      { start: 0x8e00000, size: 162 * MIB, permissions: 'rw-p', flags: 'rd wr' },
      { start: 0x13000000, size: 352 * MIB, permissions: '---p', flags: '' },
      { start: 0xe7b43000, size: 0xbe7000, permissions: 'rw-p', flags: 'rd wr' },
      { start: 0xe872a000, size: 0xf7db000, permissions: '---p', flags: '' },
    ]);
    expect(bytesOf(answer, 'go.heap-arena')).toBe(516 * MIB);
    expect(answer.runtimes[0]).toMatchObject({ name: 'go', version: '1.11-1.19' });
  });

  it('is not seen where the bookkeeping is missing, or in a 64-bit process', () => {
    expect(attributed([PROGRAM, ...HEAP]).runtimes).toEqual([]);
    const high: Piece = { start: 0x7f0000000000, size: MIB, permissions: 'r-xp', name: '/lib/libx.so' };
    expect(attributed([PROGRAM, ...HEAP, ...BOOKKEEPING, high]).runtimes).toEqual([]);
  });
});

describe('Go before 1.14', () => {
  const index: Piece = { start: 0x7fa752d8e000, size: 32 * MIB + 4_661_248, permissions: 'rw-p' };

  it('has a heap that huge-page advice has cut', () => {
    const answer = attributed([
      { start: 0xc000000000, size: 60 * MIB, permissions: 'rw-p', flags: 'rd wr' },
      { start: 0xc003c00000, size: 2 * MIB, permissions: 'rw-p', flags: 'rd wr hg' },
      { start: 0xc003e00000, size: 66 * MIB, permissions: 'rw-p', flags: 'rd wr' },
      { ...index, flags: 'rd wr' },
    ]);
    expect(bytesOf(answer, 'go.heap-arena')).toBe(128 * MIB);
    expect(bytesOf(answer, 'go.arena-index-L2')).toBe(32 * MIB);
    expect(answer.runtimes[0]).toMatchObject({ name: 'go', version: '1.11-1.13' });
  });

  it('has whole arenas', () => {
    expect(attributed([{ start: 0xc000000000, size: 60 * MIB, permissions: 'rw-p' }, index]).runtimes).toEqual([]);
  });
});

describe('32-bit glibc', () => {
  it('has arenas of 1 MiB', () => {
    const answer = attributed([
      { start: 0x56555000, size: 64 * KIB, permissions: 'r-xp', name: '/srv/daemon' },
      { start: 0xf3b00000, size: 132 * KIB, permissions: 'rw-p' },
      { start: 0xf3b21000, size: 892 * KIB, permissions: '---p' },
      { start: 0xf7c00000, size: MIB, permissions: 'r-xp', name: '/lib/i386-linux-gnu/libc.so.6' },
    ]);
    expect(at(answer, 0xf3b00000)).toBe('glibc.arena heap');
    expect(at(answer, 0xf3b21000)).toBe('glibc.arena reservation');
  });
});
