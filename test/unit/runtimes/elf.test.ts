import { describe, expect, it } from 'vitest';
import { type Piece, at, attributed } from './build';
import { contiguous } from './contiguous';

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
});
