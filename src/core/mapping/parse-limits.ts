/**
 * /proc/PID/limits → the soft limits that concern address space.
 *
 * Source: fs/proc/base.c (proc_pid_limits). Sample:
 *   `Max address space         unlimited            unlimited            bytes`
 * The hard limit is not kept: the kernel refuses by the soft one.
 */
import { ParseError } from '../errors';
import type { Limits } from '../snapshot/snapshot';
import type { Bytes } from '../units';
import { linesOf } from './lines';

/** @throws ParseError when one of the three limits is missing or not a number */
export function parseLimits(text: string, file = 'limits'): Limits {
  let last = 0;
  const soft = new Map<string, Bytes | null>();
  for (const line of linesOf(text)) {
    last = line.number;
    const match = /^(Max (?:address space|data size|stack size)) +(\S+) +(\S+)/.exec(line.text);
    if (!match) continue;
    const value = match[2]!;
    if (value !== 'unlimited' && !/^\d+$/.test(value)) {
      throw new ParseError(file, line.number, line.text, 'is not a limit');
    }
    soft.set(match[1]!, value === 'unlimited' ? null : Number(value));
  }
  const limit = (name: string): Bytes | null => {
    const value = soft.get(name);
    if (value === undefined) throw new ParseError(file, last + 1, '', `should hold "${name}", but the file ends`);
    return value;
  };
  return { addressSpace: limit('Max address space'), data: limit('Max data size'), stack: limit('Max stack size') };
}
