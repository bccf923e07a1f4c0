import { describe, expect, it } from 'vitest';
import { GIB, KIB, MIB } from '../../../src/core/units';
import { at, attributed, bytesOf } from './build';
import { contiguous, inOrder } from './contiguous';

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

  it('is not claimed on one shape alone', () => {
    const answer = attributed(inOrder(structures, wasm));
    expect(answer.regions.filter((one) => one.region.startsWith('jsc.'))).toEqual([]);
  });
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
