import type { Mapping } from '../mapping/mapping';
import type { Bytes, UnixMillis } from '../units';

/** (host, pid, start time): a pid alone is reused by the kernel. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** Start of the process, Unix ms: btime + starttime/HZ. Null when stat or btime was not readable. */
  readonly startMs: UnixMillis | null;
}

/** One record of /proc/PID/smaps, in bytes. Sorted by start like the mappings. */
export interface SmapsEntry {
  readonly start: number;
  readonly end: number;
  readonly rss: Bytes;
  readonly pss: Bytes;
  readonly anonymous: Bytes;
  readonly swap: Bytes;
  /** Two-letter VmFlags: `nr`, `nh`, `gu`, ... */
  readonly flags: readonly string[];
}

/** /proc/PID/status, the lines that matter; sizes in bytes. */
export interface Status {
  readonly name: string | null;
  readonly pid: number | null;
  readonly threads: number | null;
  readonly vmPeak: Bytes | null;
  readonly vmSize: Bytes | null;
  readonly vmRss: Bytes | null;
  readonly vmHwm: Bytes | null;
  readonly vmData: Bytes | null;
  readonly vmStk: Bytes | null;
  readonly vmExe: Bytes | null;
  readonly vmLib: Bytes | null;
  readonly vmPte: Bytes | null;
}

/** One row of threads.tsv: what /proc/PID/task/TID shows. */
export interface Thread {
  readonly tid: number;
  readonly comm: string;
  /** Stack pointer of a thread that is blocked in a system call; null while it runs or without rights. */
  readonly stackPointer: number | null;
}

/** Soft limits of /proc/PID/limits in their own units; null = unlimited. */
export interface Limits {
  readonly addressSpace: Bytes | null;
  readonly data: Bytes | null;
  readonly stack: Bytes | null;
}

export interface SystemFacts {
  readonly pageSize: Bytes;
  readonly kernel: string | null;
  readonly machine: string | null;
  readonly maxMapCount: number | null;
  readonly bootMs: UnixMillis | null;
  readonly clockTicks: number;
}

/**
 * All mappings of one process at one instant, with whatever else of /proc/PID could be read. Every optional part may be
 * missing (rights, a vanished process, a directory that holds only maps): absence is an ordinary value.
 */
export interface Snapshot {
  readonly takenMs: UnixMillis | null;
  readonly pid: number | null;
  readonly startMs: UnixMillis | null;
  readonly mappings: readonly Mapping[];
  readonly smaps: readonly SmapsEntry[] | null;
  readonly status: Status | null;
  /** statm `size`, in bytes. */
  readonly statmBytes: Bytes | null;
  readonly limits: Limits | null;
  readonly comm: string | null;
  readonly cmdline: readonly string[] | null;
  /** Target of /proc/PID/exe. */
  readonly exe: string | null;
  /** Go version in the build information of the executable, as `1.26.8`; null when it is no Go program or unreadable. */
  readonly goVersion: string | null;
  /** Versions that lie in a file beside the runtime, by its name: `jvm` → `21.0.5`. */
  readonly runtimeVersions: Readonly<Record<string, string>>;
  readonly cgroup: string | null;
  readonly threads: readonly Thread[] | null;
  readonly system: SystemFacts;
  /** What could not be read and why; one plain sentence each. */
  readonly notices: readonly string[];
}

export const DEFAULT_SYSTEM: SystemFacts = {
  pageSize: 4096,
  kernel: null,
  machine: null,
  maxMapCount: null,
  bootMs: null,
  clockTicks: 100,
};

/** A snapshot of mappings alone, everything else unknown. */
export function snapshotOf(mappings: readonly Mapping[], parts: Partial<Snapshot> = {}): Snapshot {
  return {
    takenMs: null,
    pid: null,
    startMs: null,
    smaps: null,
    status: null,
    statmBytes: null,
    limits: null,
    comm: null,
    cmdline: null,
    exe: null,
    goVersion: null,
    runtimeVersions: {},
    cgroup: null,
    threads: null,
    system: DEFAULT_SYSTEM,
    notices: [],
    ...parts,
    mappings,
  };
}
