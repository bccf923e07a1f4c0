import { describe, expect, it } from 'vitest';
import { type Piece, at, attributed } from './build';
import { contiguous, withoutFlags } from './contiguous';

describe('images of the dynamic linker', () => {
  it('stay one where text and data share a page of the file', () => {
    // libjvm.so of a JDK 11 linked for pages of 2 MiB: the padding goes on behind the shared page.
    const name = '/opt/java/lib/libthing.so';
    const offsets = [0, 0x1252000, 0x1251000, 0x1313000];
    const drawn = contiguous(
      0x7fd9fde00000,
      [18760, 'r-xp', name],
      [2044, '---p', name],
      [776, 'r--p', name],
      [236, 'rw-p', name],
      [348, 'rw-p']
    );
    const pieces = drawn.map((piece, i): Piece => ({ ...piece, offset: offsets[i] ?? 0 }));
    const answer = attributed(pieces);
    expect(at(answer, 0x7fd9ff251000)).toBe('elf.relro data');
    expect(at(answer, 0x7fd9ff313000)).toBe('elf.data data');
    expect(at(answer, 0x7fd9ff34e000)).toBe('elf.bss data');
  });

  it.each([
    ['libthing.so.0.0.0', 'elf.bss data'],
    ['plugin-thing.so', 'glibc.mmap-chunk heap'],
  ])('%s has below another image, and no smaps: %s', (base, expected) => {
    const name = `/usr/lib/${base}`;
    const start = 0x7f20a4d00000;
    const drawn = contiguous(
      start,
      [48, 'r--p', name],
      [252, 'r-xp', name],
      [4, 'rw-p', name],
      [180, 'rw-p'],
      [24, 'r--p', '/usr/lib/libabove.so.0'],
      [24, 'r-xp', '/usr/lib/libabove.so.0']
    );
    const libc = contiguous(
      start + 0x1000000,
      [160, 'r--p', '/usr/lib/libc.so.6'],
      [1024, 'r-xp', '/usr/lib/libc.so.6']
    );
    const program = contiguous(0x400000, [1024, 'r-xp', '/usr/bin/program']);
    const places = [0, 0, 48, 300, 0, 0, 24, 0, 160];
    const pieces = withoutFlags([...program, ...drawn, ...libc]).map((piece, n): Piece => ({
      ...piece,
      offset: places[n]! * 1024,
    }));
    expect(at(attributed(pieces), start + (304 + 100) * 1024)).toBe(expected);
  });

  it('leave the two pages below the kernel’s to the dynamic linker', () => {
    const start = 0x7efc97ba0000;
    const program = contiguous(0x400000, [1024, 'r-xp', '/usr/bin/program']);
    const libc = contiguous(start - 0x1000000, [1024, 'r-xp', '/usr/lib/libc.so.6']);
    const name = '/usr/lib/liburcu-bp.so.8.1.0';
    const drawn = contiguous(start, [36, 'r-xp', name], [4, 'rw-p', name], [12, 'rw-p']);
    const kernel: Piece = { start: start + 52 * 1024, size: 16384, permissions: 'r--p', name: '[vvar]' };
    const places = [0, 0, 0, 36];
    const pieces = withoutFlags([...program, ...libc, ...drawn, kernel]);
    const answer = attributed(pieces.map((piece, n): Piece => ({ ...piece, offset: (places[n] ?? 0) * 1024 })));
    expect(at(answer, start + 40 * 1024)).toBe('elf.bss data');
    expect(at(answer, start + 44 * 1024)).toBe('libc.rtld-alloc metadata');
  });
});
