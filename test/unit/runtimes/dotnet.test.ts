import { describe, expect, it } from 'vitest';
import { GIB, KIB, MIB } from '../../../src/core/units';
import { at, attributed, bytesOf } from './build';
import { contiguous, inOrder, withoutFlags } from './contiguous';

const CORECLR = '/usr/share/dotnet/shared/Microsoft.NETCore.App/3.1.23/libcoreclr.so';
const CORELIB = '/usr/share/dotnet/shared/Microsoft.NETCore.App/3.1.23/System.Private.CoreLib.dll';
/** Ends where the library starts. */
const EXECUTABLE = contiguous(
  0x7f8800010000,
  [64, '---p'],
  [4, 'rw-p'],
  [8, '---p'],
  [4, 'rwxp'],
  [1900000, '---p'],
  [8800, 'r-xp', CORELIB],
  [1000, '---p'],
  [2300, 'r-xp', CORECLR],
  [100, 'rw-p', CORECLR]
);
/** 256 MiB and 128 MiB, 8 KiB more once. */
const SEGMENTS = contiguous(0x7f878fffe000, [70220, 'rw-p'], [191924, '---p'], [10208, 'rw-p'], [120872, '---p']);
const TABLES = contiguous(0x7f877c65a000, [4324, 'rw-p'], [18428, '---p']);
const HANDLES = contiguous(0x7f8979e67000, [36, '---p'], [8, 'rw-p'], [84, '---p']);
const SIGNAL_STACKS = contiguous(
  0x7f897987b000,
  [4, '---p', 'nh'],
  [12, 'rw-p', 'nh'],
  [4, '---p', 'nh'],
  [12, 'rw-p', 'nh']
);

describe('.NET', () => {
  const pieces = inOrder(EXECUTABLE, SEGMENTS, TABLES, HANDLES, SIGNAL_STACKS);

  for (const [name, drawn] of [
    ['with smaps', pieces],
    ['with maps alone', withoutFlags(pieces)],
  ] as const) {
    it(`Core 3.1 is taken apart ${name}`, () => {
      const answer = attributed(drawn);
      expect(answer.runtimes).toMatchObject([{ name: 'dotnet', version: '3.1.23' }]);
      expect(at(answer, 0x7f8800010000)).toBe('dotnet.executable-allocator reservation');
      expect(at(answer, 0x7f8800010000 + 64 * KIB)).toBe('dotnet.executable-allocator code');
      expect(bytesOf(answer, 'dotnet.gc-heap')).toBe(384 * MIB + 8 * KIB);
      expect(at(answer, 0x7f877c65a000)).toBe('dotnet.gc-bookkeeping metadata');
      expect(bytesOf(answer, 'dotnet.handle-table')).toBe(128 * KIB);
      expect(at(answer, 0x7f897987b000)).toBe('dotnet.sigaltstack guard');
      expect(at(answer, 0x7f897987c000)).toBe('dotnet.sigaltstack stack');
    });
  }

  it('finds tables in use to their end by the size that the heap gives them', () => {
    const heap = contiguous(0x7f5743ffe000, [41032, 'rw-p'], [483256, '---p'], [194316, 'rw-p'], [854268, '---p']);
    // 1/128 + 2/2048 + 1/4096 of 1.5 GiB, above a chunk of 2 MiB.
    const tables = contiguous(0x7f57b882d000, [2052 + 14212, 'rw-p']);
    const answer = attributed(inOrder(heap, tables, EXECUTABLE));
    expect(bytesOf(answer, 'dotnet.gc-bookkeeping')).toBeGreaterThanOrEqual(14212 * KIB);
    expect(bytesOf(answer, 'dotnet.gc-bookkeeping')).toBeLessThanOrEqual(14216 * KIB);
  });

  it('7 and later: one range of 256 GiB and code that is mapped twice, both only likely', () => {
    const answer = attributed(
      inOrder(
        contiguous(0x7e0000000000, [4096, 'rw-p'], [256 * 1048576 - 4096, '---p']),
        contiguous(
          0x7f0000000000,
          [64, 'rw-s', '/memfd:doublemapper (deleted)'],
          [64, 'r-xs', '/memfd:doublemapper (deleted)']
        )
      )
    );
    expect(bytesOf(answer, 'dotnet.gc-heap')).toBe(256 * GIB);
    expect(at(answer, 0x7f0000010000)).toBe('dotnet.executable-allocator code');
    const claims = answer.regions.filter((one) => one.region.startsWith('dotnet.'));
    expect(claims.map((one) => one.confidence)).not.toContain('certain');
  });

  // 8.0: tables (cards, bricks, bundles and write watch, region map, mark array), then the range of 256 GiB that touches them.
  const tables = contiguous(
    0x7f53674cf000,
    [80, 'rw-p'],
    [130992, '---p'],
    [80, 'rw-p'],
    [130992, '---p'],
    [4, 'rw-p'],
    [124, '---p'],
    [40, 'rw-p'],
    [76828, '---p'],
    [896, 'rw-p']
  );
  const range = contiguous(
    0x7f537c0e0000,
    [2096256, '---p'],
    [68, 'rw-p'],
    [32700, '---p'],
    [38136, 'rw-p'],
    [256 * 1048576 - 32768 - 38136, '---p']
  );
  const regions = inOrder(tables, range);

  it('7 and later: the distance between the tables gives the size of the range', () => {
    const library = contiguous(0x7f9493600000, [796, 'r--p', CORECLR], [4828, 'r-xp', CORECLR]);
    const answer = attributed(inOrder(regions, library));
    expect(bytesOf(answer, 'dotnet.gc-heap')).toBeGreaterThanOrEqual(256 * GIB);
    expect(bytesOf(answer, 'dotnet.gc-heap')).toBeLessThanOrEqual(256 * GIB + MIB);
    expect(at(answer, 0x7f53fc000000)).toBe('dotnet.gc-heap heap');
    expect(at(answer, 0x7f53674cf000)).toBe('dotnet.gc-bookkeeping metadata');
    expect(at(answer, 0x7f537c000000)).toBe('dotnet.gc-bookkeeping metadata');
    expect(at(answer, 0x7f53f0000000)).toBe('dotnet.gc-bookkeeping reservation');
  });

  it('a program compiled ahead of time has nothing but the range and its tables', () => {
    const answer = attributed(regions);
    expect(answer.runtimes).toMatchObject([{ name: 'dotnet', version: null }]);
    expect(at(answer, 0x7f53fc000000)).toBe('dotnet.gc-heap heap');
    // Tables at another distance belong to a range of another size, and there is none.
    const other = regions.map((piece, i) => (i < 4 ? { ...piece, start: piece.start - MIB * (4 - i) } : piece));
    expect(attributed(other).runtimes).toEqual([]);
  });

  it('tables may begin a page apart from the distance, and libraries bring a collector of their own', () => {
    const page = 4 * KIB;
    const python = contiguous(0x560000000000, [2000, 'r-xp', '/usr/bin/python3.11']);
    const apart = regions.map((piece, i) =>
      i === 0 ? { ...piece, start: piece.start + page, size: piece.size - page } : piece
    );
    const answer = attributed(inOrder(python, apart));
    expect(answer.runtimes.map(({ name }) => name)).toEqual(['cpython', 'dotnet']);
    expect(at(answer, 0x7f53fc000000)).toBe('dotnet.gc-heap heap');
  });

  it('older kernels merge the first table with the stack below it, and the first region with a chunk', () => {
    const stack = contiguous(0x7f53674cf000 - 8196 * KIB, [4, '---p'], [8192, 'rw-p']);
    const joined = inOrder(stack.slice(0, 1), [{ ...stack[1]!, size: (8192 + 80) * KIB }], regions.slice(1));
    const library = contiguous(0x7f9493600000, [796, 'r--p', CORECLR], [4828, 'r-xp', CORECLR]);
    const answer = attributed(withoutFlags(inOrder(joined, library)));
    expect(at(answer, 0x7f53674cf000)).toBe('dotnet.gc-bookkeeping metadata');
    expect(at(answer, 0x7f53674cf000 - 4 * KIB)).toBe('glibc.thread-stack stack');
    expect(at(answer, 0x7f53fc000000)).toBe('dotnet.gc-heap heap');
  });

  it('a single-file program carries the runtime: the allocator ends where the program starts', () => {
    const memory = '/memfd:doublemapper (deleted)';
    const slices = contiguous(
      0x5588f2320000,
      [4, 'r-xs', memory],
      [60, '---p'],
      [12, 'rw-s', memory],
      [4, '---s', memory],
      [2000000, '---p'],
      [2112, 'r--p', '/opt/tool'],
      [8140, 'r-xp', '/opt/tool']
    );
    const answer = attributed(inOrder(slices, regions));
    expect(at(answer, 0x5588f2320000 + 8 * KIB)).toBe('dotnet.executable-allocator reservation');
    expect(bytesOf(answer, 'dotnet.executable-allocator')).toBe(2000080 * KIB);
    expect(at(answer, 0x7f53fc000000)).toBe('dotnet.gc-heap heap');
  });

  it('a handle table is the high end of 64 KiB, whatever its head merged with', () => {
    const library = contiguous(0x7f9493600000, [796, 'r--p', CORECLR], [4828, 'r-xp', CORECLR]);
    const answer = attributed(inOrder(regions, library, contiguous(0x7fa57e38a000, [416, 'rw-p'], [56, '---p'])));
    expect(at(answer, 0x7fa57e3f0000)).toBe('dotnet.handle-table metadata');
    expect(at(answer, 0x7fa57e3ff000)).toBe('dotnet.handle-table reservation');
    expect(at(answer, 0x7fa57e38a000)).not.toContain('dotnet');
  });
});
