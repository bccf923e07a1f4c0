/**
 * /proc/PID/maps → mappings.
 *
 * Source: Documentation/filesystems/proc.rst and fs/proc/task_mmu.c (show_map_vma). Sample:
 *   `7f9fa5a09000-7f9fa5acd000 rw-p 00000000 00:00 0                          [heap]`
 * The format cannot tell a file whose name ends in ` (deleted)` from a deleted file; the text is kept as printed.
 * `[vsyscall]` is parsed like any other line; it lies outside the process's VmSize and callers drop it.
 */
import { ParseError } from '../errors';
import { type Mapping, EXECUTE, READ, SHARED, WRITE } from './mapping';

const SPACE = 32;
const NEWLINE = 10;
const DASH = 45;

const PERMISSIONS: readonly string[] = Array.from({ length: 16 }, (_, bits) =>
  [bits & READ ? 'r' : '-', bits & WRITE ? 'w' : '-', bits & EXECUTE ? 'x' : '-', bits & SHARED ? 's' : 'p'].join('')
);

/** Value of a hex digit by character code, -1 for the rest: a table, because digits and letters mix unpredictably. */
const DIGITS = new Int8Array(128).fill(-1);
for (let digit = 0; digit < 16; digit++) DIGITS['0123456789abcdef'.charCodeAt(digit)] = digit;

/** Digits that fit into a 32-bit integer without its sign: integers are much cheaper than doubles here. */
const SHORT = 7;
const POWERS: readonly number[] = Array.from({ length: 17 }, (_, n) => 16 ** n);

/** What follows the permissions of anonymous memory, and its whole rest when it has no name. */
const ANONYMOUS = '00000000 00:00 0 \n';

/** Where the kernel puts names as long as the numbers leave room (seq_setwidth of 25 + 6 * 8 - 1, and a space). */
const NAME_COLUMN = 73;
const PADDING: readonly string[] = Array.from({ length: 64 }, (_, n) => ' '.repeat(n));

/** No line has it: stands for `no line before`. */
const NEVER = '\n';

/**
 * @param text content of a maps file; a last line without newline is accepted
 * @param file name used in errors
 * @throws ParseError on the first line that is not a mapping, with its number and text
 */
export function parseMaps(text: string, file = 'maps'): Mapping[] {
  const mappings: Mapping[] = [];
  const length = text.length;
  let at = 0;
  let line = 0;
  let position = 0;
  let lastName = '';
  let lastDevice = '';
  let lastInode = 0;
  let lastTail = NEVER;

  const fail = (): never => {
    const end = text.indexOf('\n', at);
    throw new ParseError(file, line, text.slice(at, end < 0 ? length : end), 'is not a mapping');
  };

  const hex = (stop: number): number => {
    const first = position;
    let high = 0;
    let low = 0;
    let lowDigits = 0;
    for (;;) {
      const code = text.charCodeAt(position);
      const digit = DIGITS[code] ?? -1;
      if (digit < 0) {
        if (code !== stop || position === first || position - first > 16) fail();
        position++;
        return high === 0 ? low : high * POWERS[lowDigits]! + low;
      }
      if (lowDigits === SHORT) {
        high = high * POWERS[SHORT]! + low;
        low = 0;
        lowDigits = 0;
      }
      low = (low << 4) | digit;
      lowDigits++;
      position++;
    }
  };

  while (at < length) {
    line++;
    position = at;
    if (text.charCodeAt(at) === NEWLINE) {
      at++;
      continue;
    }
    const start = hex(DASH);
    const end = hex(SPACE);

    let access = 0;
    const r = text.charCodeAt(position);
    const w = text.charCodeAt(position + 1);
    const x = text.charCodeAt(position + 2);
    const s = text.charCodeAt(position + 3);
    if (r === 114) access |= READ;
    else if (r !== DASH) fail();
    if (w === 119) access |= WRITE;
    else if (w !== DASH) fail();
    if (x === 120) access |= EXECUTE;
    else if (x !== DASH) fail();
    if (s === 115) access |= SHARED;
    else if (s !== 112) fail();
    if (text.charCodeAt(position + 4) !== SPACE || end <= start) fail();
    position += 5;
    const permissions = PERMISSIONS[access]!;

    if (text.startsWith(ANONYMOUS, position)) {
      mappings.push({ start, end, permissions, access, offset: 0, device: '00:00', inode: 0, name: '' });
      at = position + ANONYMOUS.length;
      continue;
    }

    const offset = hex(SPACE);
    // Mappings of one file follow each other, and all that comes after the offset is the same text.
    if (text.startsWith(lastTail, position)) {
      mappings.push({ start, end, permissions, access, offset, device: lastDevice, inode: lastInode, name: lastName });
      at = position + lastTail.length;
      continue;
    }

    const tail = position;
    while (position < length && text.charCodeAt(position) > SPACE) position++;
    if (text.charCodeAt(position) !== SPACE || position === tail) fail();
    const device = text.slice(tail, position);
    position++;

    let inode = 0;
    const inodeStart = position;
    for (let code = text.charCodeAt(position); code >= 48 && code <= 57; code = text.charCodeAt(++position)) {
      inode = inode * 10 + (code - 48);
    }
    if (position === inodeStart) fail();

    let newline = text.indexOf('\n', position);
    if (newline < 0) newline = length;
    const gap = at + NAME_COLUMN - position;
    if (gap > 0 && gap < PADDING.length && text.startsWith(PADDING[gap]!, position)) position += gap;
    while (position < newline && text.charCodeAt(position) === SPACE) position++;
    // Equal names are one object: comparison with the line before is enough for the long runs.
    if (newline - position !== lastName.length || !text.startsWith(lastName, position)) {
      lastName = text.slice(position, newline);
    }
    lastDevice = device;
    lastInode = inode;
    if (newline < length) lastTail = text.slice(tail, newline + 1);
    mappings.push({ start, end, permissions, access, offset, device, inode, name: lastName });
    at = newline + 1;
  }
  return mappings;
}
