/**
 * /proc/PID/smaps → one entry per mapping, in bytes.
 *
 * Source: Documentation/filesystems/proc.rst and fs/proc/task_mmu.c (show_smap). Sample of a record:
 *   `00400000-00853000 r-xp 00000000 fe:00 1261625                            /srv/daemon`
 *   `Rss:                3788 kB`
 *   `VmFlags: rd ex mr mw me`
 * Field names begin with a capital, header lines with a lower-case hex digit: that alone tells them apart. Sizes are kB
 * whatever the page size. VmFlags is missing before Linux 3.8 and the flags are then empty; a file in which some records
 * have it and the last has not was cut off. What a mapping with a shared page costs this process alone it cannot tell.
 */
import { ParseError } from '../errors';
import type { SmapsEntry } from '../snapshot/snapshot';
import { KIB } from '../units';

const NEWLINE = 10;
const SPACE = 32;
const DASH = 45;
const COLON = 58;

type Draft = { -readonly [K in keyof SmapsEntry]: SmapsEntry[K] };

const NO_FLAGS: readonly string[] = [];

/**
 * @param text content of a smaps file
 * @param file name used in errors
 * @throws ParseError on a line that is neither header nor field, and on a record that was cut off
 */
export function parseSmaps(text: string, file = 'smaps'): SmapsEntry[] {
  const entries: SmapsEntry[] = [];
  const flagSets = new Map<string, readonly string[]>();
  const length = text.length;
  let at = 0;
  let line = 0;
  let entry: Draft | null = null;
  let header = 0;
  let headerAt = 0;
  let hasRss = false;
  let hasFlags = false;
  let anyFlags = false;

  const fail = (from: number, number: number, reason: string): never => {
    const end = text.indexOf('\n', from);
    throw new ParseError(file, number, text.slice(from, end < 0 ? length : end), reason);
  };

  const kilobytes = (from: number): number => {
    let position = from;
    while (text.charCodeAt(position) === SPACE) position++;
    const first = position;
    let value = 0;
    for (let code = text.charCodeAt(position); code >= 48 && code <= 57; code = text.charCodeAt(++position)) {
      value = value * 10 + (code - 48);
    }
    if (position === first || !text.startsWith(' kB', position)) fail(at, line, 'has no size in kB');
    return value * KIB;
  };

  const close = (): void => {
    if (!entry) return;
    if (!hasRss || (anyFlags && !hasFlags)) fail(headerAt, header, 'begins a record that is cut off');
    entries.push(entry);
  };

  while (at < length) {
    line++;
    const code = text.charCodeAt(at);
    if (code === NEWLINE) {
      at++;
      continue;
    }
    let newline = text.indexOf('\n', at);
    if (newline < 0) newline = length;
    if ((code >= 48 && code <= 57) || (code >= 97 && code <= 102)) {
      close();
      const start = hexUntil(text, at, DASH);
      const end = start && hexUntil(text, start.next, SPACE);
      if (!start || !end || end.value <= start.value) return fail(at, line, 'is not a mapping');
      entry = { start: start.value, end: end.value, rss: 0, pss: 0, anonymous: 0, swap: 0, flags: NO_FLAGS };
      header = line;
      headerAt = at;
      hasRss = false;
      hasFlags = false;
    } else if (!entry) {
      fail(at, line, 'stands before the first mapping');
    } else if (code === 82 && text.startsWith('Rss:', at)) {
      entry.rss = kilobytes(at + 4);
      hasRss = true;
    } else if (code === 80 && text.charCodeAt(at + 3) === COLON && text.startsWith('Pss:', at)) {
      entry.pss = kilobytes(at + 4);
    } else if (code === 65 && text.charCodeAt(at + 9) === COLON && text.startsWith('Anonymous:', at)) {
      entry.anonymous = kilobytes(at + 10);
    } else if (code === 83 && text.charCodeAt(at + 4) === COLON && text.startsWith('Swap:', at)) {
      entry.swap = kilobytes(at + 5);
    } else if (code === 86 && text.startsWith('VmFlags:', at)) {
      const words = text.slice(at + 8, newline);
      let flags = flagSets.get(words);
      if (!flags) flagSets.set(words, (flags = words.split(' ').filter((word) => word !== '')));
      entry.flags = flags;
      hasFlags = anyFlags = true;
    } else if (code < 65 || code > 90 || !text.slice(at, newline).includes(':')) {
      fail(at, line, 'is neither a mapping nor a field');
    }
    at = newline + 1;
  }
  close();
  return entries;
}

function hexUntil(text: string, from: number, stop: number): { value: number; next: number } | null {
  let value = 0;
  let position = from;
  for (;;) {
    const code = text.charCodeAt(position);
    if (code >= 48 && code <= 57) value = value * 16 + (code - 48);
    else if (code >= 97 && code <= 102) value = value * 16 + (code - 87);
    else return code === stop && position > from && position - from <= 16 ? { value, next: position + 1 } : null;
    position++;
  }
}
