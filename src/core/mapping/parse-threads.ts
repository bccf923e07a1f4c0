/**
 * threads.tsv → threads. The file holds what /proc/PID/task/TID shows, one thread a line, with a head line:
 *   `27592	daemon	202 0xd87d18 0x80 0x0 0x0 0x0 0x0 0x7ffdc000e0b8 0x491303	27592 (daemon) t 27588 ...`
 * columns tid, comm, syscall, stat. The stat column may be missing.
 *
 * The syscall text is that of /proc/PID/task/TID/syscall (fs/proc/base.c, proc_pid_syscall): `running`, or the number,
 * six arguments, stack pointer and program counter, or `-1 SP PC` when blocked outside a system call. Numbers above
 * 2^53 lose their lowest bits as doubles; stack pointers of user space are below 2^57 and are compared by page.
 */
import { ParseError } from '../errors';
import type { Thread } from '../snapshot/snapshot';
import { linesOf } from './lines';

/** Stack pointer of a blocked thread; null for `running` and for the empty text that a kernel thread shows. */
export function parseSyscall(text: string): number | null {
  const words = text.trim().split(' ');
  const pointer = words.length >= 3 ? words[words.length - 2]! : '';
  return /^0x[0-9a-f]+$/.test(pointer) ? Number(pointer) || null : null;
}

/** @throws ParseError on a line whose first column is not a thread id */
export function parseThreads(text: string, file = 'threads.tsv'): Thread[] {
  const threads: Thread[] = [];
  for (const line of linesOf(text)) {
    const columns = line.text.split('\t');
    if (columns[0] === 'tid') continue;
    if (columns.length < 3 || !/^\d+$/.test(columns[0]!)) {
      throw new ParseError(file, line.number, line.text, 'is not a thread (tid, comm, syscall)');
    }
    threads.push({ tid: Number(columns[0]), comm: columns[1]!, stackPointer: parseSyscall(columns[2]!) });
  }
  return threads;
}
