import { describe, expect, it } from 'vitest';
import { GIB, KIB, MIB, TIB } from '../../../src/core/units';
import { type Piece, at, attributed, bytesOf } from './build';

const HINT = 0x3a110000000;
const BASE = 0x7f4500000000;
const PROGRAM: Piece = { start: 0x400000, size: MIB, permissions: 'r-xp', name: '/srv/app' };

describe('mimalloc', () => {
  const segments: Piece[] = [
    { start: HINT, size: 8 * MIB, permissions: 'rw-p' },
    { start: HINT + 8 * MIB, size: 24 * MIB, permissions: '---p' },
    { start: HINT + 32 * MIB, size: 20 * MIB, permissions: 'rw-p' },
  ];

  it('is known by the addresses that it chooses', () => {
    const answer = attributed([PROGRAM, ...segments]);
    expect(bytesOf(answer, 'mimalloc.mapping')).toBe(52 * MIB);
    expect(at(answer, HINT + 8 * MIB)).toBe('mimalloc.mapping reservation');
    expect(answer.runtimes.map((runtime) => runtime.name)).toEqual(['mimalloc']);
  });

  it('is known by an arena of 1 GiB on any page', () => {
    const answer = attributed([PROGRAM, { start: HINT + 0xa00000, size: GIB, permissions: 'rw-p' }]);
    expect(bytesOf(answer, 'mimalloc.mapping')).toBe(GIB);
  });

  it('is not what lies beside libraries: programs without a stack limit have all their mappings there', () => {
    const libc: Piece = { start: HINT + GIB, size: MIB, permissions: 'r-xp', name: '/usr/lib/libc.so.6' };
    expect(bytesOf(attributed([PROGRAM, ...segments, libc]), 'mimalloc.mapping')).toBe(0);
  });

  it('is not a pool that begins shut, as those of PartitionAlloc do', () => {
    const pool: Piece[] = [
      { start: 16 * TIB, size: 16 * KIB, permissions: '---p' },
      { start: 16 * TIB + 16 * KIB, size: 128 * KIB, permissions: 'rw-p' },
      { start: 16 * TIB + 144 * KIB, size: 32 * GIB - 144 * KIB, permissions: '---p' },
    ];
    expect(attributed([PROGRAM, ...pool]).runtimes).toEqual([]);
  });

  it('is not a few scattered pages', () => {
    expect(attributed([PROGRAM, { start: HINT, size: 256 * KIB, permissions: 'rw-p' }]).runtimes).toEqual([]);
  });
});

describe('jemalloc', () => {
  const extent: Piece = { start: BASE + 512 * KIB, size: 7 * MIB + 512 * KIB, permissions: 'rw-p', flags: 'rd wr nr' };

  it('is known by its library', () => {
    const library: Piece = { start: BASE + GIB, size: MIB, permissions: 'r-xp', name: '/usr/lib/libjemalloc.so.2' };
    expect(at(attributed([PROGRAM, { ...extent, flags: undefined }, library]), extent.start)).toBe(
      'jemalloc.mapping heap'
    );
  });

  it('is guessed from memory that the kernel does not reserve', () => {
    const answer = attributed([{ ...PROGRAM, flags: 'rd' }, extent]);
    expect(at(answer, extent.start)).toBe('jemalloc.mapping heap');
    expect(answer.ranges.at(-1)?.confidence).toBe('guess');
  });

  it('needs whole extents', () => {
    const answer = attributed([
      { ...PROGRAM, flags: 'rd' },
      { ...extent, size: 7 * MIB + 4 * KIB },
    ]);
    expect(bytesOf(answer, 'jemalloc.mapping')).toBe(0);
  });
});

describe('sanitizers', () => {
  it('knows the shadow of AddressSanitizer', () => {
    const answer = attributed([
      { start: 0x7fff7000, size: 256 * MIB, permissions: 'rw-p' },
      { start: 0x8fff7000, size: 2 * TIB, permissions: '---p' },
      { start: 0x2008fff7000, size: 14 * TIB - 16 * MIB, permissions: 'rw-p' },
      { start: 0x602000000000, size: 64 * KIB, permissions: 'rw-p' },
    ]);
    expect(at(answer, 0x7fff7000)).toBe('asan.shadow metadata');
    expect(at(answer, 0x8fff7000)).toBe('asan.shadow reservation');
    expect(at(answer, 0x602000000000)).toBe('asan.allocator heap');
    expect(answer.runtimes.map((runtime) => runtime.name)).toEqual(['asan']);
  });

  it('knows the shadow of ThreadSanitizer', () => {
    const answer = attributed([{ start: 0x10000000000, size: 31 * TIB, permissions: 'rw-p' }]);
    expect(at(answer, 0x10000000000)).toBe('tsan.shadow metadata');
  });
});

describe('MariaDB', () => {
  it('reserves 8 TiB and opens them from the start', () => {
    const answer = attributed([
      { ...PROGRAM, name: '/usr/sbin/mariadbd' },
      { start: BASE - 16 * MIB, size: 16 * MIB + 128 * MIB, permissions: 'rw-p' },
      { start: BASE + 128 * MIB, size: 8 * TIB - 128 * MIB, permissions: '---p' },
    ]);
    expect(bytesOf(answer, 'mariadb.innodb-buffer-pool')).toBe(8 * TIB);
    expect(at(answer, BASE)).toBe('mariadb.innodb-buffer-pool heap');
    expect(at(answer, BASE - MIB)).toBe('mariadb.large-malloc heap');
  });
});

describe('names that programs give', () => {
  it.each([
    ['[anon: glibc: malloc]', 'glibc.mmap-chunk heap'],
    ['[anon: glibc: pthread stack: 246]', 'glibc.thread-stack stack'],
    ['[anon: Go: heap index]', 'go.arena-index-L2 metadata'],
    ['[anon:cpython:pymalloc]', 'cpython.pymalloc-arena heap'],
    ['[anon:Ruby:nt_alloc_thread_stack_chunk]', 'ruby.native-thread-stacks stack'],
    ['[anon:Ruby:rb_yjit_reserve_addr_space]', 'ruby.yjit-code code'],
    ['[anon:zend_fiber_stack]', 'php.fiber-stack stack'],
    ['[anon: Go: immortal metadata]', 'go.persistent-chunk metadata'],
    ['[anon:jemalloc_pg]', 'jemalloc.mapping heap'],
    ['[anon:my cache]', 'named.my-cache heap'],
  ])('%s is %s', (name, expected) => {
    expect(at(attributed([PROGRAM, { start: BASE, size: MIB, permissions: 'rw-p', name }]), BASE)).toBe(expected);
  });

  it('cannot make inaccessible memory heap', () => {
    const name = '[anon: Go: heap]';
    expect(at(attributed([PROGRAM, { start: BASE, size: MIB, permissions: '---p', name }]), BASE)).toBe(
      'go.heap-arena reservation'
    );
  });
});
