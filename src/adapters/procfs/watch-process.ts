/**
 * One process, looked at as often as the machine can: sizes from a kept descriptor of status, maps only when the sizes say
 * that they changed. A look costs about 20 us, so a program that lives 2 ms is seen dozens of times.
 */
import { closeSync, openSync, readFileSync, readSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Bytes, KIB } from '../../core/units';
import { attempt, valueOf } from './read-file';

/** What status says at one look, bytes. */
export interface Sizes {
  readonly virtualBytes: Bytes;
  readonly peakBytes: Bytes;
  readonly residentBytes: Bytes;
  readonly residentPeakBytes: Bytes;
  /** Equal texts: no mapping was made, removed or opened between two looks. */
  readonly fingerprint: string;
  /** Status as it was read. */
  readonly text: string;
}

export interface ProcessWatch {
  readonly pid: number;
  /** Null when the process has no address space any more: it ended, or it is a zombie. */
  sizes(): Sizes | null;
  /** Letter of proc(5): R, S, T, Z, ...; null when it is gone. */
  state(): string | null;
  /** Text of maps, or the errno name of why it cannot be read. */
  maps(): { readonly text: string } | { readonly code: string };
  exe(): string | null;
  commandLine(): string | null;
  /** Pids of its children that live now. */
  children(): number[];
  close(): void;
}

const SIZES =
  /VmPeak:\s*(\d+) kB\nVmSize:\s*(\d+) kB\n[^]*?VmHWM:\s*(\d+) kB\nVmRSS:\s*(\d+) kB\n[^]*?(VmData:[^]*?)VmPTE:[^]*?(Threads:\s*\d+)/;
const STATE = /^State:\s*(\w)/m;
const buffer = Buffer.alloc(8192);

/** @returns null when there is no such process */
export function watchProcess(pid: number, root = '/proc'): ProcessWatch | null {
  const directory = join(root, String(pid));
  const opened = attempt(directory, () => openSync(join(directory, 'status'), 'r'));
  if (opened.kind !== 'ok') return null;
  const fd = opened.value;
  const status = (): string | null => {
    const size = attempt(directory, () => readSync(fd, buffer, 0, buffer.length, 0));
    return size.kind === 'ok' ? buffer.toString('latin1', 0, size.value) : null;
  };
  const text = (name: string): string | null =>
    valueOf(attempt(directory, () => readFileSync(join(directory, name), 'utf8')));
  return {
    pid,
    sizes() {
      const read = status() ?? '';
      const match = SIZES.exec(read);
      if (!match) return null;
      const bytes = (group: number): Bytes => Number(match[group]) * KIB;
      return {
        virtualBytes: bytes(2),
        peakBytes: bytes(1),
        residentBytes: bytes(4),
        residentPeakBytes: bytes(3),
        fingerprint: `${match[2]} ${match[5]} ${match[6]}`,
        text: read,
      };
    },
    state: () => STATE.exec(status() ?? '')?.[1] ?? null,
    maps() {
      const read = attempt(directory, () => readFileSync(join(directory, 'maps'), 'latin1'));
      return read.kind === 'ok' ? { text: read.value } : { code: read.code };
    },
    exe: () => valueOf(attempt(directory, () => readlinkSync(join(directory, 'exe')))),
    commandLine: () => text('cmdline'),
    children() {
      const tasks = valueOf(attempt(directory, () => readdirSync(join(directory, 'task')))) ?? [];
      return tasks.flatMap((tid) => (text(join('task', tid, 'children')) ?? '').split(' ').filter(Boolean).map(Number));
    },
    close: () => closeSync(fd),
  };
}
