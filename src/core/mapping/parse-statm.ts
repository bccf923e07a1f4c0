/**
 * /proc/PID/statm → pages. Source: fs/proc/array.c (proc_pid_statm). Sample: `399473 6717 1939 1107 0 106063 0`
 * Fields 5 and 7 are always 0 since 2.6. The page size is not in the file: the caller converts.
 * A zombie or kernel thread shows seven zeros.
 */
import { ParseError } from '../errors';
import type { Pages } from '../units';

export interface Statm {
  /** VmSize. */
  readonly size: Pages;
  readonly resident: Pages;
  /** Resident pages of files and shared memory. */
  readonly shared: Pages;
  /** VmExe, the text of the program itself: changes only by exec. */
  readonly text: Pages;
  /** VmData + VmStk. */
  readonly data: Pages;
}

const LINE = /^(\d+) (\d+) (\d+) (\d+) \d+ (\d+) \d+\s*$/;

/** @throws ParseError when it is not seven numbers */
export function parseStatm(text: string, file = 'statm'): Statm {
  const match = LINE.exec(text);
  if (!match) throw new ParseError(file, 1, text.trimEnd(), 'is not seven page counts');
  const pages = (index: number): Pages => Number(match[index]) as Pages;
  return { size: pages(1), resident: pages(2), shared: pages(3), text: pages(4), data: pages(5) };
}
