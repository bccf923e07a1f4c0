import { describe, expect, it } from 'vitest';
import { GIB, KIB } from '../../../src/core/units';
import { type Piece, at, attributed, bytesOf } from './build';
import { contiguous, inOrder } from './contiguous';

const PROGRAM = '/opt/tool/bin/pkl';
const IMAGE = contiguous(0x400000, [4, 'r--p', PROGRAM], [42896, 'r-xp', PROGRAM], [53952, 'rw-p', PROGRAM]);
const shifted = (pieces: readonly Piece[], file: string, offset: number): Piece[] =>
  pieces.map((piece) => (piece.name === file ? { ...piece, offset } : piece));
/** 32 GiB, the shut low end included. */
const HEAP = shifted(
  contiguous(
    0x7fc109780000,
    [512, '---p'],
    [19456, 'r--p', PROGRAM],
    [19124, 'rw-p', PROGRAM],
    [15372, 'r--p', PROGRAM],
    [320, '---p'],
    [1536, 'rw-p'],
    [33498112, '---p']
  ),
  PROGRAM,
  0x2a50000
);

describe('a native image of GraalVM', () => {
  it('has its own file in the reservation of its heap', () => {
    const answer = attributed(inOrder(IMAGE, HEAP));
    expect(answer.runtimes).toMatchObject([{ name: 'native-image', version: null }]);
    expect(bytesOf(answer, 'native-image.heap')).toBe(32 * GIB - (19456 + 19124 + 15372) * KIB);
    expect(at(answer, 0x7fc10cd00000)).toBe('native-image.heap heap');
    expect(at(answer, 0x7fc10ce80000)).toBe('native-image.heap reservation');
  });

  it('is not seen where another file lies beside a reservation, or nothing is shut below it', () => {
    const data = HEAP.map((piece) => (piece.name ? { ...piece, name: '/srv/index.db' } : piece));
    expect(attributed(inOrder(IMAGE, data)).runtimes).toEqual([]);
    expect(attributed(inOrder(IMAGE, HEAP.slice(1))).runtimes).toEqual([]);
  });
});
