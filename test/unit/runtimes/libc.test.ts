import { describe, expect, it } from 'vitest';
import { KIB, MIB } from '../../../src/core/units';
import { type Piece, at, attributed, bytesOf } from './build';

const BASE = 0x7f4500000000;
const STACK = 8 * MIB;
const PAGE = 4 * KIB;
const LIBC: Piece[] = [
  { start: 0x7f4f00000000, size: 160 * KIB, permissions: 'r--p', name: '/usr/lib/x86_64-linux-gnu/libc.so.6' },
  {
    start: 0x7f4f00028000,
    size: MIB,
    permissions: 'r-xp',
    name: '/usr/lib/x86_64-linux-gnu/libc.so.6',
    offset: 0x28000,
  },
];

describe('glibc arenas', () => {
  const arena = (start: number, head: number): Piece[] => [
    { start, size: head, permissions: 'rw-p' },
    { start: start + head, size: 64 * MIB - head, permissions: '---p' },
  ];

  it('runs from one 64 MiB border to the next', () => {
    const answer = attributed([...arena(BASE, 132 * KIB), ...LIBC]);
    expect(at(answer, BASE)).toBe('glibc.arena heap');
    expect(at(answer, BASE + 132 * KIB)).toBe('glibc.arena reservation');
    expect(bytesOf(answer, 'glibc.arena')).toBe(64 * MIB);
  });

  it('is cut out of a larger writable mapping', () => {
    const answer = attributed([
      { start: BASE - 24 * MIB, size: 24 * MIB + 6 * MIB, permissions: 'rw-p' },
      { start: BASE + 6 * MIB, size: 58 * MIB, permissions: '---p' },
      ...LIBC,
    ]);
    expect(at(answer, BASE - PAGE)).toBe('glibc.mmap-chunk heap');
    expect(at(answer, BASE)).toBe('glibc.arena heap');
  });

  const merged = (start: number, head: number): Piece[] => [
    { start, size: head, permissions: 'rw-p' },
    { start: start + head, size: 128 * MIB - head, permissions: '---p' },
  ];

  it('ends at the border where its tail has merged with a reservation, beside another arena', () => {
    const answer = attributed([...merged(BASE, 132 * KIB), ...arena(BASE + 128 * MIB, 132 * KIB), ...LIBC]);
    expect(at(answer, BASE)).toBe('glibc.arena heap');
    expect(at(answer, BASE + 64 * MIB - 1)).toBe('glibc.arena reservation');
    expect(at(answer, BASE + 64 * MIB)).toBe('app.reservation reservation');
  });

  it.each([
    ['without another arena', [...merged(BASE, 132 * KIB)]],
    ['with a round head', [...merged(BASE, 192 * KIB), ...arena(BASE + 128 * MIB, 132 * KIB)]],
  ])('is not the opened start of a reservation: %s', (_, pieces) => {
    expect(at(attributed([...pieces, ...LIBC]), BASE)).not.toBe('glibc.arena heap');
  });

  it('is not any 64 MiB that end in PROT_NONE', () => {
    const answer = attributed([...arena(BASE + MIB, 132 * KIB), ...LIBC]);
    expect(bytesOf(answer, 'glibc.arena')).toBe(0);
  });

  it('is not writable memory that begins above the border', () => {
    const answer = attributed([
      { start: BASE + 48 * MIB, size: 4 * MIB, permissions: 'rw-p' },
      { start: BASE + 52 * MIB, size: 12 * MIB, permissions: '---p' },
      ...LIBC,
    ]);
    expect(bytesOf(answer, 'glibc.arena')).toBe(0);
  });
});

describe('thread stacks', () => {
  const limits = { addressSpace: null, data: null, stack: STACK };

  it('has a guard below and the usual size', () => {
    const answer = attributed([
      { start: BASE, size: PAGE, permissions: '---p' },
      { start: BASE + PAGE, size: STACK, permissions: 'rw-p' },
      ...LIBC,
    ]);
    expect(at(answer, BASE)).toBe('glibc.thread-stack guard');
    expect(at(answer, BASE + PAGE)).toBe('glibc.thread-stack stack');
  });

  it('is cut at the usual size when it has merged with what lies above', () => {
    const answer = attributed([
      { start: BASE, size: PAGE, permissions: '---p' },
      { start: BASE + PAGE, size: STACK + 3 * MIB, permissions: 'rw-p' },
      ...LIBC,
    ]);
    expect(bytesOf(answer, 'glibc.thread-stack')).toBe(STACK + PAGE);
    expect(at(answer, BASE + PAGE + STACK)).toBe('glibc.mmap-chunk heap');
  });

  it('has no guard of its own from glibc 2.42 on: the flags tell', () => {
    const answer = attributed([
      { start: BASE, size: 7 * (STACK + PAGE), permissions: 'rw-p', flags: 'rd wr mr mw me ac gu nh' },
      ...LIBC.map((piece) => ({ ...piece, flags: 'rd' })),
    ]);
    expect(at(answer, BASE)).toBe('glibc.thread-stack stack');
    expect(answer.ranges[0]?.confidence).toBe('certain');
  });

  it('has no guard of its own from glibc 2.42 on: whole stacks tell, from maps alone', () => {
    const answer = attributed([{ start: BASE, size: 7 * (STACK + PAGE), permissions: 'rw-p' }, ...LIBC], { limits });
    expect(at(answer, BASE)).toBe('glibc.thread-stack stack');
    expect(answer.ranges[0]?.confidence).toBe('likely');
  });

  it('is no request of 8 MiB in a process without threads', () => {
    const pieces: Piece[] = [{ start: BASE, size: STACK + PAGE, permissions: 'rw-p' }, ...LIBC];
    expect(at(attributed(pieces), BASE)).toBe('glibc.mmap-chunk heap');
    const alone = [{ tid: 1, comm: 'main', stackPointer: null }];
    const several = [...alone, { tid: 2, comm: 'worker', stackPointer: null }];
    expect(at(attributed(pieces, { pid: 1, limits, threads: alone }), BASE)).toBe('glibc.mmap-chunk heap');
    expect(at(attributed(pieces, { pid: 1, limits, threads: several }), BASE)).toBe('glibc.thread-stack stack');
  });

  it('may be that of a thread that runs on a stack in an arena, which merged with a chunk below', () => {
    const arena = BASE + 256 * MIB - (BASE % (64 * MIB));
    const pieces: Piece[] = [
      { start: BASE, size: STACK + PAGE, permissions: 'rw-p' },
      { start: arena - MIB, size: MIB + 132 * KIB, permissions: 'rw-p' },
      { start: arena + 132 * KIB, size: 64 * MIB - 132 * KIB, permissions: '---p' },
      ...LIBC,
    ];
    const threads = [
      { tid: 1, comm: 'main', stackPointer: null },
      { tid: 2, comm: 'worker', stackPointer: arena + 64 * KIB },
    ];
    const answer = attributed(pieces, { pid: 1, limits, threads });
    expect(at(answer, arena)).toBe('glibc.arena heap');
    expect(at(answer, BASE)).toBe('glibc.thread-stack stack');
  });

  it('lies in a row with others, which the pointers at two tops tell', () => {
    const whole = STACK + PAGE;
    const bottom = BASE + MIB;
    const end = bottom + 4 * whole;
    const threads = [end - 3 * whole - 4800, end - 4900].map((stackPointer, i) => ({
      tid: 2 + i,
      comm: 'worker',
      stackPointer,
    }));
    const pieces: Piece[] = [{ start: BASE, size: end - BASE, permissions: 'rw-p' }, ...LIBC];
    const answer = attributed(pieces, { pid: 1, limits, threads });
    expect(bytesOf(answer, 'glibc.thread-stack')).toBe(4 * whole);
    expect(at(answer, BASE)).toBe('glibc.mmap-chunk heap');
  });

  it('is no request of 8 MiB where every thread waits on a stack of its own', () => {
    const other = BASE + 64 * MIB;
    const pieces: Piece[] = [
      { start: BASE, size: STACK + PAGE, permissions: 'rw-p' },
      { start: other, size: STACK + PAGE, permissions: 'rw-p' },
      ...LIBC,
    ];
    const threads = [
      { tid: 1, comm: 'main', stackPointer: null },
      { tid: 2, comm: 'worker', stackPointer: other + STACK - 2 * PAGE },
    ];
    const answer = attributed(pieces, { pid: 1, limits, threads });
    expect(at(answer, other)).toBe('glibc.thread-stack stack');
    expect(at(answer, BASE)).toBe('glibc.mmap-chunk heap');
  });

  it('ends below the thread-local storage of the C library', () => {
    const libc = LIBC[0]!.start;
    const size = 3 * (STACK + PAGE) + 3 * PAGE;
    const answer = attributed([{ start: libc - size, size, permissions: 'rw-p' }, ...LIBC], { limits });
    expect(bytesOf(answer, 'glibc.thread-stack')).toBe(size - 3 * PAGE);
    expect(at(answer, libc - 3 * PAGE)).toBe('libc.tls metadata');
  });

  it.each([64 * KIB, STACK])('is whole where thread-local storage lies elsewhere: %d bytes', (size) => {
    const start = LIBC[0]!.start - size;
    const guard = start - PAGE;
    const answer = attributed(
      [{ start: guard, size: PAGE, permissions: '---p' }, { start, size, permissions: 'rw-p' }, ...LIBC],
      { limits }
    );
    expect(bytesOf(answer, 'glibc.thread-stack')).toBe(size + PAGE);
    expect(bytesOf(answer, 'libc.tls')).toBe(0);
  });

  it('has a page more than the chosen size with musl, for the thread', () => {
    const musl: Piece = { start: LIBC[0]!.start, size: MIB, permissions: 'r-xp', name: '/lib/ld-musl-x86_64.so.1' };
    const chosen = 512 * KIB + PAGE;
    const threads = [{ tid: 2, comm: 'worker', stackPointer: BASE + 2 * PAGE + chosen - 1496 }];
    const answer = attributed(
      [
        { start: BASE, size: 2 * PAGE, permissions: '---p' },
        { start: BASE + 2 * PAGE, size: chosen + 9 * MIB, permissions: 'rw-p' },
        musl,
      ],
      { pid: 1, threads }
    );
    expect(bytesOf(answer, 'musl.thread-stack')).toBe(2 * PAGE + chosen);
  });

  it('ends where sizes and the stack pointer agree when it has merged with a chunk', () => {
    const threads = [{ tid: 2, comm: 'worker', stackPointer: BASE + PAGE + 4 * MIB - 3 * PAGE }];
    const answer = attributed(
      [
        { start: BASE, size: PAGE, permissions: '---p' },
        { start: BASE + PAGE, size: 4 * MIB + 1040 * KIB, permissions: 'rw-p' },
        ...LIBC,
      ],
      { pid: 1, limits, threads }
    );
    expect(bytesOf(answer, 'glibc.thread-stack')).toBe(4 * MIB + PAGE);
    expect(at(answer, BASE + PAGE + 4 * MIB)).toBe('glibc.mmap-chunk heap');
  });

  it('has a guard of one page also where that merged with a reservation below', () => {
    const answer = attributed([
      { start: BASE, size: 496 * KIB + PAGE, permissions: '---p' },
      { start: BASE + 496 * KIB + PAGE, size: STACK, permissions: 'rw-p' },
      ...LIBC,
    ]);
    expect(bytesOf(answer, 'glibc.thread-stack')).toBe(STACK + PAGE);
    expect(at(answer, BASE + 496 * KIB)).toBe('glibc.thread-stack guard');
  });

  it('is where a waiting thread has its stack pointer', () => {
    const size = 300 * KIB;
    const threads = [{ tid: 2, comm: 'worker', stackPointer: BASE + size - 2 * PAGE }];
    const answer = attributed([{ start: BASE, size, permissions: 'rw-p' }, ...LIBC], { pid: 1, limits, threads });
    expect(at(answer, BASE)).toBe('glibc.thread-stack stack');
  });

  it('follows the limit of the process', () => {
    const answer = attributed(
      [
        { start: BASE, size: PAGE, permissions: '---p' },
        { start: BASE + PAGE, size: 5 * MIB, permissions: 'rw-p' },
        ...LIBC,
      ],
      { limits: { ...limits, stack: MIB } }
    );
    expect(bytesOf(answer, 'glibc.thread-stack')).toBe(MIB + PAGE);
  });

  it('is no stack when the kernel flags stacks and not this one', () => {
    const answer = attributed([
      { start: BASE, size: PAGE, permissions: '---p', flags: 'mr nh' },
      { start: BASE + PAGE, size: STACK, permissions: 'rw-p', flags: 'rd wr nh' },
      { start: BASE + 64 * MIB, size: PAGE, permissions: '---p', flags: 'mr' },
      { start: BASE + 64 * MIB + PAGE, size: 3 * MIB, permissions: 'rw-p', flags: 'rd wr' },
      ...LIBC.map((piece) => ({ ...piece, flags: 'rd' })),
    ]);
    expect(at(answer, BASE + PAGE)).toBe('glibc.thread-stack stack');
    expect(at(answer, BASE + 64 * MIB + PAGE)).toBe('glibc.mmap-chunk heap');
  });
});

describe('program images', () => {
  const exe = '/srv/app/server';
  const image: Piece[] = [
    { start: 0x400000, size: 16 * KIB, permissions: 'r--p', name: exe },
    { start: 0x404000, size: MIB, permissions: 'r-xp', name: exe, offset: 0x4000 },
    { start: 0x504000, size: MIB, permissions: 'r--p', name: exe, offset: 0x104000 },
    { start: 0x604000, size: 8 * KIB, permissions: 'r--p', name: exe, offset: 0x203000 },
    { start: 0x606000, size: 16 * KIB, permissions: 'rw-p', name: exe, offset: 0x205000 },
  ];

  it('has text, constants, relocated data, data and .bss', () => {
    const answer = attributed([...image, { start: 0x60a000, size: 33 * MIB, permissions: 'rw-p' }]);
    expect(image.map(({ start }) => at(answer, start))).toEqual([
      'elf.rodata code',
      'elf.text code',
      'elf.rodata code',
      'elf.relro data',
      'elf.data data',
    ]);
    expect(bytesOf(answer, 'elf.bss')).toBe(33 * MIB);
  });

  it('leaves to others what touches the data of a small library', () => {
    const library = image.map((piece) => ({ ...piece, start: piece.start + BASE, name: '/usr/lib/libsmall.so.1' }));
    const answer = attributed([
      ...image,
      ...library,
      { start: BASE + 0x60a000, size: 9 * MIB + PAGE, permissions: 'rw-p' },
    ]);
    expect(bytesOf(answer, 'elf.bss')).toBe(PAGE);
  });

  it('is not a file that is only read', () => {
    const answer = attributed([
      ...image,
      { start: BASE, size: MIB, permissions: 'r--p', name: '/usr/share/data.bin' },
      { start: BASE + MIB, size: MIB, permissions: 'r--s', name: '/var/lib/db' },
      { start: BASE + 4 * MIB, size: MIB, permissions: 'r--p', name: '/usr/lib/debug/x.debug' },
    ]);
    expect(at(answer, BASE)).toBe('file.private file');
    expect(at(answer, BASE + MIB)).toBe('file.shared file');
    expect(at(answer, BASE + 4 * MIB)).toBe('file.elf-as-data file');
  });
});

describe('shared memory', () => {
  it.each([
    ['/dev/zero (deleted)', 'rw-s', 'shared.anon-shmem shared'],
    ['/dev/shm/PostgreSQL.1', 'rw-s', 'shared.shm shared'],
    ['/memfd:pulse (deleted)', 'rw-s', 'shared.memfd shared'],
    ['/SYSV0013e056 (deleted)', 'rw-s', 'shared.sysv shared'],
    ['anon_inode:[io_uring]', 'rw-s', 'shared.io-uring shared'],
    ['/dev/zero (deleted)', 'rwxs', 'jit.shared-code code'],
    ['/dev/dri/renderD128', 'rw-s', 'shared.device shared'],
  ])('%s %s is %s', (name, permissions, expected) => {
    expect(at(attributed([{ start: BASE, size: MIB, permissions, name }]), BASE)).toBe(expected);
  });
});

describe('reservations of the program', () => {
  it('have their opened head below', () => {
    const answer = attributed([
      { start: BASE + MIB, size: 16 * MIB, permissions: 'rw-p', flags: 'nr' },
      { start: BASE + 17 * MIB, size: 1000 * MIB, permissions: '---p', flags: 'nr' },
      ...LIBC.map((piece) => ({ ...piece, flags: 'rd' })),
    ]);
    expect(at(answer, BASE + MIB)).toBe('app.reservation heap');
    expect(at(answer, BASE + 17 * MIB)).toBe('app.reservation reservation');
  });

  it('are small guards when they are small', () => {
    expect(at(attributed([{ start: BASE, size: 64 * KIB, permissions: '---p' }]), BASE)).toBe('anon.guard guard');
  });
});
