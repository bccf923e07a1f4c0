/**
 * /proc/PID/status → the lines that matter, sizes in bytes.
 *
 * Source: fs/proc/array.c (proc_pid_status), fs/proc/task_mmu.c (task_mem). Sample: `VmSize:	 1597892 kB`
 * Kernel threads and zombies have no Vm* lines: null then, not 0. The name is escaped by the kernel (`\n`, `\\`).
 */
import { ParseError } from '../errors';
import type { Status } from '../snapshot/snapshot';
import { type Bytes, type KiB, kibToBytes } from '../units';
import { linesOf } from './lines';

/** @throws ParseError on a line without a name, and on a size that is not kB */
export function parseStatus(text: string, file = 'status'): Status {
  const lines = new Map<string, { readonly value: string; readonly number: number; readonly text: string }>();
  for (const line of linesOf(text)) {
    const colon = line.text.indexOf(':');
    if (colon < 1) throw new ParseError(file, line.number, line.text, 'has no name');
    lines.set(line.text.slice(0, colon), { value: line.text.slice(colon + 1).trim(), ...line });
  }
  const count = (name: string): number | null => {
    const line = lines.get(name);
    if (!line) return null;
    if (!/^\d+$/.test(line.value)) throw new ParseError(file, line.number, line.text, 'is not a number');
    return Number(line.value);
  };
  const size = (name: string): Bytes | null => {
    const line = lines.get(name);
    if (!line) return null;
    const match = /^(\d+) kB$/.exec(line.value);
    if (!match) throw new ParseError(file, line.number, line.text, 'has no size in kB');
    return kibToBytes(Number(match[1]) as KiB);
  };
  return {
    name: lines.get('Name')?.value ?? null,
    pid: count('Pid'),
    threads: count('Threads'),
    vmPeak: size('VmPeak'),
    vmSize: size('VmSize'),
    vmRss: size('VmRSS'),
    vmHwm: size('VmHWM'),
    vmData: size('VmData'),
    vmStk: size('VmStk'),
    vmExe: size('VmExe'),
    vmLib: size('VmLib'),
    vmPte: size('VmPTE'),
  };
}
