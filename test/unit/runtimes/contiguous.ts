/** Draws one contiguous stretch of address space for `build.ts`: sizes in KiB, permissions, flags or a path. */
import { KIB } from '../../../src/core/units';
import type { Piece } from './build';

export type Drawn = readonly [kib: number, permissions: string, flagsOrPath?: string];

export function contiguous(start: number, ...drawn: readonly Drawn[]): Piece[] {
  let at = start;
  return drawn.map(([kib, permissions, text = '']) => {
    const piece: Piece = {
      start: at,
      size: kib * KIB,
      permissions,
      ...(text.startsWith('/') ? { name: text, flags: '' } : { flags: text }),
    };
    at += kib * KIB;
    return piece;
  });
}

/** The same without smaps. */
export function withoutFlags(pieces: readonly Piece[]): Piece[] {
  return pieces.map(({ flags: _flags, ...rest }) => rest);
}

export function inOrder(...groups: ReadonlyArray<readonly Piece[]>): Piece[] {
  return groups.flat().sort((a, b) => a.start - b.start);
}
