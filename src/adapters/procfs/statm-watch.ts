/**
 * statm of one process, read again and again. A kept descriptor costs a third of open, read and close, and can never
 * show a process that got the pid later: the kernel answers ESRCH for ever once its process has ended.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { type Statm, parseStatm } from '../../core/mapping/parse-statm';
import { type Read, attempt } from './read-file';
import { readStatm } from './read-process';

export interface StatmWatch {
  /** False when no descriptor is kept: the caller has to check that the pid still means the same process. */
  readonly kept: boolean;
  /** @throws ParseError */
  read(): Read<Statm>;
  close(): void;
}

const buffer = Buffer.alloc(256);

/** @param keep false, or a process at its limit of open files: opened and closed for each read */
export function openStatm(pid: number, root: string, keep: boolean): StatmWatch {
  const path = join(root, String(pid), 'statm');
  const opened = keep ? attempt(path, () => openSync(path, 'r')) : null;
  if (opened?.kind !== 'ok') return { kept: false, read: () => readStatm(pid, root), close: () => undefined };
  const fd = opened.value;
  return {
    kept: true,
    read() {
      const size = attempt(path, () => readSync(fd, buffer, 0, buffer.length, 0));
      return size.kind === 'ok'
        ? { kind: 'ok', value: parseStatm(buffer.toString('latin1', 0, size.value), path) }
        : size;
    },
    close: () => closeSync(fd),
  };
}
