import { describe, expect, it } from 'vitest';
import { GIB, KIB, MIB } from '../../../src/core/units';
import { at, attributed, bytesOf } from './build';
import { contiguous, inOrder, withoutFlags } from './contiguous';

const GIB_KB = 1048576;
/** Chunks of the collector, as Firefox places them. */
const CHUNKS = [0x57bda400000, 0x153d89a00000, 0x1961fa100000, 0x23403f500000].map((start) =>
  contiguous(start, [1024, 'rw-p', ''])
);
const CODE = contiguous(
  0x359bbadc4000,
  [64, '---p', 'nr'],
  [52, 'r-xp', ''],
  [76, 'r-xp', ''],
  [2044 * 1024 - 192, '---p', 'nr']
);
/** Two memories of SpiderMonkey 102 below an arena. */
const WASM = contiguous(
  0x7fda37fde000,
  [1284, 'rw-p', ''],
  [6144 * 1024 - 1216, '---p', ''],
  [1284, 'rw-p', ''],
  [6144 * 1024 - 1216, '---p', ''],
  [132, 'rw-p', 'nr'],
  [65404, '---p', 'nr']
);

describe('SpiderMonkey', () => {
  const pieces = inOrder(...CHUNKS, CODE, WASM);

  for (const [name, drawn] of [
    ['with smaps', pieces],
    ['with maps alone', withoutFlags(pieces)],
  ] as const) {
    it(`is known by its code and its chunks, ${name}`, () => {
      const answer = attributed(drawn);
      expect(answer.runtimes).toMatchObject([{ name: 'spidermonkey', version: null }]);
      expect(bytesOf(answer, 'spidermonkey.gc-chunk')).toBe(4 * MIB);
      expect(bytesOf(answer, 'spidermonkey.code')).toBe(2044 * MIB);
      expect(at(answer, 0x359bbadd4000)).toBe('spidermonkey.code code');
      expect(bytesOf(answer, 'spidermonkey.wasm-memory')).toBe(12 * GIB + 136 * KIB);
      expect(at(answer, 0x7fda37fde000)).toBe('spidermonkey.wasm-memory heap');
      expect(bytesOf(answer, 'glibc.arena')).toBe(64 * MIB);
    });
  }

  it('takes its release from the library and needs more than chunks without it', () => {
    const library = contiguous(0x7ff700000000, [20000, 'r-xp', '/usr/lib/x86_64-linux-gnu/libmozjs-102.so.102.15.1']);
    expect(attributed(inOrder(...CHUNKS, library)).runtimes).toMatchObject([{ version: '102' }]);
    expect(attributed(inOrder(...CHUNKS)).runtimes).toEqual([]);
    expect(attributed(inOrder(CODE)).runtimes).toEqual([]);
  });

  it("knows the chunks of Firefox's malloc by their guard pages", () => {
    const library = contiguous(0x7f6680000000, [20000, 'r-xp', '/usr/lib/firefox-esr/libxul.so']);
    const chunk: Array<readonly [number, string, string]> = [
      [8, 'rw-p', ''],
      [4, '---p', ''],
      [1008, 'rw-p', ''],
      [4, '---p', ''],
    ];
    const malloc = contiguous(0x7f65e6a00000, [1024, 'rw-p', ''], [1024, '---p', ''], ...chunk, ...chunk);
    const stack = contiguous(0x7f65f0fff000, [4, '---p', 'nh'], [8192, 'rw-p', 'nh']);
    const answer = attributed(inOrder(...CHUNKS, CODE, malloc, stack, library));
    expect(bytesOf(answer, 'mozjemalloc.chunk')).toBe(4 * MIB);
    expect(at(answer, 0x7f65e6c02000)).toBe('mozjemalloc.chunk guard');
    expect(at(answer, 0x7f65e6b00000)).toBe('mozjemalloc.chunk reservation');
    expect(at(answer, 0x7f65f1000000)).toBe('glibc.thread-stack stack');
  });
});

describe('tcmalloc linked into a program', () => {
  const region = (start: number, open: number): ReturnType<typeof contiguous> =>
    contiguous(start, [GIB_KB - open, '---p', ''], [open, 'rw-p', '']);

  it('has regions of 1 GiB that are opened from above', () => {
    const answer = attributed(inOrder(region(0x23f2c0000000, 2048), region(0x51e340000000, 8192)));
    expect(bytesOf(answer, 'tcmalloc.mapping')).toBe(2 * GIB);
    expect(at(answer, 0x51e340000000)).toBe('tcmalloc.mapping reservation');
  });

  it('is not one region alone, nor one that is opened from below', () => {
    const below = contiguous(0x23f2c0000000, [2048, 'rw-p', ''], [GIB_KB - 2048, '---p', '']);
    expect(bytesOf(attributed(region(0x51e340000000, 8192)), 'tcmalloc.mapping')).toBe(0);
    expect(bytesOf(attributed(inOrder(below, region(0x51e340000000, 8192))), 'tcmalloc.mapping')).toBe(0);
  });
});

describe('V8 as Chromium has it', () => {
  it('has cages and tables in other programs too', () => {
    const program = contiguous(0x5640e2b0c000, [73000, 'r-xp', '/usr/bin/workerd']);
    const cage = contiguous(
      0x3e5400000000,
      [64, 'r--p', 'nr'],
      [64, '---p', ''],
      [8064, 'rw-p', 'nr'],
      [4 * GIB_KB - 8192, '---p', 'nr']
    );
    const tables = contiguous(
      0x7f398c9c0000,
      [256, 'rw-p', 'nr'],
      [64, 'r--p', 'nr'],
      [524288 - 64, '---p', 'nr'],
      [64, 'r--p', 'nr'],
      [64, 'rw-p', 'nr'],
      [524288 - 128, '---p', 'nr'],
      // Eight pages in use: an arena.
      [132, 'rw-p', 'nr'],
      [65404, '---p', 'nr']
    );
    const answer = attributed(inOrder(program, cage, tables));
    expect(answer.runtimes).toMatchObject([{ name: 'v8' }]);
    expect(bytesOf(answer, 'v8.cage')).toBe(4 * GIB);
    expect(bytesOf(answer, 'v8.tables')).toBe(GIB);
    expect(at(answer, 0x7f398ca00000)).toBe('v8.tables metadata');
  });
});
