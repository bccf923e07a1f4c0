/**
 * Texts of /proc/PID files → snapshot. One place for a live process and for a directory of copies: an adapter only
 * brings the texts. `maps` must be right; any other part that is broken is left out and said so in the notices, because
 * an exact answer without it is worth more than none.
 */
import { ParseError } from '../errors';
import { PAGE_SIZES, parsePageSize } from '../mapping/parse-auxv';
import { type Mapping, isVsyscall } from '../mapping/mapping';
import { parseCgroup } from '../mapping/parse-cgroup';
import { parseExe } from '../mapping/parse-exe';
import { parseLimits } from '../mapping/parse-limits';
import { parseMaps } from '../mapping/parse-maps';
import { parseSmaps } from '../mapping/parse-smaps';
import { parseStat } from '../mapping/parse-stat';
import { parseStatm } from '../mapping/parse-statm';
import { parseStatus } from '../mapping/parse-status';
import { parseSystem } from '../mapping/parse-system';
import { parseThreads } from '../mapping/parse-threads';
import { plainBytes, plainText } from '../mapping/plain-text';
import { type Bytes, type Pages, type UnixMillis, pagesToBytes } from '../units';
import { DEFAULT_SYSTEM, type Snapshot, type SystemFacts, type Thread, snapshotOf } from './snapshot';

const ENOUGH_BORDERS = 12;

/** File texts as they were read; null = not there or not readable. */
export interface ProcessFiles {
  /** Bytes are parsed faster than text. */
  readonly maps: string | Uint8Array;
  readonly smaps?: string | null;
  readonly status?: string | null;
  readonly stat?: string | null;
  readonly statm?: string | null;
  readonly limits?: string | null;
  readonly comm?: string | null;
  readonly cmdline?: string | null;
  readonly cgroup?: string | null;
  readonly auxv?: Uint8Array | null;
  /** In the format of exe.txt. */
  readonly exeText?: string | null;
  readonly threadsText?: string | null;
  readonly systemText?: string | null;
}

/** What an adapter knows without a file. */
export interface KnownFacts {
  /** Prefix of file names in errors: `DIR/` or `/proc/PID/`. */
  readonly where?: string;
  readonly takenMs?: UnixMillis | null;
  readonly pid?: number;
  readonly exe?: string | null;
  readonly goVersion?: string | null;
  readonly threads?: readonly Thread[] | null;
  readonly system?: SystemFacts;
  readonly notices?: readonly string[];
}

/** @throws ParseError when `maps` is empty or not maps */
export function snapshotFromFiles(files: ProcessFiles, facts: KnownFacts = {}): Snapshot {
  const where = facts.where ?? '';
  const notices: string[] = [...(facts.notices ?? [])];
  const optional = <T>(
    text: string | null | undefined,
    name: string,
    parse: (text: string, file: string) => T
  ): T | null => {
    if (text === null || text === undefined || text === '') return null;
    try {
      return parse(plainText(text), where + name);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      notices.push(`${error.message}. ${name} is not used.`);
      return null;
    }
  };

  const maps = typeof files.maps === 'string' ? plainText(files.maps) : plainBytes(files.maps);
  const mappings = parseMaps(maps, `${where}maps`);
  if (mappings.length === 0) throw new ParseError(`${where}maps`, 1, '', 'should be a mapping, but the file is empty');
  const exe = files.exeText ? parseExe(plainText(files.exeText)) : null;
  const machine = optional(files.systemText, 'system.txt', parseSystem);
  const status = optional(files.status, 'status', parseStatus);
  const stat = optional(files.stat, 'stat', parseStat);
  const statm = optional(files.statm, 'statm', parseStatm);
  const overlapping = overlapOf(mappings);
  const total = mappedBytes(mappings) - overlapping;
  const base = machine?.system ?? facts.system ?? DEFAULT_SYSTEM;
  const pageSize =
    (files.auxv && parsePageSize(files.auxv)) ??
    (statm && pageSizeFrom(total, statm.size)) ??
    (base === DEFAULT_SYSTEM ? pageSizeOfBorders(mappings) : null) ??
    base.pageSize;
  const system = { ...base, pageSize };
  const statmBytes = statm && pagesToBytes(statm.size, system.pageSize);
  const snapshot = snapshotOf(mappings, {
    takenMs: facts.takenMs ?? machine?.takenMs ?? null,
    pid: facts.pid ?? stat?.pid ?? status?.pid ?? null,
    startMs: stat && system.bootMs !== null ? startOf(stat.startTicks, system) : null,
    smaps: optional(files.smaps, 'smaps', parseSmaps),
    status,
    statmBytes,
    limits: optional(files.limits, 'limits', parseLimits),
    comm: files.comm?.replace(/\r?\n$/, '') || stat?.comm || status?.name || null,
    cmdline: files.cmdline ? files.cmdline.replace(/\0$/, '').split('\0') : null,
    exe: facts.exe ?? exe?.exe ?? null,
    goVersion: facts.goVersion ?? exe?.goVersion ?? null,
    cgroup: optional(files.cgroup, 'cgroup', parseCgroup),
    threads: facts.threads ?? optional(files.threadsText, 'threads.tsv', parseThreads),
    system,
    notices,
  });
  if (overlapping > 0) {
    notices.push(
      `${where}maps shows ${overlapping} B more than once: it was read while the process changed, or put together from two. Each byte is counted once.`
    );
  }
  if (statmBytes !== null && statmBytes !== total) {
    notices.push(
      `${where}maps adds up to ${total} B and statm says ${statmBytes} B: one of them was read at another time or cut off. The sum of maps is shown.`
    );
  }
  return snapshot;
}

/** Bytes in maps that the kernel counts as VmSize: all but [vsyscall]. */
function mappedBytes(mappings: readonly Mapping[]): Bytes {
  let bytes = 0;
  for (const m of mappings) if (!isVsyscall(m)) bytes += m.end - m.start;
  return bytes;
}

/** Bytes that stand in more than one line, counted as often as they are too many. Nearly all maps are in order and have none. */
function overlapOf(mappings: readonly Mapping[]): Bytes {
  if (mappings.every((m, i) => i === 0 || mappings[i - 1]!.end <= m.start)) return 0;
  let overlapping = 0;
  let covered = 0;
  const counted = mappings.filter((m) => !isVsyscall(m)).sort((a, b) => a.start - b.start);
  for (const { start, end } of counted) {
    overlapping += Math.max(0, Math.min(covered, end) - start);
    covered = Math.max(covered, end);
  }
  return overlapping;
}

/** The page size of a copied process, when maps and statm agree on one: null when they do not. */
function pageSizeFrom(bytes: Bytes, pages: Pages): Bytes | null {
  return PAGE_SIZES.find((size) => size * pages === bytes) ?? null;
}

/** With pages of 4 KiB the borders of a dozen mappings are not all multiples of 16 KiB. */
function pageSizeOfBorders(mappings: readonly Mapping[]): Bytes | null {
  if (mappings.length < ENOUGH_BORDERS) return null;
  const fits = (size: Bytes): boolean => mappings.every((m) => m.start % size === 0 && m.end % size === 0);
  return [...PAGE_SIZES].reverse().find((size) => size > DEFAULT_SYSTEM.pageSize && fits(size)) ?? null;
}

/** Start of a process, Unix ms, to the clock tick (10 ms). */
export function startOf(startTicks: number, system: SystemFacts): UnixMillis {
  return (system.bootMs ?? 0) + Math.round((startTicks * 1000) / system.clockTicks);
}
