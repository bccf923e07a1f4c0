/**
 * A live process → snapshot. What does not add up although maps was read twice becomes a notice of the snapshot. The
 * start time is compared at the end: a pid that now belongs to another process is gone.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseSyscall } from '../../core/mapping/parse-threads';
import { parseStat } from '../../core/mapping/parse-stat';
import { type Statm, parseStatm } from '../../core/mapping/parse-statm';
import { snapshotFromFiles, startOf } from '../../core/snapshot/from-files';
import type { Snapshot, SystemFacts, Thread } from '../../core/snapshot/snapshot';
import { type Bytes, type Pages, type UnixMillis, pagesToBytes } from '../../core/units';
import { type Read, attempt, readBytes, readLink, readText, valueOf } from './read-file';
import { readGoVersion } from './go-version';
import { readRuntimeVersions } from './runtime-versions';
import { readSteadyMaps } from './read-steady';
import { readSystemFacts } from './system-facts';

export interface ReadProcessOptions {
  readonly root?: string;
  /** smaps walks the page tables: 0.2 s and more for a process of 4 GiB. Off unless asked for. */
  readonly smaps?: boolean;
  /** Resident bytes above which smaps is left unread all the same, with a notice. */
  readonly smapsResidentLimit?: Bytes;
  /** Read once by callers that read many processes. */
  readonly system?: SystemFacts;
  /** A thread list costs two reads per thread. On unless switched off. */
  readonly threads?: boolean;
}

/** Process ids under `root`, ascending. */
export function listPids(root = '/proc'): Read<number[]> {
  return attempt(root, () =>
    readdirSync(root)
      .filter((name) => /^[1-9]\d*$/.test(name))
      .map(Number)
      .sort((a, b) => a - b)
  );
}

export function readStatm(pid: number, root = '/proc'): Read<Statm> {
  const path = join(root, String(pid), 'statm');
  return parsed(path, readText(path), parseStatm);
}

/** Raw text of maps: parse it with `parseMaps`. An empty text is a kernel thread or a zombie. */
export function readMaps(pid: number, root = '/proc'): Read<string> {
  return readText(join(root, String(pid), 'maps'));
}

export interface Identity {
  readonly pid: number;
  readonly comm: string;
  readonly startTicks: number;
  readonly startMs: UnixMillis | null;
}

/** Who has this pid now. Equal startTicks on the same boot means the same process. */
export function readIdentity(pid: number, system: SystemFacts, root = '/proc'): Read<Identity> {
  const path = join(root, String(pid), 'stat');
  const stat = parsed(path, readText(path), parseStat);
  if (stat.kind !== 'ok') return stat;
  const { comm, startTicks } = stat.value;
  return {
    kind: 'ok',
    value: { pid, comm, startTicks, startMs: system.bootMs === null ? null : startOf(startTicks, system) },
  };
}

/**
 * @returns the snapshot; `gone` also for a process without address space (kernel thread, zombie), code ENOMAPS
 * @throws ParseError when the kernel's maps cannot be parsed
 */
export function readProcess(pid: number, options: ReadProcessOptions = {}): Read<Snapshot> {
  const root = options.root ?? '/proc';
  const directory = join(root, String(pid));
  const file = (name: string): string => join(directory, name);
  const text = (name: string): string | null => valueOf(readText(file(name)));
  const before = readText(file('stat'));
  if (before.kind === 'gone') return before;

  const steady = readSteadyMaps(
    () => readBytes(file('maps')),
    () => readText(file('statm'))
  );
  if (steady.kind !== 'ok') return steady;
  const { maps, statm } = steady.value;
  if (maps.length === 0) return { kind: 'gone', path: file('maps'), code: 'ENOMAPS' };

  const system = options.system ?? readSystemFacts(root);
  const notices: string[] = [];
  const smaps = options.smaps ? readSmaps(file('smaps'), statm, system, options, notices) : null;
  const executable = valueOf(readLink(file('exe')));
  const snapshot = snapshotFromFiles(
    {
      maps,
      smaps,
      status: text('status'),
      stat: valueOf(before),
      statm,
      limits: text('limits'),
      comm: text('comm'),
      cmdline: text('cmdline'),
      cgroup: text('cgroup'),
      auxv: valueOf(readBytes(file('auxv'))),
    },
    {
      where: `${directory}/`,
      takenMs: Date.now(),
      pid,
      exe: executable,
      goVersion: executable === null ? null : readGoVersion(file('exe')),
      threads: options.threads === false ? null : readThreads(directory),
      system,
      notices,
    }
  );
  const after = text('stat');
  if (before.kind === 'ok' && after !== null && parseStat(before.value).startTicks !== parseStat(after).startTicks) {
    return { kind: 'gone', path: file('stat'), code: 'ESRCH' };
  }
  const runtimeVersions = readRuntimeVersions(directory, snapshot.mappings, executable);
  return { kind: 'ok', value: { ...snapshot, runtimeVersions } };
}

function readSmaps(
  path: string,
  statm: string | null,
  system: SystemFacts,
  { smapsResidentLimit = Infinity }: ReadProcessOptions,
  notices: string[]
): string | null {
  const resident = pagesToBytes(Number(statm?.split(' ')[1] ?? 0) as Pages, system.pageSize);
  if (resident > smapsResidentLimit) {
    notices.push('Resident sizes by category were not read: reading smaps of a process this large makes it wait.');
    return null;
  }
  const read = readText(path);
  if (read.kind === 'ok') return read.value;
  notices.push(`${read.path} could not be read (${read.code}): resident sizes by category are missing.`);
  return null;
}

/** Null when the task directory is not there; a thread that ends while we look is left out. */
function readThreads(directory: string): Thread[] | null {
  const tasks = attempt(directory, () => readdirSync(join(directory, 'task')));
  if (tasks.kind !== 'ok') return null;
  const threads: Thread[] = [];
  for (const tid of tasks.value) {
    const comm = valueOf(readText(join(directory, 'task', tid, 'comm')));
    if (comm === null) continue;
    const syscall = valueOf(readText(join(directory, 'task', tid, 'syscall')));
    threads.push({
      tid: Number(tid),
      comm: comm.replace(/\n$/, ''),
      stackPointer: syscall === null ? null : parseSyscall(syscall),
    });
  }
  return threads;
}

function parsed<T>(path: string, read: Read<string>, parse: (text: string, file: string) => T): Read<T> {
  return read.kind === 'ok' ? { kind: 'ok', value: parse(read.value, path) } : read;
}
