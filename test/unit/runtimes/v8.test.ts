import { describe, expect, it } from 'vitest';
import { GIB, KIB, MIB } from '../../../src/core/units';
import { at, attributed, bytesOf } from './build';
import { contiguous, inOrder, withoutFlags } from './contiguous';

const NODE = '/usr/bin/node';
const IMAGE = contiguous(0x400000, [2000, 'r--p', NODE], [30000, 'r-xp', NODE], [100, 'rw-p', NODE]).map((piece) => ({
  ...piece,
  offset: piece.start - 0x400000,
}));
const PAGES = inOrder(
  ...[0x1472e40000, 0x1eb7780000, 0x2541000000, 0x157d4e40000].map((start) =>
    contiguous(start, [256, 'rw-p', 'dc nr'])
  ),
  contiguous(0x18937e480000, [4536, 'rw-p', 'dc nr'])
);
/** Node 20: a head, the embedded builtins from the executable, and a rest. */
const CODE_RANGE = contiguous(
  0x7f2444000000,
  [8, 'rw-p', 'dc nr'],
  [4, '---p', 'dc nr'],
  [240, 'rwxp', 'dc nr'],
  [522244, '---p', 'dc nr'],
  [1608, 'r-xp', NODE],
  [184, '---p', 'dc nr']
).map((piece) => (piece.name ? { ...piece, offset: 8000 * KIB } : piece));
/** Node 24: code range, table and cage touch. */
const TOUCHING = contiguous(
  0x7fd7dc000000,
  [524288, 'rwxp', 'dc nr'],
  [64, 'rw-p', 'dc nr'],
  [131008, '---p', 'dc nr'],
  [64, 'r--p', 'dc nr'],
  [384, 'rw-p', 'dc nr'],
  [261696, '---p', 'dc nr']
);
const WASM = contiguous(
  0x7f24b0000000,
  [2 * 1048576, '---p', 'dc nr'],
  [4096, 'rw-p', 'dc nr'],
  [8 * 1048576 - 4096, '---p', 'dc nr']
);

describe('V8 in Node', () => {
  const pieces = inOrder(IMAGE, PAGES, CODE_RANGE, TOUCHING, WASM);

  for (const [name, drawn] of [
    ['with smaps', pieces],
    ['with maps alone', withoutFlags(pieces)],
  ] as const) {
    it(`is taken apart ${name}`, () => {
      const answer = attributed(drawn);
      expect(answer.runtimes).toMatchObject([{ name: 'node', version: null }]);
      expect(bytesOf(answer, 'v8.heap')).toBe((4 * 256 + 4536) * KIB);
      expect(at(answer, 0x7f2444003000)).toBe('v8.code-range code');
      expect(at(answer, 0x7f2463e40000)).toBe('elf.text-remap code');
      expect(at(answer, 0x7f2463fd2000)).toBe('v8.code-range reservation');
      expect(bytesOf(answer, 'v8.tables')).toBe(128 * MIB);
      expect(bytesOf(answer, 'v8.cage')).toBe(256 * MIB);
      expect(bytesOf(answer, 'v8.wasm-memory')).toBe(10 * GIB);
      expect(at(answer, 0x7f2530000000)).toBe('v8.wasm-memory heap');
    });
  }

  it('has code ranges of 128 MiB and no flag of its own before V8 10', () => {
    const old = inOrder(
      IMAGE,
      contiguous(0x3254cb7e3000, [116, '---p'], [4, 'rw-p'], [4, '---p'], [152, 'r-xp'], [128 * 1024 - 276, '---p']),
      contiguous(0x87e3c1dd000, [128 * 1024, '---p']),
      contiguous(0x1401ef80000, [256, 'rw-p']),
      contiguous(0x90c92700000, [256, 'r--p']),
      // Hints fail: two ranges beside an arena.
      contiguous(0x7faad8000000, [132, 'rw-p'], [64 * 1024 - 132, '---p']),
      contiguous(0x7faadc000000, [8, 'rw-p'], [4, '---p'], [88, 'r-xp'], [128 * 1024 - 100, '---p']),
      contiguous(0x7faae4000000, [8, 'rw-p'], [4, '---p'], [88, 'r-xp'], [128 * 1024 - 100, '---p'])
    );
    for (const pieces of [old, old.map((piece) => ({ ...piece, flags: 'mr mw me nr' }))]) {
      const answer = attributed(pieces);
      expect(bytesOf(answer, 'v8.code-range')).toBe(512 * MIB);
      expect(bytesOf(answer, 'v8.heap')).toBe(512 * KIB);
      expect(bytesOf(answer, 'glibc.arena')).toBe(64 * MIB);
    }
  });

  it('knows a code range that holds nothing yet, and the table above a range', () => {
    const unused = contiguous(0x7ff9f6bc0000, [8, 'rw-p', 'dc nr'], [512 * 1024 - 8, '---p', 'dc nr']);
    const table = contiguous(0x7f5d58000000, [512 * 1024, 'rwxp', 'dc nr'], [128 * 1024, '---p', 'dc nr']);
    const answer = attributed(inOrder(IMAGE, unused, table));
    expect(bytesOf(answer, 'v8.code-range')).toBe(1024 * MIB);
    expect(bytesOf(answer, 'v8.tables')).toBe(128 * MIB);
  });

  it('parts the guard of a wasm memory from an arena below it, and from a stack', () => {
    const memory = [
      [4096, 'rw-p', 'nr'],
      [8 * 1048576 - 4096, '---p', 'nr'],
    ] as const;
    const beside = inOrder(
      contiguous(0x7f0d04000000, [1444, 'rw-p', 'nr'], [64 * 1024 - 1444 + 2 * 1048576, '---p', 'nr'], ...memory),
      contiguous(0x7f104b800000, [8192, 'rw-p', 'nh'], [2 * 1048576, '---p', 'nr'], ...memory)
    );
    const pages = Array.from({ length: 8 }, (_, n) => contiguous(0x1000000000 + n * 0x40000000, [256, 'rw-p', 'nr']));
    for (const drawn of [beside, withoutFlags(beside)]) {
      const answer = attributed(inOrder(IMAGE, ...pages, drawn));
      expect(bytesOf(answer, 'v8.wasm-memory')).toBe(20 * GIB);
      expect(at(answer, 0x7f104b900000)).not.toContain('v8');
    }
  });

  it('knows tables whose end is not aligned, unused ones above code, and memories without guards', () => {
    const drawn = contiguous(
      0x7f058277c000,
      [64, 'r--p', 'dc nr'],
      [64, 'rw-p', 'dc nr'],
      [256 * 1024 - 128 + 16, '---p', 'dc nr'],
      [512 * 1024 - 256, 'rwxp', 'dc nr'],
      [128 * 1024 + 240, '---p', 'dc nr']
    );
    const wasm = contiguous(0x7f46bcf30000, [1280, 'rw-p', 'dc nr'], [17920, '---p', 'dc nr']);
    for (const pieces of [drawn, withoutFlags(drawn)]) {
      const answer = attributed(inOrder(IMAGE, PAGES, pieces));
      expect(bytesOf(answer, 'v8.cage')).toBe(256 * MIB);
      expect(bytesOf(answer, 'v8.tables')).toBe(128 * MIB);
    }
    expect(bytesOf(attributed(inOrder(IMAGE, PAGES, drawn, wasm)), 'v8.wasm-memory')).toBe(19200 * KIB);
  });

  it('is recognised by its pages in a program with another name', () => {
    const many = Array.from({ length: 8 }, (_, n) => contiguous(0x1000000000 + n * 0x40000000, [256, 'rw-p', 'dc nr']));
    // Every V8 reserves a range for code too.
    const reserved = contiguous(0x7f0e00000000, [128 * 1024, '---p', 'dc nr']);
    expect(attributed(inOrder(...many, reserved)).runtimes).toMatchObject([{ name: 'v8' }]);
    expect(attributed(inOrder(...many.slice(1), reserved)).runtimes).toEqual([]);
  });

  it('takes the release from the ABI number of libnode', () => {
    const library = contiguous(0x7f0000000000, [1000, 'r-xp', '/usr/lib/x86_64-linux-gnu/libnode.so.115']);
    const reserved = contiguous(0x7f0e00000000, [512 * 1024, '---p', 'dc nr']);
    expect(attributed(inOrder(reserved, library)).runtimes).toMatchObject([{ name: 'node', version: '20' }]);
  });
});

describe('Chromium', () => {
  it('has pools, a sandbox, tables and a code range', () => {
    const program = '/usr/lib/chromium/chromium';
    const answer = attributed(
      inOrder(
        contiguous(0x10000, [4 * 1048576, '---p']),
        contiguous(0xd1800000000, [16, '---p'], [1248, 'rw-p'], [16 * 1048576 - 1264, '---p']),
        contiguous(
          0x145300000000,
          [1024 * 1048576, '---p', 'nr dd'],
          [1920, 'r--p', 'nr'],
          [64 * 1048576, '---p', 'nr dd']
        ),
        contiguous(0x558268680000, [524288, 'rwxp']),
        contiguous(0x561000000000, [1000, 'r-xp', program]),
        contiguous(
          0x7f567f3f8000,
          [524288, '---p', 'nr'],
          [64, 'r--p', 'nr'],
          [64, 'rw-p', 'nr'],
          [262016, '---p', 'nr']
        )
      )
    );
    expect(answer.runtimes).toMatchObject([{ name: 'chromium' }]);
    expect(at(answer, 0x10000)).toBe('v8.sandbox reservation');
    expect(at(answer, 0xd1800004000)).toBe('partition-alloc.pool heap');
    expect(at(answer, 0x145300000000)).toBe('v8.sandbox reservation');
    expect(at(answer, 0x558268680000)).toBe('v8.code-range code');
    expect(at(answer, 0x7f567f3f8000)).toBe('v8.tables reservation');
  });
});
