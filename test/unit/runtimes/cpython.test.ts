import { describe, expect, it } from 'vitest';
import { tableIn } from '../../../src/core/runtimes/cpython-tables';
import { KIB, MIB } from '../../../src/core/units';
import { type Piece, at, attributed, bytesOf } from './build';

const BASE = 0x7fee60000000;
const LIBC = BASE + 512 * MIB;

function python(version: string, ...pieces: Piece[]): Piece[] {
  return [
    { start: 0x400000, size: 4 * MIB, permissions: 'r-xp', name: `/usr/bin/python${version}`, flags: 'rd ex' },
    ...pieces,
    { start: LIBC, size: 2 * MIB, permissions: 'r-xp', name: '/usr/lib/x86_64-linux-gnu/libc.so.6', flags: 'rd ex' },
  ];
}

const plain = (size: number, flags = 'rd wr ac', rss = size): Piece => ({
  start: BASE,
  size,
  permissions: 'rw-p',
  flags,
  rss,
});

describe('tables of containers', () => {
  it.each([
    [2544, 13, 'list'],
    [2860, 12, 'list'],
    [2944, 7, 'list'],
    [5124, 8, 'dict'],
    [10244, 14, 'dict'],
    [1880, 12, 'dict'],
  ])('%i KiB in CPython 3.%i is a %s', (kib, minor, kind) => {
    expect(tableIn(kib * KIB, minor < 10 ? 256 * KIB : MIB, minor)).toEqual({ bytes: kib * KIB, kind });
  });

  it('grow by other steps before 3.9, and have smaller entries from 3.11 on', () => {
    expect(tableIn(2944 * KIB, MIB, 12)?.bytes).not.toBe(2944 * KIB);
    expect(tableIn(1880 * KIB, MIB, 10)?.bytes).not.toBe(1880 * KIB);
  });

  it('are taken out of a mapping with whole arenas', () => {
    expect(tableIn((4096 + 2544) * KIB, MIB, 10)?.bytes).toBe(2544 * KIB);
    expect(tableIn((1024 + 392) * KIB, MIB, 12)?.bytes).toBe(392 * KIB);
  });

  it('of most of the mapping when only a header is more than whole arenas', () => {
    expect(tableIn(15364 * KIB, MIB, 13)?.bytes).toBe(10244 * KIB);
    expect(tableIn(9220 * KIB, MIB, 10)?.bytes).toBe(5124 * KIB);
  });

  it('are not found in whole arenas and a chunk of another size', () => {
    expect(tableIn((3 * 1024 + 200) * KIB, MIB, 12)).toBeNull();
  });
});

describe('CPython', () => {
  it('keeps a large list apart from its arenas', () => {
    const answer = attributed(python('3.10', plain((4096 + 2544) * KIB)));
    expect(bytesOf(answer, 'cpython.pymalloc-arena')).toBe(4 * MIB);
    expect(at(answer, BASE)).toBe('cpython.pymalloc-arena heap');
    expect(at(answer, BASE + 4 * MIB)).toBe('glibc.mmap-chunk heap');
    const alone = attributed(python('3.11', plain(2544 * KIB)));
    expect(bytesOf(alone, 'cpython.pymalloc-arena')).toBe(0);
  });

  it('has its first arena above the tables that it makes at start', () => {
    const answer = attributed(python('3.11', plain((2048 + 392) * KIB)));
    expect(at(answer, BASE)).toBe('cpython.pymalloc-arena heap');
    expect(at(answer, BASE + MIB)).toBe('glibc.mmap-chunk heap');
    expect(at(answer, BASE + (2048 + 391) * KIB)).toBe('cpython.pymalloc-arena heap');
  });

  it('has no more arenas than resident memory, but for the newest', () => {
    const size = 76 * MIB + 300 * KIB;
    expect(bytesOf(attributed(python('3.14', plain(size, 'rd wr', 2736 * KIB))), 'cpython.pymalloc-arena')).toBe(
      3 * MIB
    );
    expect(bytesOf(attributed(python('3.14', plain(size))), 'cpython.pymalloc-arena')).toBe(76 * MIB);
  });

  it('marks arenas and frame chunks for huge pages from 3.15 on, and nothing else', () => {
    const marked = { ...plain(3 * MIB + 64 * KIB, 'rd wr ac hg') };
    const other = { ...plain(2 * MIB), start: BASE + 16 * MIB };
    const answer = attributed(python('3.15', marked, other));
    expect(bytesOf(answer, 'cpython.pymalloc-arena')).toBe(3 * MIB);
    expect(bytesOf(answer, 'cpython.datastack-chunk')).toBe(64 * KIB);
    expect(at(answer, BASE + 16 * MIB)).toBe('glibc.mmap-chunk heap');
  });

  it('does not own what another allocator mapped in place of malloc', () => {
    const library: Piece = {
      ...plain(MIB),
      start: BASE + 64 * MIB,
      permissions: 'r-xp',
      name: '/usr/lib/libjemalloc.so.2',
    };
    const answer = attributed(python('3.14', plain(36 * MIB, 'rd wr nr'), library));
    expect(at(answer, BASE)).toBe('jemalloc.mapping heap');
    expect(bytesOf(answer, 'cpython.pymalloc-arena')).toBe(0);
  });

  it('leaves to a large module the .bss that is no whole number of arenas and one small table', () => {
    const module = (text: number): Piece[] => {
      const name = '/srv/lib/python3.11/site-packages/thing/thing.so';
      const data = BASE - 148 * KIB;
      const from = data - text;
      return [
        { start: from, size: text, permissions: 'r-xp', name, flags: 'rd ex' },
        { start: data, size: 148 * KIB, permissions: 'rw-p', name, offset: text, flags: 'rd wr ac' },
      ];
    };
    const bss = plain(3300 * KIB, 'rd wr ac', 3156 * KIB);
    expect(bytesOf(attributed(python('3.11', ...module(12880 * KIB), bss)), 'elf.bss')).toBe(3300 * KIB);
    expect(bytesOf(attributed(python('3.11', ...module(300 * KIB), bss)), 'cpython.pymalloc-arena')).toBe(3 * MIB);
    const arenas = plain(3 * MIB);
    expect(bytesOf(attributed(python('3.11', ...module(12880 * KIB), arenas)), 'cpython.pymalloc-arena')).toBe(3 * MIB);
  });

  it('leaves the .bss of a library alone that was loaded before it ran', () => {
    const data: Piece = {
      start: LIBC + 8 * MIB,
      size: 64 * KIB,
      permissions: 'rw-p',
      name: '/usr/lib/libz.so.1',
      flags: 'rd wr',
    };
    const above: Piece = { ...plain(2 * MIB), start: data.start + data.size };
    const pieces = python('3.14');
    const answer = attributed([...pieces, data, above]);
    expect(bytesOf(answer, 'cpython.pymalloc-arena')).toBe(2 * MIB);
    const module: Piece = { ...data, start: BASE, name: '/usr/lib/python3.14/_ssl.cpython-314-x86_64-linux-gnu.so' };
    const arenas: Piece = { ...plain(2 * MIB + 4 * KIB), start: BASE + data.size };
    expect(at(attributed(python('3.14', module, arenas)), arenas.start + 4 * KIB)).toBe('cpython.pymalloc-arena heap');
  });
});
