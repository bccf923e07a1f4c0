/** TARGET of the command line → snapshot: a pid, a directory with copies of /proc files, or `-` for maps on stdin. */
import { readFileSync, statSync } from 'node:fs';
import { type ReadFailure, readDirectory, readProcess } from '../adapters/procfs';
import { ParseError } from '../core/errors';
import { printable } from '../core/explain/format';
import { snapshotFromFiles } from '../core/snapshot/from-files';
import type { Snapshot } from '../core/snapshot/snapshot';
import { GIB } from '../core/units';
import { UsageError } from './command';

/** Reading smaps makes the process wait while its page tables are walked: about 50 us per MiB resident. */
const SMAPS_RESIDENT_LIMIT = 2 * GIB;

export type SmapsMode = 'always' | 'small' | 'never';

/** @throws UsageError when both are asked for */
export function smapsMode(command: string, values: Readonly<Record<string, string | boolean | undefined>>): SmapsMode {
  if (values['smaps'] && values['no-smaps']) {
    throw new UsageError(`${command}: --smaps and --no-smaps exclude each other`);
  }
  return values['smaps'] ? 'always' : values['no-smaps'] ? 'never' : 'small';
}

export function originOf(target: string): 'live' | 'directory' | 'stdin' {
  return target === '-' ? 'stdin' : isPid(target) ? 'live' : 'directory';
}

function isPid(target: string): boolean {
  return /^\d+$/.test(target);
}

/** A target that cannot be read. `message` is one line, safe for a terminal: what, where, what next. */
export class TargetError extends Error {
  constructor(text: string) {
    super(printable(text));
    this.name = 'TargetError';
  }
}

/** @throws TargetError */
export function readTarget(target: string, smaps: SmapsMode): Snapshot {
  try {
    if (target === '-') return readStdin();
    const read = isPid(target)
      ? readProcess(Number(target), {
          smaps: smaps !== 'never',
          ...(smaps === 'small' ? { smapsResidentLimit: SMAPS_RESIDENT_LIMIT } : {}),
        })
      : readDirectory(target);
    if (read.kind === 'ok') return read.value;
    throw new TargetError(adviceFor(target, read));
  } catch (error) {
    if (error instanceof ParseError) throw new TargetError(`${error.message}. ${remedyFor(error)}`);
    throw error;
  }
}

/** stdin can be read once. */
let stdinIsRead = false;

function readStdin(): Snapshot {
  if (stdinIsRead) throw new TargetError('stdin: was read already. Only one target can be -.');
  stdinIsRead = true;
  const text = readStandardInput();
  if (text.trim() === '') throw new TargetError('stdin: is empty. Expected the text of /proc/PID/maps.');
  return snapshotFromFiles({ maps: text }, { where: 'stdin: ' });
}

function readStandardInput(): string {
  try {
    return readFileSync(0, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new TargetError(`stdin: could not be read (${code}). Expected the text of /proc/PID/maps.`);
  }
}

function remedyFor({ text }: ParseError): string {
  if (text === '') {
    return 'Copy /proc/PID/maps again; it is empty for a kernel thread and for a process that has ended.';
  }
  if (/^\w+:\s+\d+ kB$/.test(text)) return 'This is smaps: maps is needed, smaps can lie beside it in a directory.';
  if (/^[0-9a-f]+-/.test(text)) return 'It is cut off or damaged: copy /proc/PID/maps again.';
  return 'Expected are lines as in /proc/PID/maps.';
}

function adviceFor(target: string, failure: ReadFailure): string {
  if (isPid(target)) {
    if (failure.code === 'ENOMAPS') {
      return `${failure.path}: is empty. Process ${target} is a kernel thread or has ended; it has no address space.`;
    }
    if (failure.kind === 'gone') return `${failure.path}: no process ${target}. It ended, or the number is not a pid.`;
    if (failure.kind === 'denied') {
      return `${failure.path}: not permitted to read the mappings of process ${target}. Needs the same user or CAP_SYS_PTRACE.`;
    }
  } else if (failure.kind === 'gone') {
    const kind = kindOfPath(target);
    if (kind === 'directory') {
      return `${failure.path}: no such file. A directory needs at least a copy of /proc/PID/maps.`;
    }
    if (kind === 'missing') return `${target}: no such directory. A target is a pid, a directory, or - for stdin.`;
    return `${target}: is not a directory. A target is a pid, a directory, or - for stdin.`;
  } else if (failure.kind === 'denied') {
    return `${failure.path}: not permitted to read it. Check its owner and mode.`;
  }
  return `${failure.path}: could not be read (${failure.code}).`;
}

function kindOfPath(path: string): 'directory' | 'missing' | 'other' {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 'missing';
  return stat.isDirectory() ? 'directory' : 'other';
}
