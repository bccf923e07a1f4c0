/**
 * Mappings as they were printed → mappings that signatures can rely on: ascending, disjoint, without accidental cuts, each
 * with its smaps record.
 */
import { type Mapping, isVsyscall } from '../mapping/mapping';
import type { SmapsEntry } from '../snapshot/snapshot';
import { type Bytes, KIB, MIB } from '../units';

export interface Normalised {
  /** Mappings as the kernel counts them, before equal neighbours were joined. */
  readonly mappingCount: number;
  readonly mappings: readonly Mapping[];
  readonly smaps: ReadonlyArray<SmapsEntry | undefined> | null;
}

/** Nearly all snapshots are in order but for their last line, [vsyscall], which lies above all else. The others cost more. */
export function normalise(input: readonly Mapping[], records: readonly SmapsEntry[] | null): Normalised {
  let length = input.length;
  while (length > 0 && isVsyscall(input[length - 1]!)) length--;
  const kept = length < input.length ? input.slice(0, length) : input;
  const candidates = seamsIn(kept);
  const ordered = candidates ? kept : tidy(input);
  const smaps = records && alignSmaps(ordered, records);
  const seams = (candidates ?? seamsIn(ordered) ?? []).filter((index) => isSeam(ordered, smaps, index));
  if (seams.length === 0) return { mappingCount: ordered.length, mappings: ordered, smaps };
  return {
    mappingCount: ordered.length,
    mappings: joinMappings(ordered, seams),
    smaps: smaps && joinEntries(smaps, seams),
  };
}

/**
 * Sorted, without [vsyscall] (not part of VmSize) and without overlaps. A snapshot taken while the process changes can
 * show a range twice; the later line is cut, so that sums stay sums of distinct bytes.
 */
function tidy(input: readonly Mapping[]): readonly Mapping[] {
  const sorted = input.filter((m) => !isVsyscall(m));
  sorted.sort((a, b) => a.start - b.start || a.end - b.end || a.access - b.access || (a.name < b.name ? -1 : 1));
  let covered = -1;
  const cut: Mapping[] = [];
  for (const m of sorted) {
    if (m.end <= covered) continue;
    const hidden = covered - m.start;
    cut.push(hidden > 0 ? { ...m, offset: m.inode ? m.offset + hidden : 0, start: covered } : m);
    covered = m.end;
  }
  return cut;
}

/** Indices of mappings that go on where the one below ends, ascending; null when the mappings are not ascending and disjoint. */
function seamsIn(mappings: readonly Mapping[]): number[] | null {
  const seams: number[] = [];
  for (let i = 1; i < mappings.length; i++) {
    const below = mappings[i - 1]!;
    const m = mappings[i]!;
    if (m.start < below.end) return null;
    if (m.start === below.end && m.access === below.access && goesOn(below, m)) seams.push(i);
  }
  return seams;
}

/**
 * Neighbours that differ in nothing count as one: where the kernel cuts them depends on history (who touched what first),
 * not on purpose. With smaps their flags must be equal too. Without smaps equal permissions can hide unequal flags, so a
 * border stays where the size of a neighbour speaks of a block of its own.
 */
function isSeam(mappings: readonly Mapping[], smaps: Normalised['smaps'], index: number): boolean {
  if (smaps) return flagsAgree(smaps[index - 1], smaps[index]);
  return !isBlock(mappings[index - 1]!) && !isBlock(mappings[index]!);
}

/** @param seams at least one */
function joinMappings(input: readonly Mapping[], seams: readonly number[]): Mapping[] {
  const joint = input.slice();
  let length = seams[0]!;
  for (let n = 0; n < seams.length; n++) {
    const { start, permissions, access, offset, device, inode, name } = joint[length - 1]!;
    joint[length - 1] = { start, end: input[seams[n]!]!.end, permissions, access, offset, device, inode, name };
    const until = seams[n + 1] ?? input.length;
    for (let i = seams[n]! + 1; i < until; i++) joint[length++] = input[i]!;
  }
  joint.length = length;
  return joint;
}

function joinEntries(
  smaps: ReadonlyArray<SmapsEntry | undefined>,
  seams: readonly number[]
): Array<SmapsEntry | undefined> {
  const joint = smaps.slice(0, seams[0]);
  let next = 0;
  for (let i = seams[0]!; i < smaps.length; i++) {
    const above = smaps[i];
    if (seams[next] !== i) {
      joint.push(above);
      continue;
    }
    next++;
    const below = joint[joint.length - 1];
    joint[joint.length - 1] = below && above && joined(below, above);
  }
  return joint;
}

/** Whole MiB, as runtimes reserve, or whole stacks of 8 MiB with their guard pages; of many, some may be of 1 MiB. */
function isBlock(m: Mapping): boolean {
  const size = m.end - m.start;
  const rest = size % (8 * MIB + 4 * KIB);
  return m.inode === 0 && (size % MIB === 0 || rest === 0 || (size >= 64 * MIB && rest % (MIB + 4 * KIB) <= 16 * KIB));
}

/** Of two that touch and have equal permissions. */
function goesOn(a: Mapping, b: Mapping): boolean {
  return (
    a.name === b.name &&
    a.inode === b.inode &&
    (a.inode === 0 || (a.device === b.device && a.offset + (a.end - a.start) === b.offset))
  );
}

function flagsAgree(a: SmapsEntry | undefined, b: SmapsEntry | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.flags === b.flags || (a.flags.length === b.flags.length && a.flags.every((flag, i) => flag === b.flags[i]));
}

function joined(a: SmapsEntry, b: SmapsEntry): SmapsEntry {
  return {
    start: a.start,
    end: b.end,
    rss: a.rss + b.rss,
    pss: a.pss + b.pss,
    anonymous: a.anonymous + b.anonymous,
    swap: a.swap + b.swap,
    flags: a.flags,
  };
}

function alignSmaps(mappings: readonly Mapping[], smaps: readonly SmapsEntry[]): Array<SmapsEntry | undefined> {
  const sorted = smaps.every((entry, i) => i === 0 || smaps[i - 1]!.start <= entry.start)
    ? smaps
    : [...smaps].sort((a, b) => a.start - b.start);
  let at = 0;
  return mappings.map((m) => {
    while (at < sorted.length && sorted[at]!.end <= m.start) at++;
    const entry = sorted[at];
    if (!entry || entry.start > m.start || entry.end < m.end) return undefined;
    if (entry.start === m.start && entry.end === m.end) return entry;
    // maps and smaps were read at two instants and one of them was cut since: the flags hold, the pages are shared out.
    const share = (m.end - m.start) / (entry.end - entry.start);
    const part = (bytes: Bytes): Bytes => Math.round((bytes * share) / KIB) * KIB;
    const { rss, pss, anonymous, swap, flags } = entry;
    return {
      start: m.start,
      end: m.end,
      rss: part(rss),
      pss: part(pss),
      anonymous: part(anonymous),
      swap: part(swap),
      flags,
    };
  });
}
