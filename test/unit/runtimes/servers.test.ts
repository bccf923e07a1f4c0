import { describe, expect, it } from 'vitest';
import { KIB, MIB, TIB } from '../../../src/core/units';
import { type Piece, at, attributed, bytesOf } from './build';

const PAGE = 4 * KIB;
const BASE = 0x7f4373600000;
const limits = { addressSpace: null, data: null, stack: 8 * MIB };

/** An image as ld writes it: headers, text, constants and data, without gaps. */
function image(start: number, text: number, name: string): Piece[] {
  const at = (offset: number, size: number, permissions: string): Piece => {
    return { start: start + offset, size, permissions, name, offset, flags: 'rd mr mw me', rss: PAGE };
  };
  return [
    at(0, 32 * KIB, 'r--p'),
    at(32 * KIB, text, 'r-xp'),
    at(32 * KIB + text, 32 * KIB, 'r--p'),
    at(64 * KIB + text, 8 * KIB, 'rw-p'),
  ];
}
const IMAGE = 72 * KIB + 128 * KIB;
const libc = (start: number): Piece[] => image(start, MIB, '/usr/lib/x86_64-linux-gnu/libc.so.6');
const anonymous = (start: number, size: number, rss: number, flags = 'rd wr mr mw me ac'): Piece => {
  return { start, size, permissions: 'rw-p', flags, rss };
};

describe('.bss of libraries', () => {
  const program = image(0x556477000000, MIB, '/usr/bin/qemu-system-x86_64');
  const fuse = [...program, ...image(BASE, 128 * KIB, '/usr/lib/x86_64-linux-gnu/libfuse3.so.3.17.2')];
  const next = (size: number): Piece[] =>
    image(BASE + IMAGE + size, 128 * KIB, '/usr/lib/x86_64-linux-gnu/libtasn1.so.6');

  it('may be far larger than the library, when the program started with it', () => {
    const size = 8 * MIB + 24 * KIB;
    const answer = attributed([...fuse, ...libc(BASE - 4 * MIB), anonymous(BASE + IMAGE, size, PAGE), ...next(size)]);
    expect(at(answer, BASE + IMAGE + 8 * MIB)).toBe('elf.bss data');
  });

  it('is a few pages where older memory of malloc lies above a library that was loaded late', () => {
    const size = 8 * MIB + 24 * KIB;
    const pieces = [...fuse, anonymous(BASE + IMAGE, size, PAGE), ...next(size), ...libc(BASE + 64 * MIB)];
    expect(at(attributed(pieces), BASE + IMAGE + MIB)).toBe('glibc.mmap-chunk heap');
  });

  it('is all of it when no page was ever touched, for malloc writes a header', () => {
    const size = 180 * KIB;
    const pieces = (rss: number): Piece[] => [
      ...fuse,
      anonymous(BASE + IMAGE, size, rss),
      ...next(size),
      ...libc(BASE + 64 * MIB),
    ];
    expect(at(attributed(pieces(0)), BASE + IMAGE + 128 * KIB)).toBe('elf.bss data');
    expect(at(attributed(pieces(PAGE)), BASE + IMAGE + 128 * KIB)).toBe('glibc.mmap-chunk heap');
  });

  it('does not reach a file that the program mapped later into the hole above', () => {
    const locale: Piece = {
      start: BASE + IMAGE + 260 * KIB,
      size: 348 * KIB,
      permissions: 'r--p',
      name: '/usr/lib/locale/C.utf8/LC_CTYPE',
      flags: 'rd mr mw me',
      rss: PAGE,
    };
    const answer = attributed([...fuse, ...libc(BASE - 4 * MIB), anonymous(BASE + IMAGE, 260 * KIB, PAGE), locale]);
    expect(at(answer, BASE + IMAGE + 128 * KIB)).toBe('glibc.mmap-chunk heap');
  });
});

describe('coroutines', () => {
  const block = (size: number): Piece[] => [
    { start: BASE, size: PAGE, permissions: '---p', flags: 'mr mw me ac' },
    anonymous(BASE + PAGE, size, 8 * KIB),
    // A thread's stack says that this kernel flags them.
    { start: BASE + 64 * MIB - PAGE, size: PAGE, permissions: '---p', flags: 'mr mw me ac nh' },
    anonymous(BASE + 64 * MIB, 8 * MIB, 8 * KIB, 'rd wr mr mw me ac nh'),
    ...libc(BASE + 128 * MIB),
  ];

  it('has a stack of a power of two above a guard page', () => {
    const answer = attributed(block(MIB), { limits });
    expect(at(answer, BASE + PAGE)).toBe('app.coroutine-stack stack');
    expect(at(answer, BASE)).toBe('app.coroutine-stack guard');
    expect(at(answer, BASE + 64 * MIB)).toBe('glibc.thread-stack stack');
  });

  it('may have merged with what lies above, when another of its size stands alone', () => {
    const merged: Piece[] = [
      { start: BASE - 16 * MIB, size: PAGE, permissions: '---p', flags: 'mr mw me ac' },
      anonymous(BASE - 16 * MIB + PAGE, MIB + 264 * KIB, 8 * KIB),
    ];
    const answer = attributed([...merged, ...block(MIB)], { limits });
    expect(bytesOf(answer, 'app.coroutine-stack')).toBe(2 * (MIB + PAGE));
    expect(at(answer, BASE - 15 * MIB + PAGE)).toBe('glibc.mmap-chunk heap');
  });

  it('is not any block above a guard page', () => {
    expect(bytesOf(attributed(block(MIB + 12 * KIB), { limits }), 'app.coroutine-stack')).toBe(0);
    expect(bytesOf(attributed(block(16 * MIB), { limits }), 'app.coroutine-stack')).toBe(0);
  });
});

describe('thread stacks of mixed sizes that have merged, from maps alone', () => {
  const program: Piece[] = image(0x556477000000, MIB, '/usr/sbin/mysqld').map(
    ({ flags: _, rss: __, ...piece }) => piece
  );
  const pool = 137_236_480;
  const sizes = (stacks: number): Piece[] => [
    { start: BASE, size: stacks, permissions: 'rw-p' },
    { start: BASE + stacks, size: pool, permissions: 'rw-p' },
  ];
  const rest = libc(BASE + 1024 * MIB).map(({ flags: _, rss: __, ...piece }) => piece);

  it('tells 26 of 8 MiB and 3 of 1 MiB from the pool that touches them', () => {
    const stacks = 26 * (8 * MIB + PAGE) + 3 * (MIB + PAGE) + 3 * PAGE;
    const answer = attributed([...program, ...sizes(stacks), ...rest], { limits });
    expect(bytesOf(answer, 'glibc.thread-stack')).toBe(stacks);
    expect(at(answer, BASE + stacks)).toBe('mysql.innodb-buffer heap');
  });

  it('takes no large block for stacks that is no sum of them', () => {
    const answer = attributed([...program, ...sizes(26 * (8 * MIB + PAGE) + 3 * (MIB + PAGE) + 64 * PAGE), ...rest], {
      limits,
    });
    expect(bytesOf(answer, 'glibc.thread-stack')).toBe(0);
  });
});

describe('memory that is shared with the kernel', () => {
  it('is shared, although its name looks like that of a file', () => {
    const ring: Piece = { start: BASE, size: 9 * MIB, permissions: 'rw-s', name: 'socket:[1617498]' };
    expect(at(attributed([ring]), BASE)).toBe('shared.packet-ring shared');
  });
});

describe('an allocator in front of the one that the program was linked with', () => {
  const library = (start: number, name: string): Piece[] => image(start, MIB, `/usr/lib/x86_64-linux-gnu/${name}`);
  const heap = anonymous(BASE, 96 * MIB, MIB, 'rd wr mr mw me nr');
  const server = image(0x556477000000, MIB, '/usr/sbin/mysqld');

  it('has malloc when it was loaded first: libraries are loaded downwards', () => {
    const low = BASE + 256 * MIB;
    const high = BASE + 264 * MIB;
    const preloaded = [...server, heap, ...library(low, 'libtcmalloc.so.4'), ...library(high, 'libjemalloc.so.2')];
    expect(at(attributed(preloaded), BASE)).toBe('jemalloc.mapping heap');
    const linked = [...server, heap, ...library(low, 'libjemalloc.so.2'), ...library(high, 'libtcmalloc.so.4')];
    expect(at(attributed(linked), BASE)).toBe('tcmalloc.mapping heap');
  });
});

describe('musl', () => {
  it('fills the hole above a library with blocks of malloc: what is no page or two is no .bss', () => {
    const program = image(0x556477000000, MIB, '/usr/bin/postgres');
    const library = image(BASE, 2 * MIB, '/usr/lib/libxml2.so.2');
    const top = BASE + 72 * KIB + 2 * MIB;
    const shared: Piece = {
      start: top + 296 * KIB,
      size: 16 * KIB,
      permissions: 'rw-s',
      name: '/dev/shm/PostgreSQL.1',
      flags: 'sh',
    };
    const musl = image(BASE + 8 * MIB, 512 * KIB, '/lib/ld-musl-x86_64.so.1');
    const pieces = (size: number): Piece[] => [
      ...program,
      ...library,
      anonymous(top, size, size - PAGE),
      shared,
      ...musl,
    ];
    expect(at(attributed(pieces(296 * KIB)), top + 8 * KIB)).toBe('musl.malloc heap');
    expect(at(attributed(pieces(12 * KIB)), top + 8 * KIB)).toBe('elf.bss data');
  });
});

describe('musl under the name of its library', () => {
  it('owns what nobody else claims', () => {
    const heap = anonymous(BASE, 28 * KIB, PAGE);
    const answer = attributed([heap, ...image(BASE + MIB, 512 * KIB, '/usr/lib/x86_64-linux-musl/libc.so')]);
    expect(at(answer, BASE)).toBe('musl.malloc heap');
  });
});

describe('address space that is writable from the start', () => {
  const block = (rss: number): Piece[] => [anonymous(BASE, 8 * TIB, rss, 'rd wr mr mw me nr'), ...libc(BASE + 9 * TIB)];

  it('is a reservation of the program while hardly anything of it is used', () => {
    expect(at(attributed(block(512 * KIB)), BASE)).toBe('app.reservation heap');
    expect(at(attributed(block(TIB)), BASE)).toBe('jemalloc.mapping heap');
  });
});

describe('a small stack below other small blocks, without smaps', () => {
  it('is the power of two above its guard, where not even a stack pointer is known', () => {
    const strip = ({ flags: _, rss: __, ...piece }: Piece): Piece => piece;
    const block: Piece[] = [
      { start: BASE - PAGE, size: PAGE, permissions: '---p' },
      { start: BASE, size: 100 * KIB, permissions: 'rw-p' },
    ];
    const program = image(0x556477000000, MIB, '/usr/sbin/mariadbd').map(strip);
    const library = image(BASE + 100 * KIB, 128 * KIB, '/usr/lib/x86_64-linux-gnu/libcap.so.2.66').map(strip);
    const answer = attributed([...program, ...block, ...library, ...libc(BASE + 64 * MIB).map(strip)]);
    expect(bytesOf(answer, 'glibc.thread-stack')).toBe(64 * KIB + PAGE);
    expect(at(answer, BASE + 72 * KIB)).toBe('libc.rtld-alloc metadata');
  });

  it('ends at the power of two that is closest above the stack pointer', () => {
    const strip = ({ flags: _, rss: __, ...piece }: Piece): Piece => piece;
    const block: Piece = { start: BASE, size: 92 * KIB, permissions: 'rw-p' };
    const library = image(BASE + 92 * KIB, 128 * KIB, '/usr/lib/x86_64-linux-gnu/libgcc_s.so.1').map(strip);
    const threads = [{ tid: 2, comm: 'timer', stackPointer: BASE + 0xfb78 }];
    const answer = attributed([block, ...library, ...libc(BASE + 64 * MIB).map(strip)], { limits, threads });
    expect(bytesOf(answer, 'glibc.thread-stack')).toBe(64 * KIB + PAGE);
    expect(at(answer, BASE + 72 * KIB)).toBe('libc.rtld-alloc metadata');
  });
});
