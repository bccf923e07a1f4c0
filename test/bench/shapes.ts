/** Maps of made-up processes that repeat one shape, to see that no signature takes more time for each than for the first. */
import { KIB, MIB } from '../../src/core/units';

/** Bytes, permissions, and a name where there is one. Each name is another one. */
type Piece = readonly [size: number, permissions: string, name?: (index: number) => string];

interface Shape {
  readonly program: string;
  readonly pieces: readonly Piece[];
  /** Unmapped bytes between two repetitions. */
  readonly gap: number;
}

const shape = (pieces: readonly Piece[], gap = 0, program = '/usr/bin/program'): Shape => ({ program, pieces, gap });

export const SHAPES: Readonly<Record<string, Shape>> = {
  'thread stacks': shape([
    [4 * KIB, '---p'],
    [8 * MIB, 'rw-p'],
  ]),
  'stacks of another size': shape([
    [4 * KIB, '---p'],
    [300 * KIB, 'rw-p'],
  ]),
  'malloc arenas': shape([
    [132 * KIB, 'rw-p'],
    [64 * MIB - 132 * KIB, '---p'],
  ]),
  'generated code': shape([
    [64 * KIB, 'r-xp'],
    [64 * KIB, 'rw-p'],
  ]),
  'wasm memories': shape([
    [64 * KIB, 'rw-p'],
    [8 * 1024 * MIB, '---p'],
  ]),
  'large blocks': shape([[32 * MIB, 'rw-p']], 4 * KIB),
  files: shape([[8 * KIB, 'r--p', (index) => `/srv/data/${index}`]]),
  libraries: shape([
    [8 * KIB, 'r--p', (index) => `/usr/lib/lib${index}.so.1`],
    [8 * KIB, 'r-xp', (index) => `/usr/lib/lib${index}.so.1`],
    [8 * KIB, 'rw-p', (index) => `/usr/lib/lib${index}.so.1`],
    [8 * KIB, 'rw-p'],
  ]),
  'named memory': shape([[64 * KIB, 'rw-p', (index) => `[anon:block ${index}]`]]),
  'a JVM': shape(
    [
      [16 * KIB, '---p'],
      [1008 * KIB, 'rw-p'],
    ],
    0,
    '/usr/lib/jvm/17/lib/server/libjvm.so'
  ),
  'a Node.js': shape(
    [
      [256 * KIB, 'rw-p'],
      [256 * KIB, '---p'],
    ],
    4 * KIB,
    '/usr/bin/node'
  ),
  'a .NET': shape(
    [
      [64 * KIB, 'rw-p'],
      [192 * KIB, '---p'],
    ],
    0,
    '/usr/lib/dotnet/8.0.1/libcoreclr.so'
  ),
  'a Python': shape([[MIB, 'rw-p']], 4 * KIB, '/usr/bin/python3.11'),
  'a Ruby': shape(
    [
      [4 * KIB, '---p'],
      [644 * KIB, 'rw-p'],
    ],
    0,
    '/usr/bin/ruby3.1'
  ),
  'a BEAM': shape(
    [
      [MIB, 'rw-p'],
      [MIB, '---p'],
    ],
    0,
    '/usr/lib/erlang/erts-13.1/bin/beam.smp'
  ),
  'a Mono': shape(
    [
      [64 * KIB, 'rw-p'],
      [64 * KIB, 'rwxp'],
    ],
    4 * KIB,
    '/usr/bin/mono-sgen'
  ),
  'a MariaDB': shape(
    [
      [256 * KIB, 'rw-p'],
      [4 * KIB, '---p'],
    ],
    0,
    '/usr/sbin/mariadbd'
  ),
};

/** @returns text of a maps file with `count` mappings of that shape, a program and a C library */
export function mapsOf({ program, pieces, gap }: Shape, count: number): string {
  const lines: string[] = [];
  let at = 0x555500000000;
  const add = (size: number, permissions: string, name = '', offset = 0): void => {
    const [device, inode] = name.startsWith('/') ? ['fe:00', lines.length + 1] : ['00:00', 0];
    const range = `${at.toString(16)}-${(at + size).toString(16)}`;
    lines.push(`${range} ${permissions} ${offset.toString(16).padStart(8, '0')} ${device} ${inode} ${name}\n`);
    at += size;
  };
  const image = (name: string): void => {
    ['r--p', 'r-xp', 'rw-p'].forEach((permissions, part) => add(64 * KIB, permissions, name, part * 64 * KIB));
  };
  image(program);
  add(132 * KIB, 'rw-p', '[heap]');
  // Room for the largest shape, above the area that allocators choose themselves and below the libraries.
  at = 0x300000000000;
  for (let index = 0; lines.length < count; index++) {
    for (const [size, permissions, name] of pieces) add(size, permissions, name?.(index));
    at += gap;
  }
  at = 0x7ff000000000;
  for (const name of ['libc.so.6', 'ld-linux-x86-64.so.2']) image(`/usr/lib/x86_64-linux-gnu/${name}`);
  return lines.join('');
}
