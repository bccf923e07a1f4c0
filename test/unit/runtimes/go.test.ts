import { describe, expect, it } from 'vitest';
import { AMD64_OFFSET, LEVEL_BYTES } from '../../../src/core/runtimes/go-geometry';
import { DEFAULT_SYSTEM } from '../../../src/core/snapshot/snapshot';
import { KIB, MIB } from '../../../src/core/units';
import { type Piece, at, attributed, bytesOf } from './build';

const TABLES = 0x7f0000000000;
const SHIFTS = [34, 31, 28, 25, 22];

interface Shape {
  readonly heap: number;
  readonly page: number;
  readonly offset: number;
  readonly scavenge: boolean;
  /** Tight layouts have L1 and L0 right above L2; others have them in a hole of their own. */
  readonly tight: boolean;
}

/** A table: inaccessible but for the page that describes the heap. */
function table(start: number, bytes: number, opened: number, page: number): Piece[] {
  const pieces: Piece[] = [];
  if (opened > 0) pieces.push({ start, size: opened, permissions: '---p' });
  pieces.push({ start: start + opened, size: page, permissions: 'rw-p' });
  if (opened + page < bytes) {
    pieces.push({ start: start + opened + page, size: bytes - opened - page, permissions: '---p' });
  }
  return pieces;
}

/** Touching inaccessible pieces as the kernel shows them: merged. */
function merge(pieces: readonly Piece[]): Piece[] {
  const out: Piece[] = [];
  for (const piece of [...pieces].sort((a, b) => a.start - b.start)) {
    const last = out[out.length - 1];
    const same = last && last.permissions === piece.permissions && last.start + last.size === piece.start && !last.name;
    if (same && !piece.name) out[out.length - 1] = { ...last, size: last.size + piece.size };
    else out.push(piece);
  }
  return out;
}

function goProcess({ heap, page, offset, scavenge, tight }: Shape): Piece[] {
  const openedOf = (level: number): number =>
    Math.floor((Math.floor((heap + offset) / 2 ** SHIFTS[level]!) * 8) / page) * page;
  const pieces: Piece[] = [
    { start: 0x400000, size: MIB, permissions: 'r-xp', name: '/srv/daemon' },
    { start: 0x500000, size: MIB, permissions: 'r--p', name: '/srv/daemon', offset: MIB },
    { start: 0x600000, size: 64 * KIB, permissions: 'rw-p', name: '/srv/daemon', offset: 2 * MIB },
    { start: heap, size: 4 * MIB, permissions: 'rw-p' },
    { start: heap + 4 * MIB, size: 60 * MIB, permissions: '---p' },
  ];
  let next = TABLES;
  pieces.push({ start: next, size: 32 * MIB, permissions: 'rw-p' });
  next += 32 * MIB;
  if (scavenge) {
    pieces.push(...table(next, 512 * MIB, openedOf(4), page));
    next += 512 * MIB;
  }
  for (const level of [4, 3, 2]) {
    pieces.push(...table(next, LEVEL_BYTES[level]!, openedOf(level), page));
    next += LEVEL_BYTES[level]!;
  }
  if (!tight) next += 3 * MIB;
  pieces.push(...table(next, LEVEL_BYTES[1]!, openedOf(1), page));
  next += LEVEL_BYTES[1]!;
  pieces.push({ start: next, size: LEVEL_BYTES[0]!, permissions: 'rw-p' });
  return merge(pieces);
}

const amd64: Shape = { heap: 0xc000000000, page: 4 * KIB, offset: AMD64_OFFSET, scavenge: true, tight: false };

describe('go page tables', () => {
  const shapes: Array<[string, Shape]> = [
    ['amd64 at the classic address', amd64],
    ['amd64, kernel that packs tightly', { ...amd64, tight: true }],
    ['amd64, random base of 1.26', { ...amd64, heap: 0x250b24000000 }],
    ['amd64, random base that is a multiple of eight pages', { ...amd64, heap: 0x200000000000, tight: true }],
    ['amd64 up to 1.18', { ...amd64, scavenge: false }],
    ['arm64', { ...amd64, heap: 0x4000000000, offset: 0 }],
    ['arm64, tight', { ...amd64, heap: 0x4000000000, offset: 0, tight: true }],
    ['arm64 with 64 KiB pages', { ...amd64, heap: 0x4000000000, offset: 0, page: 64 * KIB }],
    ['amd64 geometry with 16 KiB pages', { ...amd64, page: 16 * KIB }],
  ];

  it.each(shapes)('%s: every table and the heap are found', (_, shape) => {
    const answer = attributed(goProcess(shape), { system: { ...DEFAULT_SYSTEM, pageSize: shape.page } });
    expect(answer.runtimes.map((runtime) => runtime.name)).toContain('go');
    LEVEL_BYTES.forEach((bytes, level) => expect(bytesOf(answer, `go.page-summary-L${level}`)).toBe(bytes));
    expect(bytesOf(answer, 'go.scavenge-index')).toBe(shape.scavenge ? 512 * MIB : 0);
    expect(bytesOf(answer, 'go.arena-index-L2')).toBe(32 * MIB);
    expect(bytesOf(answer, 'go.heap-arena')).toBe(64 * MIB);
    expect(at(answer, shape.heap)).toBe('go.heap-arena heap');
    expect(at(answer, shape.heap + 4 * MIB)).toBe('go.heap-arena reservation');
  });

  it('leaves blocks that are too large or too odd for bookkeeping to malloc, with cgo', () => {
    const libc: Piece = { start: 0x7f4000000000, size: MIB, permissions: 'r-xp', name: '/lib/libc.so.6' };
    const sizes = [17_592 * KIB, 2932 * KIB, 1408 * KIB];
    const blocks = sizes.map((size, n): Piece => ({ start: 0x7f3000000000 + n * 64 * MIB, size, permissions: 'rw-p' }));
    const withC = attributed([...goProcess(amd64), ...blocks, libc]);
    const regions = (answer: typeof withC): string[] => blocks.map(({ start }) => at(answer, start));
    expect(regions(withC)).toEqual(['glibc.mmap-chunk heap', 'glibc.mmap-chunk heap', 'go.sys-alloc metadata']);
    expect(regions(attributed([...goProcess(amd64), ...blocks]))[1]).toBe('go.sys-alloc metadata');
  });

  it('tells versions by geometry', () => {
    const versionOf = (shape: Shape): string | null | undefined => attributed(goProcess(shape)).runtimes[0]?.version;
    expect(versionOf({ ...amd64, scavenge: false })).toBe('1.17-1.18');
    expect(versionOf(amd64)).toBe('1.21-1.25');
    expect(versionOf({ ...amd64, heap: 0x250b24000000 })).toBe('1.26-1.27');
  });

  it('believes the build information more than the geometry', () => {
    const answer = attributed(goProcess(amd64), { goVersion: '1.24.9' });
    expect(answer.runtimes[0]?.version).toBe('1.24.9');
  });

  it('finds the one page of a scavenge index that could not be reserved', () => {
    const heap = 0x3d38f3000000;
    const page = Math.floor((Math.floor((heap + AMD64_OFFSET) / 2 ** 22) * 8) / 4096) * 4096;
    const pieces = goProcess({ ...amd64, heap: 0x3d38f0000000, scavenge: false });
    const answer = attributed([...pieces, { start: page, size: 4096, permissions: 'rw-p' }]);
    expect(at(answer, page)).toBe('go.scavenge-index metadata');
  });

  it('does not see Go where nothing lies at the address that the tables describe', () => {
    const pieces = goProcess(amd64).filter((piece) => piece.start < 0xc000000000 || piece.start > 0xd000000000);
    expect(attributed(pieces).runtimes).toEqual([]);
  });

  it('does not see Go in any large reservation with islands', () => {
    const pieces: Piece[] = [{ start: 0x400000, size: MIB, permissions: 'r-xp', name: '/srv/x' }];
    let next = 0x7f1000000000;
    for (let i = 0; i < 40; i++) {
      pieces.push({ start: next, size: (7 + i) * 3 * MIB, permissions: '---p' });
      next += (7 + i) * 3 * MIB;
      pieces.push({ start: next, size: 4 * KIB, permissions: 'rw-p' });
      next += 4 * KIB;
    }
    expect(attributed(pieces).runtimes).toEqual([]);
  });
});

describe('go before page tables', () => {
  it('needs the classic address and the index', () => {
    const image: Piece = { start: 0x400000, size: MIB, permissions: 'r-xp', name: '/srv/old' };
    const heap: Piece = { start: 0xc000000000, size: 64 * MIB, permissions: 'rw-p' };
    const index: Piece = { start: TABLES, size: 32 * MIB + 2_166_784, permissions: 'rw-p' };
    const answer = attributed([image, heap, index]);
    expect(answer.runtimes[0]).toMatchObject({ name: 'go', version: '1.11-1.13' });
    expect(bytesOf(answer, 'go.arena-index-L2')).toBe(32 * MIB);
    expect(bytesOf(answer, 'go.heapArena-metadata')).toBe(2_166_784);
    expect(attributed([image, heap]).runtimes).toEqual([]);
    expect(attributed([image, index]).runtimes).toEqual([]);
  });
});
