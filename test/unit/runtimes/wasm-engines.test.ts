import { describe, expect, it } from 'vitest';
import { GIB, KIB, MIB } from '../../../src/core/units';
import { at, attributed, bytesOf } from './build';
import { contiguous, inOrder, withoutFlags } from './contiguous';

describe('JavaScriptCore', () => {
  const structures = contiguous(0x7f4500000000, [4 * 1048576, 'rw-p', 'nr nh']);
  const pool = contiguous(0x7f46774f1000, [4, '---p'], [1048576, 'rwxp', 'dc nr nh'], [4, '---p']);
  const wasm = contiguous(0x7f43ff400000, [4100, 'rw-p', 'nr'], [4198400, '---p', 'nr']);

  it('is recognised by two of its shapes and named after Bun', () => {
    const program = contiguous(0x200000, [50000, 'r-xp', '/usr/local/bin/bun']);
    const answer = attributed(inOrder(program, structures, pool, wasm));
    expect(answer.runtimes).toMatchObject([{ name: 'bun' }]);
    expect(bytesOf(answer, 'jsc.structure-heap')).toBe(4 * GIB);
    expect(at(answer, 0x7f46774f2000)).toBe('jsc.jit-pool code');
    expect(at(answer, 0x7f46774f1000)).toBe('jsc.jit-pool guard');
    expect(at(answer, 0x7f43ff400000)).toBe('jsc.wasm-memory heap');
    expect(attributed(inOrder(structures, pool)).runtimes).toMatchObject([{ name: 'javascriptcore' }]);
  });

  it('is a program where its npm package calls it bun.exe', () => {
    const name = '/app/node_modules/bun/bin/bun.exe';
    const program = contiguous(0x200000, [25000, 'r--p', name], [80000, 'r-xp', name], [100, 'rw-p', name]);
    const placed = program.map((piece) => ({ ...piece, offset: piece.start - 0x200000 }));
    const answer = attributed(inOrder(placed, structures, pool));
    expect(answer.runtimes).toMatchObject([{ name: 'bun' }]);
    expect(bytesOf(answer, 'elf.text')).toBe(80000 * KIB);
    // Its zeroed data has a page that WebKit made read-only.
    const bss = contiguous(0x200000 + 105100 * KIB, [732, 'rw-p', ''], [16, 'r--p', ''], [204, 'rw-p', '']);
    expect(bytesOf(attributed(inOrder(placed, bss, structures, pool)), 'elf.bss')).toBe(952 * KIB);
  });

  it('finds the structure heap above a cage at a border of 4 GiB', () => {
    const program = contiguous(0x200000, [50000, 'r-xp', '/usr/local/bin/bun']);
    const cage = contiguous(0x7f3000000000, [63 * 1048576, 'rw-p', 'nr'], [1048576, '---p', 'nr']);
    const answer = attributed(inOrder(program, cage, structures, pool));
    expect(bytesOf(answer, 'jsc.structure-heap')).toBe(4 * GIB);
    expect(bytesOf(answer, 'jsc.gigacage')).toBe(64 * GIB);
  });

  it('is not claimed on one shape alone', () => {
    const answer = attributed(inOrder(structures, wasm));
    expect(answer.regions.filter((one) => one.region.startsWith('jsc.'))).toEqual([]);
  });
});

describe('the cage of JavaScriptCore', () => {
  const GIB_KB = 1048576;
  const program = contiguous(0x200000, [50000, 'r-xp', '/usr/local/bin/bun']);
  const structures = contiguous(0x7ff600000000, [4 * GIB_KB, 'rw-p', 'nr hg']);
  const pool = contiguous(0x7ff774e78000, [1048096, 'rwxp', 'nr hg']);
  const rest = 64 * GIB_KB - (110 + 4104) * 1024;
  const cage = contiguous(
    0x7fe000000000,
    [110 * 1024, 'rw-p', 'nr dd'],
    [1280, 'rw-p', 'nr'],
    [4104 * 1024 - 1280, '---p', 'nr'],
    [rest - 3681128, 'rw-p', 'nr dd'],
    [3681128, '---p', 'nr dd']
  );
  const arena = contiguous(0x7ff000000000, [132, 'rw-p', 'nr'], [65404, '---p', 'nr']);

  for (const [name, drawn] of [
    ['with smaps', inOrder(program, cage, arena, structures, pool)],
    ['with maps alone', withoutFlags(inOrder(program, cage, arena, structures, pool))],
  ] as const) {
    it(`holds the memories of WebAssembly, ${name}`, () => {
      const answer = attributed(drawn);
      expect(bytesOf(answer, 'jsc.wasm-memory')).toBe(4104 * MIB);
      expect(bytesOf(answer, 'jsc.gigacage')).toBe(64 * GIB - 4104 * MIB);
      expect(at(answer, 0x7fe000000000)).toBe('jsc.gigacage heap');
      expect(at(answer, 0x7fefffff0000)).toBe('jsc.gigacage reservation');
      expect(bytesOf(answer, 'glibc.arena')).toBe(64 * MIB);
    });
  }
});

describe('wasmtime', () => {
  const NONE = 4 * 1048576 + 32 * 1024 - 4096;

  it('finds two memories whose guards merged', () => {
    const start = 0x7f7fcc000000;
    const pieces = contiguous(
      start,
      [32768, '---p', 'nr'],
      [4096, 'rw-p', 'nr'],
      [NONE + 32768, '---p', 'nr'],
      [4096, 'rw-p', 'nr'],
      [NONE, '---p', 'nr']
    );
    const answer = attributed(pieces);
    expect(answer.runtimes).toMatchObject([{ name: 'wasmtime' }]);
    expect(bytesOf(answer, 'wasmtime.linear-memory')).toBe(2 * (4 * GIB + 64 * MIB));
    expect(at(answer, start + 32 * MIB)).toBe('wasmtime.linear-memory heap');
  });

  it('takes any reservation of whole pages where its library is mapped', () => {
    const library = contiguous(0x7ff752200000, [20000, 'r-xp', '/app/wasmtime/linux-x86_64/_libwasmtime.so']);
    const low = 0x7fecc3e00000;
    const old = contiguous(
      low,
      [64, '---p'],
      [1920, 'rw-p'],
      [12 * 1048576 + 64, '---p'],
      [6400, 'rw-p'],
      [8 * 1048576 - 6400, '---p'],
      // An arena above the last guard.
      [132, 'rw-p'],
      [65404, '---p']
    );
    const small = contiguous(0x7ff740000000, [64, 'rw-p', 'nr'], [65536, '---p', 'nr']);
    const answer = attributed(inOrder(old, small, library));
    expect(answer.runtimes).toMatchObject([{ name: 'wasmtime' }]);
    expect(at(answer, low)).toBe('wasmtime.linear-memory guard');
    expect(bytesOf(answer, 'wasmtime.linear-memory')).toBe((20 * 1048576 + 2048 + 65600) * KIB);
    expect(bytesOf(answer, 'glibc.arena')).toBe(64 * MIB);
    expect(attributed(inOrder(old, small)).runtimes).toEqual([]);
  });

  it('leaves the arena whose tail its low guard has merged with', () => {
    const library = contiguous(0x7ff752200000, [20000, 'r-xp', '/app/wasmtime/linux-x86_64/_libwasmtime.so']);
    const arena = contiguous(0x7f7fb8000000, [132, 'rw-p', 'nr'], [65404, '---p', 'nr']);
    const both = contiguous(0x7f7fc8000000, [132, 'rw-p', 'nr'], [65404 + 32768, '---p', 'nr'], [4096, 'rw-p', 'nr']);
    const rest = contiguous(0x7f7fce400000, [NONE, '---p', 'nr']);
    const answer = attributed(inOrder(arena, both, rest, library));
    expect(bytesOf(answer, 'glibc.arena')).toBe(2 * 64 * MIB);
    expect(bytesOf(answer, 'wasmtime.linear-memory')).toBe(4 * GIB + 64 * MIB);
  });

  it('does not take a reservation of another size', () => {
    const answer = attributed(contiguous(0x7f7fcc000000, [4096, 'rw-p', 'nr'], [8 * 1048576 - 4096, '---p', 'nr']));
    expect(answer.runtimes).toEqual([]);
  });

  it('names the code beside a memory', () => {
    const memory = contiguous(0x7f7fcc000000, [64, 'rw-p', 'nr'], [4 * 1048576 + 32 * 1024 - 64, '---p', 'nr']);
    const code = contiguous(0x7f81e2d04000, [4, 'r--p', 'nr'], [4, 'r-xp', 'nr'], [8, 'r--p', 'nr']);
    const answer = attributed(inOrder(memory, code));
    expect(bytesOf(answer, 'wasmtime.code')).toBe(4 * KIB);
  });
});
