/**
 * The last three columns of a line of maps: `fe:00 1261625      /usr/lib/libc.so.6`. The same files are mapped by process after
 * process, so what was read once is kept by its bytes: a name is decoded once and is one string everywhere.
 */
import type { MapsBytes } from './maps-bytes';

export interface Tail {
  readonly device: string;
  readonly inode: number;
  readonly name: string;
  /** Bytes, newline included. */
  readonly length: number;
  /** Of ASCII without NUL: equal bytes are equal text, and `sameBytes` can compare them. */
  readonly isPlain: boolean;
}

interface Kept extends Tail {
  readonly bytes: DataView;
}

const NEWLINE = 10;
const SPACE = 32;
const ZERO = 48;

/** One tail for each value of the hash: 2 MiB at most, since longer ones are not kept. */
const SLOTS = 4096;
const LONGEST = 512;
const kept: Array<Kept | undefined> = new Array<Kept | undefined>(SLOTS).fill(undefined);

/** Where the hash looks: at the inode, and after the first letters of the name, whose column is fixed as a rule. */
const INODE = 6;
const NAME = 75;
const WORD = 4;
const DOUBLE = 8;

/**
 * Compared as doubles, eight bytes at a time, the last eight perhaps twice. A pattern that is not a number differs from itself, so a
 * difference that is found may be none; equal doubles are equal bytes but for the two zeros, whose bytes are NUL.
 * @param b without NUL
 */
export function sameBytes(a: DataView, aStart: number, b: DataView, bStart: number, length: number): boolean {
  let i = 0;
  for (; i + DOUBLE <= length; i += DOUBLE) {
    if (a.getFloat64(aStart + i, true) !== b.getFloat64(bStart + i, true)) return false;
  }
  if (i === length) return true;
  if (i > 0) {
    const last = length - DOUBLE;
    return a.getFloat64(aStart + last, true) === b.getFloat64(bStart + last, true);
  }
  for (; i < length; i++) if (a.getUint8(aStart + i) !== b.getUint8(bStart + i)) return false;
  return true;
}

/**
 * @param line where the line begins
 * @param start where its device begins
 * @returns null where there are no device and inode
 */
export function readTail({ bytes, data, textOf }: MapsBytes, line: number, start: number): Tail | null {
  const room = bytes.length - start;
  let slot = -1;
  if (line + NAME + WORD <= bytes.length) {
    slot = slotOf(data.getUint32(start + INODE), data.getUint32(start + INODE + WORD), data.getUint32(line + NAME));
    const known = kept[slot];
    if (known && known.length <= room && sameBytes(data, start, known.bytes, 0, known.length)) return known;
  }
  const end = lineEnd(bytes, start);
  const tail = parseTail(bytes, start, end, textOf);
  if (!tail?.isPlain || slot < 0 || tail.length > Math.min(room, LONGEST)) return tail;
  // A copy: slice of Node's Buffer would be a view of it.
  const own = new Uint8Array(bytes.subarray(start, start + tail.length));
  kept[slot] = { ...tail, bytes: new DataView(own.buffer) };
  return tail;
}

/** Neighbouring inodes differ in one digit: every bit of the words takes part. */
function slotOf(inode: number, more: number, name: number): number {
  const mixed = Math.imul(Math.imul(inode ^ name, 0x9e3779b1) ^ more, 0x85ebca6b);
  return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) >>> 20;
}

/** Only ASCII is the same text in every encoding. */
function isPlain(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i]! === 0 || bytes[i]! >= 0x80) return false;
  return true;
}

function parseTail(bytes: Uint8Array, start: number, end: number, textOf: MapsBytes['textOf']): Tail | null {
  let at = start;
  while (at < end && bytes[at]! > SPACE) at++;
  if (at === start || at >= end || bytes[at] !== SPACE) return null;
  const device = textOf(start, at);
  const digits = ++at;
  let inode = 0;
  for (; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) break;
    inode = inode * 10 + digit;
  }
  if (at === digits) return null;
  while (at < end && bytes[at] === SPACE) at++;
  const name = at < end ? textOf(at, end) : '';
  return { device, inode, name, length: end + 1 - start, isPlain: isPlain(bytes, start, end) };
}

/** Position of the next newline from `at` on, or the length of `bytes`. */
export function lineEnd(bytes: Uint8Array, at: number): number {
  while (at < bytes.length && bytes[at] !== NEWLINE) at++;
  return at;
}
