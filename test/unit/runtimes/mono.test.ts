import { describe, expect, it } from 'vitest';
import { KIB, MIB } from '../../../src/core/units';
import { at, attributed, bytesOf } from './build';
import { contiguous, inOrder, withoutFlags } from './contiguous';

// Mono 6.8 with SGen: what mcs made of a small program.
const PROGRAM = contiguous(0x563c353be000, [168, 'r--p', '/usr/bin/mono-sgen'], [3188, 'r-xp', '/usr/bin/mono-sgen']);
const CODE = contiguous(0x4052e000, [64, 'rwxp', '']);
const ARENA = contiguous(0x7f25f4000000, [464, 'rw-p', ''], [65072, '---p', '']);
const STACK = contiguous(
  0x7f25fa5ff000,
  [4, '---p', 'nh'],
  [4, 'rw-p', 'nh'],
  [32, '---p', 'nh'],
  [2012, 'rw-p', 'nh']
);
const BLOCKS = contiguous(0x7f25fb7e8000, [512, 'rw-p', '']);
const CARDS = contiguous(0x7f2603200000 - 1096 * KIB, [1096 + 16384, 'rw-p', '']);
const THREAD_IDS = contiguous(0x7f26054a5000, [32, 'rw-p', ''], [380, '---p', '']);
const SMALL = contiguous(0x7f2605568000, [8, 'rw-p', '']);
const pieces = inOrder(PROGRAM, CODE, ARENA, STACK, BLOCKS, CARDS, THREAD_IDS, SMALL);

describe('Mono', () => {
  for (const [name, drawn] of [
    ['with smaps', pieces],
    ['with maps alone', withoutFlags(pieces)],
  ] as const) {
    it(`is taken apart ${name}`, () => {
      const answer = attributed(drawn);
      expect(answer.runtimes).toMatchObject([{ name: 'mono', version: null }]);
      expect(at(answer, 0x4052e000)).toBe('mono.code code');
      expect(at(answer, 0x7f25fb7e8000)).toBe('mono.gc-heap heap');
      // What was mapped after the cards lies below them and merges.
      expect(at(answer, 0x7f2603200000)).toBe('mono.gc-structures metadata');
      expect(at(answer, 0x7f2603200000 + 16 * MIB - 1)).toBe('mono.gc-structures metadata');
      expect(at(answer, 0x7f2603200000 - KIB)).toBe('mono.gc-heap heap');
      expect(at(answer, 0x7f26054ad000)).toBe('mono.gc-structures reservation');
      expect(at(answer, 0x7f2605568000)).toBe('mono.gc-structures metadata');
    });
  }

  it('leaves libc its arenas and stacks, with the guard of Mono inside them', () => {
    const answer = attributed(pieces);
    expect(bytesOf(answer, 'glibc.arena')).toBe(64 * MIB);
    expect(at(answer, 0x7f25fa601000)).toBe('glibc.thread-stack guard');
    expect(at(answer, 0x7f25fa609000)).toBe('glibc.thread-stack stack');
  });

  it('has no cards with the Boehm collector', () => {
    const boehm = contiguous(
      0x563c353be000,
      [168, 'r--p', '/usr/bin/mono-boehm'],
      [3188, 'r-xp', '/usr/bin/mono-boehm']
    );
    const answer = attributed(inOrder(boehm, contiguous(0x7f2600000000, [22144, 'rw-p', ''])));
    expect(bytesOf(answer, 'mono.gc-heap')).toBe(22144 * KIB);
  });

  it('claims nothing in a process of something else', () => {
    const other = pieces.map((piece) => (piece.name ? { ...piece, name: '/usr/bin/other' } : piece));
    expect(attributed(other).regions.filter(({ region }) => region.startsWith('mono.'))).toEqual([]);
  });
});
