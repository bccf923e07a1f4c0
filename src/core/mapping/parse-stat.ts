/**
 * /proc/PID/stat → the fields that identify a process.
 *
 * Source: fs/proc/array.c (do_task_stat), proc(5). Sample (52 fields, shortened):
 *   `27592 (daemon) t 27588 27588 27588 0 -1 4194560 86440 0 1 0 7 17 0 0 20 0 9 0 304206 1636241408 6657 ...`
 * The name may hold spaces, parentheses and newlines, so it ends at the last `)` of the file, never at the first.
 */
import { ParseError } from '../errors';
import type { Bytes, Pages } from '../units';

export interface Stat {
  readonly pid: number;
  /** As the kernel cuts it: at most 15 bytes. */
  readonly comm: string;
  /** One letter: R, S, D, Z, T, t, X, I. */
  readonly state: string;
  readonly parent: number;
  /** Process group. */
  readonly group: number;
  readonly threads: number;
  /** Clock ticks after boot at which the process started. */
  readonly startTicks: number;
  readonly virtualBytes: Bytes;
  readonly resident: Pages;
}

/** @throws ParseError when the line is not that of a process */
export function parseStat(text: string, file = 'stat'): Stat {
  const fail = (): never => {
    throw new ParseError(file, 1, text.trimEnd(), 'is not a stat line');
  };
  const open = text.indexOf(' (');
  const close = text.lastIndexOf(') ');
  if (open < 1 || close < open) return fail();
  const fields = text
    .slice(close + 2)
    .trimEnd()
    .split(' ');
  // proc(5) counts from 1 and the state is field 3.
  const field = (number: number): number => {
    const word = fields[number - 3];
    return word !== undefined && /^-?\d+$/.test(word) ? Number(word) : fail();
  };
  const pid = text.slice(0, open);
  if (!/^\d+$/.test(pid)) return fail();
  return {
    pid: Number(pid),
    comm: text.slice(open + 2, close),
    state: fields[0] ?? '',
    parent: field(4),
    group: field(5),
    threads: field(20),
    startTicks: field(22),
    virtualBytes: field(23),
    resident: field(24) as Pages,
  };
}
