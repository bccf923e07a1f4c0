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
});
