/**
 * /proc/PID/maps → mappings.
 *
 * Source: Documentation/filesystems/proc.rst and fs/proc/task_mmu.c (show_map_vma). Sample:
 *   `7f9fa5a09000-7f9fa5acd000 rw-p 00000000 00:00 0                          [heap]`
 * The format cannot tell a file whose name ends in ` (deleted)` from a deleted file; the text is kept as printed.
 * `[vsyscall]` is parsed like any other line; it lies outside the process's VmSize and callers drop it.
 */
import { ParseError } from '../errors';
import { type MapsBytes, bytesOf } from './maps-bytes';
import { lineEnd, readTail, sameBytes } from './maps-tails';
import { type Mapping, EXECUTE, READ, SHARED, WRITE } from './mapping';

const SPACE = 32;
const NEWLINE = 10;
const DASH = 45;

const PERMISSIONS: readonly string[] = Array.from({ length: 16 }, (_, bits) =>
  [bits & READ ? 'r' : '-', bits & WRITE ? 'w' : '-', bits & EXECUTE ? 'x' : '-', bits & SHARED ? 's' : 'p'].join('')
);

/** Four characters as one number, the first in the highest byte. */
function wordOf(text: string): number {
  return [...text].reduce((word, letter) => ((word << 8) | letter.charCodeAt(0)) >>> 0, 0);
}

const PERMISSION_WORDS = Uint32Array.from(PERMISSIONS, wordOf);

/** Value of a hex digit by its byte, -1 for the rest. */
const DIGITS = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit++) DIGITS['0123456789abcdef'.charCodeAt(digit)] = digit;

/** Value of two hex digits by their two bytes, -1 where one of them is none. */
const PAIRS = new Int16Array(65536).fill(-1);
for (let pair = 0; pair < 256; pair++) PAIRS[wordOf(pair.toString(16).padStart(2, '0'))] = pair;

/** What follows the permissions of anonymous memory without a name: `00000000 00:00 0 ` and a newline. */
const NO_OFFSET = wordOf('0000');
const NO_DEVICE = wordOf(' 00:');
const NO_INODE = wordOf('00 0');

/** Columns of a line with addresses of twelve digits, which nearly all have. */
const END = 13;
const ACCESS = 26;
const OFFSET = 31;
const TAIL = 40;
const ANONYMOUS_LINE = 49;

interface Head {
  readonly start: number;
  readonly end: number;
  readonly access: number;
  readonly offset: number;
  /** Where the device begins. */
  readonly tail: number;
}

/**
 * @param maps content of a maps file, text or the bytes as read; a last line without newline is accepted
 * @param file name used in errors
 * @throws ParseError on the first line that is not a mapping, with its number and text
 */
export function parseMaps(maps: string | Uint8Array, file = 'maps'): Mapping[] {
  const content = bytesOf(maps);
  const { bytes, data } = content;
  const mappings: Mapping[] = [];
  const length = bytes.length;
  let at = 0;
  // Mappings of one file follow each other, and all that comes after the offset is the same text, newline included.
  let lastAt = 0;
  let lastLength = 0;
  let device = '';
  let inode = 0;
  let name = '';

  while (at < length) {
    if (bytes[at] === NEWLINE) {
      at++;
      continue;
    }
    let start: number;
    let end: number;
    let access: number;
    let offset: number;
    let tail: number;
    const usual =
      at + ANONYMOUS_LINE <= length &&
      bytes[at + END - 1] === DASH &&
      bytes[at + ACCESS - 1] === SPACE &&
      bytes[at + OFFSET - 1] === SPACE;
    if (usual) {
      const startHigh = sixDigits(data, at);
      const startLow = sixDigits(data, at + 6);
      const endHigh = sixDigits(data, at + END);
      const endLow = sixDigits(data, at + END + 6);
      if ((startHigh | startLow | endHigh | endLow) < 0) fail(content, at, file);
      start = startHigh * 0x1000000 + startLow;
      end = endHigh * 0x1000000 + endLow;
      access = accessOf(data.getUint32(at + ACCESS));
      if (access < 0 || end <= start) fail(content, at, file);
      if (
        data.getUint32(at + OFFSET) === NO_OFFSET &&
        data.getUint32(at + OFFSET + 4) === NO_OFFSET &&
        data.getUint32(at + OFFSET + 8) === NO_DEVICE &&
        data.getUint32(at + OFFSET + 12) === NO_INODE &&
        bytes[at + ANONYMOUS_LINE - 2] === SPACE &&
        bytes[at + ANONYMOUS_LINE - 1] === NEWLINE
      ) {
        const permissions = PERMISSIONS[access]!;
        mappings.push({ start, end, permissions, access, offset: 0, device: '00:00', inode: 0, name: '' });
        at += ANONYMOUS_LINE;
        continue;
      }
      tail = at + TAIL;
      offset = bytes[tail - 1] === SPACE ? eightDigits(data, at + OFFSET) : -1;
      if (offset < 0) ({ offset, tail } = readHead(content, at) ?? fail(content, at, file));
    } else {
      ({ start, end, access, offset, tail } = readHead(content, at) ?? fail(content, at, file));
    }

    if (lastLength > 0 && tail + lastLength <= length && sameBytes(data, tail, data, lastAt, lastLength)) {
      at = tail + lastLength;
    } else {
      const read = readTail(content, at, tail) ?? fail(content, at, file);
      ({ device, inode, name } = read);
      at = tail + read.length;
      lastAt = tail;
      lastLength = at <= length && read.isPlain ? read.length : 0;
    }
    mappings.push({ start, end, permissions: PERMISSIONS[access]!, access, offset, device, inode, name });
  }
  return mappings;
}

function sixDigits(data: DataView, at: number): number {
  return (PAIRS[data.getUint16(at)]! << 16) | (PAIRS[data.getUint16(at + 2)]! << 8) | PAIRS[data.getUint16(at + 4)]!;
}

function eightDigits(data: DataView, at: number): number {
  const high = (PAIRS[data.getUint16(at)]! << 8) | PAIRS[data.getUint16(at + 2)]!;
  const low = (PAIRS[data.getUint16(at + 4)]! << 8) | PAIRS[data.getUint16(at + 6)]!;
  return (high | low) < 0 ? -1 : high * 0x10000 + low;
}

/** Bits of `rw-p` as a word: the letters differ from `-`, and `s` from `p`, in one bit each. */
function accessOf(word: number): number {
  const access =
    ((word >>> 30) & 1 ? READ : 0) |
    ((word >>> 22) & 1 ? WRITE : 0) |
    ((word >>> 14) & 1 ? EXECUTE : 0) |
    (word & 1 ? SHARED : 0);
  return PERMISSION_WORDS[access] === word ? access : -1;
}

/** Everything before the device, whatever its width. */
function readHead({ bytes, data }: MapsBytes, at: number): Head | null {
  const dash = digitsEnd(bytes, at);
  const space = digitsEnd(bytes, dash + 1);
  const next = space + 6;
  if (bytes[dash] !== DASH || bytes[space] !== SPACE || next >= bytes.length || bytes[next - 1] !== SPACE) return null;
  const tail = digitsEnd(bytes, next) + 1;
  if (bytes[tail - 1] !== SPACE) return null;
  const start = hexOf(bytes, at, dash);
  const end = hexOf(bytes, dash + 1, space);
  const offset = hexOf(bytes, next, tail - 1);
  const access = accessOf(data.getUint32(space + 1));
  return start < 0 || end <= start || offset < 0 || access < 0 ? null : { start, end, access, offset, tail };
}

function digitsEnd(bytes: Uint8Array, at: number): number {
  while (at < bytes.length && DIGITS[bytes[at]!]! >= 0) at++;
  return at;
}

/** @returns -1 when there is no digit or more of them than 64 bits have */
function hexOf(bytes: Uint8Array, start: number, end: number): number {
  if (start === end || end - start > 16) return -1;
  let value = 0;
  for (let i = start; i < end; i++) value = value * 16 + DIGITS[bytes[i]!]!;
  return value;
}

function fail({ bytes, textOf }: MapsBytes, at: number, file: string): never {
  let line = 1;
  for (let i = 0; i < at; i++) if (bytes[i] === NEWLINE) line++;
  throw new ParseError(file, line, textOf(at, lineEnd(bytes, at)), 'is not a mapping');
}
