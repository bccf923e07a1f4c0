import { describe, expect, it } from 'vitest';
import { parseStatus } from '../../../src/core/mapping/parse-status';
import { GIB, KIB, MIB } from '../../../src/core/units';
import { type Piece, at, attributed, bytesOf } from './build';

const BASE = 0x7f4500000000;
const GUARD = 4 * KIB;

const program = (name: string): Piece => ({ start: 0x400000, size: MIB, permissions: 'r-xp', name });
const library = (name: string): Piece => ({ start: BASE + 64 * GIB, size: MIB, permissions: 'r-xp', name });

/** Pieces that touch, from `start` upwards: [size, permissions, flags]. */
function row(start: number, ...parts: ReadonlyArray<readonly [number, string, string?]>): Piece[] {
  let end = start;
  return parts.map(([size, permissions, flags]) => {
    const piece: Piece = { start: end, size, permissions, ...(flags === undefined ? {} : { flags }) };
    end += size;
    return piece;
  });
}

describe('PHP', () => {
  const php = program('/usr/bin/php8.4');
  const aligned = BASE + 2 * MIB;

  it('gives a fiber 2 MiB above a guard page, even where they fill an aligned chunk', () => {
    const answer = attributed([php, ...row(aligned - GUARD, [GUARD, '---p'], [2 * MIB, 'rw-p'], [2 * MIB, 'r--p'])]);
    expect(bytesOf(answer, 'php.fiber-stack')).toBe(2 * MIB + GUARD);
    expect(at(answer, aligned - GUARD)).toBe('php.fiber-stack guard');
    expect(at(answer, aligned)).toBe('php.fiber-stack stack');
  });

  it('has chunks above a fiber where the kernel has joined both', () => {
    const pieces = [php, ...row(aligned - GUARD, [GUARD, '---p'], [4 * MIB, 'rw-p'])];
    const answer = attributed(pieces, { status: parseStatus('Name:\tphp\nThreads:\t1\n') });
    expect(bytesOf(answer, 'php.fiber-stack')).toBe(2 * MIB + GUARD);
    expect(at(answer, aligned + 2 * MIB)).toBe('php.zend-mm-chunk heap');
  });

  it('begins a huge block on the border of a chunk and ends it on any page', () => {
    const answer = attributed([php, ...row(aligned, [4 * MIB + 788 * KIB, 'rw-p'])]);
    expect(bytesOf(answer, 'php.zend-mm-chunk')).toBe(4 * MIB + 788 * KIB);
  });

  it('has a chunk right above the .bss of an extension', () => {
    const start = aligned - 36 * KIB;
    const data: Piece = { start: start - 8 * KIB, size: 8 * KIB, permissions: 'rw-p', name: '/usr/lib/php/opcache.so' };
    const text: Piece = { start: data.start - 64 * KIB, size: 64 * KIB, permissions: 'r-xp', name: data.name! };
    const answer = attributed([php, text, data, ...row(start, [2 * MIB + 36 * KIB, 'rw-p'])]);
    expect(at(answer, start + 32 * KIB)).toBe('elf.bss data');
    expect(at(answer, aligned)).toBe('php.zend-mm-chunk heap');
  });
});

describe('Ruby', () => {
  const ruby = program('/usr/bin/ruby3.3');

  it('puts stacks of Ractors into 512 MiB of their own', () => {
    const start = BASE + 2 * MIB;
    const stacks: Array<readonly [number, string]> = [
      [MIB + GUARD, 'rw-p'],
      [GUARD, '---p'],
      [2 * MIB, 'rw-p'],
      [GUARD, '---p'],
    ];
    const taken = stacks.reduce((sum, [size]) => sum + size, 0);
    const answer = attributed([
      ruby,
      ...row(start - MIB, [MIB + stacks[0]![0], 'rw-p'], ...stacks.slice(1), [512 * MIB - taken, 'rw-p']),
    ]);
    expect(bytesOf(answer, 'ruby.native-thread-stacks')).toBe(512 * MIB);
    expect(at(answer, start - GUARD)).not.toContain('ruby.native-thread-stacks');
  });

  it('has reserved them and opens each when it is taken in later releases', () => {
    const open: Array<readonly [number, string]> = [
      [MIB + GUARD, 'rw-p'],
      [GUARD, '---p'],
      [MIB, 'rw-p'],
      [512 * MIB - 2 * MIB - 2 * GUARD, '---p'],
    ];
    const answer = attributed([ruby, ...row(BASE, ...open)]);
    expect(bytesOf(answer, 'ruby.native-thread-stacks')).toBe(512 * MIB);
    expect(answer.categories.guard).toBe(GUARD);
    expect(answer.categories.stack).toBe(2 * MIB + GUARD);
    const other = attributed([ruby, ...row(BASE, [2 * MIB, 'rw-p'], [510 * MIB, '---p'])]);
    expect(bytesOf(other, 'ruby.native-thread-stacks')).toBe(0);
  });

  it('keeps fibers apart from threads, whose stacks are round', () => {
    const fiber: Array<readonly [number, string]> = [
      [GUARD, '---p'],
      [644 * KIB, 'rw-p'],
    ];
    const thread: Array<readonly [number, string]> = [
      [GUARD, '---p'],
      [MIB, 'rw-p'],
    ];
    const fibers = attributed([
      ruby,
      ...row(BASE, ...fiber, ...fiber, ...fiber, ...fiber, [GUARD, '---p'], [8 * MIB, 'rw-p']),
    ]);
    expect(bytesOf(fibers, 'ruby.fiber-pool')).toBe(4 * 648 * KIB);
    expect(at(fibers, BASE + 4 * 648 * KIB + GUARD)).toBe('glibc.thread-stack stack');
    const threads = attributed([ruby, ...row(BASE, ...thread, ...thread, ...thread, ...thread, ...thread)]);
    expect(bytesOf(threads, 'ruby.fiber-pool')).toBe(0);
    expect(bytesOf(threads, 'glibc.thread-stack')).toBe(5 * (MIB + GUARD));
  });

  it("owns neither another allocator's memory nor leaves YJIT's code to nobody", () => {
    const pieces = [...row(BASE, [8 * MIB, 'rw-p', 'rd wr nr']), ...row(BASE + GIB, [256 * MIB, 'r-xp', 'rd ex'])];
    const answer = attributed([
      { ...ruby, flags: 'rd' },
      ...pieces,
      { ...library('/usr/lib/libjemalloc.so.2'), flags: 'rd' },
    ]);
    expect(at(answer, BASE)).toBe('jemalloc.mapping heap');
    expect(at(answer, BASE + GIB)).toBe('ruby.yjit-code code');
  });
});

describe('OCaml 5', () => {
  const heaps = (share: number, open: number): Piece[] =>
    row(BASE, [open * share, 'rw-p'], [(128 - open) * share, '---p']);

  it('reserves the minor heaps of 128 domains', () => {
    const answer = attributed([program('/srv/app'), ...heaps(2 * MIB, 3)]);
    expect(bytesOf(answer, 'ocaml5.minor-heaps')).toBe(256 * MIB);
    expect(answer.runtimes).toMatchObject([{ name: 'ocaml', version: '5' }]);
  });

  it('reserves more for larger minor heaps, which is believed of bytecode only', () => {
    const bytecode = attributed([program('/usr/bin/ocamlrun'), ...heaps(4 * MIB, 4)]);
    expect(bytesOf(bytecode, 'ocaml5.minor-heaps')).toBe(512 * MIB);
    expect(attributed([program('/srv/app'), ...heaps(8 * MIB, 2)]).runtimes).toEqual([]);
  });

  it('has pools in multiples of 32 KiB, and more pools than malloc in what is large', () => {
    const pieces = [program('/srv/app'), ...heaps(2 * MIB, 1)];
    const with_ = (size: number): string => at(attributed([...pieces, ...row(BASE + GIB, [size, 'rw-p'])]), BASE + GIB);
    expect(with_(96 * KIB)).toBe('ocaml5.major-pool heap');
    expect(with_(100 * KIB)).toBe('glibc.mmap-chunk heap');
    expect(with_(12 * MIB + 4 * KIB)).toBe('ocaml5.major-pool heap');
  });
});

describe('heaps that the collector maps itself', () => {
  const pieces = [...row(BASE, [144704 * KIB, 'rw-p'], [256 * KIB, 'rwxp'], [GUARD, 'rw-p'])];

  it('Guile: blocks of libgc and compiled code', () => {
    const answer = attributed([
      program('/usr/lib/guile/3.0/bin/guile'),
      ...pieces,
      library('/usr/lib/libguile-3.0.so.1.7.0'),
    ]);
    expect(at(answer, BASE)).toBe('boehm.heap heap');
    expect(at(answer, BASE + 144704 * KIB)).toBe('guile.jit-code code');
    expect(bytesOf(answer, 'boehm.heap')).toBe(144704 * KIB);
    expect(answer.runtimes).toMatchObject([{ name: 'guile', version: '3.0' }]);
  });

  it('Racket: heap and code', () => {
    const answer = attributed([program('/usr/bin/racket'), ...pieces]);
    expect(bytesOf(answer, 'racket.heap')).toBe((144704 + 256) * KIB);
    expect(answer.categories.code).toBe(MIB + 256 * KIB);
  });

  it('Racket: old objects are write-protected', () => {
    const old = row(BASE + GIB, [8 * MIB, 'r--p']);
    expect(at(attributed([program('/usr/bin/racket'), ...old]), BASE + GIB)).toBe('racket.heap heap');
    expect(at(attributed([program('/usr/bin/guile'), ...old]), BASE + GIB)).toBe('anon.read-only data');
  });

  it('Julia: stacks of tasks have eight guard pages', () => {
    const stack = row(BASE + GIB, [32 * KIB, '---p'], [4 * MIB - 32 * KIB, 'rw-p']);
    const answer = attributed([program('/usr/bin/julia'), ...stack, library('/usr/lib/libjulia.so.1.5')]);
    expect(bytesOf(answer, 'julia.task-stack')).toBe(4 * MIB);
    expect(answer.categories.guard).toBe(32 * KIB);
  });

  it('not without one of them', () => {
    expect(bytesOf(attributed([program('/srv/app'), ...pieces]), 'boehm.heap')).toBe(0);
  });
});

describe('GHC', () => {
  const heap = (start: number): Piece[] => row(start, [2 * MIB, 'rw-p'], [1024 * GIB - 2 * MIB, '---p']);
  const confidence = (start: number): string | undefined =>
    attributed([program('/usr/bin/pandoc'), ...heap(start)]).regions.find(
      ({ region }) => region === 'ghc.two-step-heap'
    )?.confidence;

  it('is certain at its own address and likely elsewhere', () => {
    expect(confidence(0x4200000000)).toBe('certain');
    expect(confidence(0x10000000000)).toBe('likely');
  });
});

describe('a dump for perf', () => {
  it('is a file, though a page of it is mapped executable', () => {
    const dump: Piece = { start: BASE, size: 4 * KIB, permissions: 'r-xp', name: '/tmp/jit-7313.dump' };
    expect(at(attributed([program('/usr/bin/node'), dump]), BASE)).toBe('file.private file');
    expect(at(attributed([program('/usr/bin/node'), { ...dump, name: '/tmp/jit.so' }]), BASE)).toBe('elf.text code');
  });
});

describe('BEAM', () => {
  it('has a super carrier for everything above the one for literals when it was asked for', () => {
    const beam = program('/usr/lib/erlang/erts-15.0/bin/beam.smp');
    const literals: Array<readonly [number, string]> = [
      [2 * MIB + 64 * KIB, 'rw-p'],
      [1022 * MIB - 64 * KIB, '---p'],
    ];
    const answer = attributed([beam, ...row(BASE, ...literals, [512 * MIB, 'rw-p'])]);
    expect(at(answer, BASE + GIB)).toBe('beam.super-carrier heap');
    const without = attributed([beam, ...row(BASE, ...literals, [200 * KIB, 'rw-p'])]);
    expect(at(without, BASE + GIB)).toBe('glibc.mmap-chunk heap');
  });
});

describe('executable stacks', () => {
  const main = (permissions: string): Piece => ({
    start: 0x7ffd3858f000,
    size: 132 * KIB,
    permissions,
    name: '[stack]',
  });
  const stacks = row(BASE, [4 * (8 * MIB + GUARD), 'rwxp']);

  it('are those of threads where the main one is executable', () => {
    expect(at(attributed([program('/usr/bin/poly'), ...stacks, main('rwxp')]), BASE)).toBe('glibc.thread-stack stack');
  });

  it('are generated code where it is not', () => {
    expect(at(attributed([program('/usr/bin/poly'), ...stacks, main('rw-p')]), BASE)).toContain(' code');
  });
});
