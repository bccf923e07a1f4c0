/**
 * What signatures see of a process: its mappings in address order, and a ledger of what is claimed already. A byte is
 * claimed once; the first claim stands, later ones get only what is still free below them.
 */
import { EXECUTE, type Mapping, SHARED, WRITE, isInaccessible } from '../mapping/mapping';
import type { SmapsEntry, Snapshot } from '../snapshot/snapshot';
import { type Address, type Bytes, MIB } from '../units';
import type { Category } from './categories';
import { type MappedFiles, createFileIndex, indexMapping, mappedFiles } from './files';
import { normalise } from './normalise';

/**
 * certain: two independent signs, or the kernel or the runtime says so. likely: one strong sign.
 * guess: a general rule on permissions and neighbours.
 */
export type Confidence = 'certain' | 'likely' | 'guess';

export interface Claim {
  /** `owner.part`: `go.heap-arena`. */
  readonly region: string;
  /** Category of the accessible bytes. */
  readonly category: Category;
  /** Category of the PROT_NONE bytes; reservation unless it says guard. */
  readonly inaccessible?: Category;
  readonly confidence: Confidence;
  /** One plain sentence: the evidence. */
  readonly why: string;
}

export interface Segment {
  readonly start: Address;
  readonly end: Address;
  readonly claim: Claim;
}

export interface Runtime {
  /** `go`, `jvm`, `node`, `cpython`, ... */
  readonly name: string;
  /** Null where the evidence does not tell. */
  readonly version: string | null;
  readonly evidence: string;
}

export interface View {
  readonly snapshot: Snapshot;
  readonly pageSize: Bytes;
  /** Mappings as the kernel counts them, before equal neighbours were joined. */
  readonly mappingCount: number;
  /** Ascending and disjoint, without [vsyscall]; neighbours that differ in nothing are one. */
  readonly mappings: readonly Mapping[];
  /** smaps record of each mapping, or null; undefined where smaps has no such record. */
  readonly smaps: ReadonlyArray<SmapsEntry | undefined> | null;
  /** Every file that is mapped, by its name as printed in maps, in order of its lowest mapping. */
  readonly files: MappedFiles;
  /** Indices of private anonymous memory that can be written and not executed, ascending. */
  readonly writable: readonly number[];
  /** Indices of private anonymous memory that is inaccessible (PROT_NONE), ascending. */
  readonly inaccessible: readonly number[];
  /** Bytes of the inaccessible ones. */
  readonly inaccessibleBytes: Bytes;
  /** Those of `writable` and of `inaccessible` that have a MiB or more: what can be a reservation, or stands in one. */
  readonly largeWritable: readonly number[];
  readonly largeInaccessible: readonly number[];
  /** Those of `inaccessible` that touch one of `writable` of two pages or more above them: what can be the guard of a stack. */
  readonly guards: readonly number[];
  /** Indices of private anonymous memory that can be executed, ascending. */
  readonly executable: readonly number[];
  /** Indices of shared memory without a path, ascending. */
  readonly sharedPathless: readonly number[];
  /** Indices of mappings with a name in brackets: what the kernel or the program named, ascending. */
  readonly bracketed: readonly number[];
  /** What is claimed of each mapping: all of it, some of it (ascending), or nothing. */
  readonly ledger: Array<Claim | readonly Segment[] | undefined>;
  /** Mappings of which not all was claimed at once: when none is left, there is nothing to look for. */
  unclaimed: number;
  /** Runtimes recognised so far, in registry order. */
  readonly runtimes: Runtime[];
  /** Null until somebody has asked (`libcOf`). */
  libc: LibcFacts | null;
}

export type Libc = 'glibc' | 'musl';

export interface LibcFacts {
  readonly name: Libc;
  /** True when the dynamic linker is mapped. */
  readonly dynamic: boolean;
  /** From `libc-2.31.so`; later releases carry no version in the file name. */
  readonly version: string | null;
}

const BRACKET = 91;
const SLASH = 47;

export function createView(snapshot: Snapshot): View {
  const { mappingCount, mappings, smaps } = normalise(snapshot.mappings, snapshot.smaps);
  const files = createFileIndex();
  const writable: number[] = [];
  const inaccessible: number[] = [];
  const executable: number[] = [];
  const sharedPathless: number[] = [];
  const bracketed: number[] = [];
  const largeWritable: number[] = [];
  const largeInaccessible: number[] = [];
  const guards: number[] = [];
  const { pageSize } = snapshot.system;
  let inaccessibleBytes = 0;
  /** End of the last mapping when that is inaccessible. */
  let shutUntil = -1;
  for (let i = 0; i < mappings.length; i++) {
    const m = mappings[i]!;
    const { name, access } = m;
    if (name !== '') {
      const first = name.charCodeAt(0);
      if (first === SLASH) {
        indexMapping(files, i, m);
        continue;
      }
      if (first === BRACKET) bracketed.push(i);
    }
    if (access & SHARED) sharedPathless.push(i);
    else if (m.inode !== 0 || (name !== '' && !name.startsWith('[anon:'))) continue;
    else if (access & EXECUTE) executable.push(i);
    else if (access & WRITE) {
      const { start, end } = m;
      writable.push(i);
      if (end - start >= MIB) largeWritable.push(i);
      if (start === shutUntil && end - start >= 2 * pageSize) guards.push(i - 1);
    } else if (access === 0) {
      const { start, end } = m;
      inaccessible.push(i);
      inaccessibleBytes += end - start;
      if (end - start >= MIB) largeInaccessible.push(i);
      shutUntil = end;
    }
  }
  return {
    snapshot,
    pageSize,
    mappingCount,
    mappings,
    smaps,
    files: mappedFiles(files),
    writable,
    inaccessible,
    inaccessibleBytes,
    largeWritable,
    largeInaccessible,
    guards,
    executable,
    sharedPathless,
    bracketed,
    ledger: new Array<Claim | readonly Segment[] | undefined>(mappings.length).fill(undefined),
    unclaimed: mappings.length,
    runtimes: [],
    libc: null,
  };
}

/** Index of the mapping that holds `address`, else of the first above it (mappings.length when there is none). */
export function indexAt(view: View, address: Address): number {
  let low = 0;
  let high = view.mappings.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (view.mappings[middle]!.end <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function isFree(view: View, index: number): boolean {
  return view.ledger[index] === undefined;
}

/** True when mapping `index` begins where the one below ends. */
export function touchesBelow(view: View, index: number): boolean {
  return index > 0 && view.mappings[index - 1]!.end === view.mappings[index]!.start;
}

/** True when mapping `index` ends where the one above begins. */
export function touchesAbove(view: View, index: number): boolean {
  return index + 1 < view.mappings.length && view.mappings[index]!.end === view.mappings[index + 1]!.start;
}

/** What is claimed of mapping `index`, ascending. */
export function claimsOf(view: View, index: number): readonly Segment[] {
  const entry = view.ledger[index];
  if (entry === undefined) return [];
  if (isWhole(entry)) return [{ start: view.mappings[index]!.start, end: view.mappings[index]!.end, claim: entry }];
  return entry;
}

export function isWhole(entry: Claim | readonly Segment[]): entry is Claim {
  return !Array.isArray(entry);
}

/** True when all of mapping `index` was claimed at once. */
export function isClaimed(view: View, index: number): boolean {
  const entry = view.ledger[index];
  return entry !== undefined && isWhole(entry);
}

/** True when some of mapping `index` is claimed for a region. */
export function isClaimedFor(view: View, index: number, region: string): boolean {
  const entry = view.ledger[index];
  if (entry === undefined) return false;
  return isWhole(entry) ? entry.region === region : entry.some(({ claim }) => claim.region === region);
}

/** Claims the whole mapping. @returns bytes newly claimed */
export function claimMapping(view: View, index: number, claim: Claim): Bytes {
  const entry = view.ledger[index];
  if (entry !== undefined && isWhole(entry)) return 0;
  const { start, end } = view.mappings[index]!;
  if (entry !== undefined) return claimWithin(view, index, start, end, claim);
  view.ledger[index] = claim;
  view.unclaimed--;
  return end - start;
}

/** Claims every mapped and unclaimed byte of [start, end). @returns bytes newly claimed */
export function claimRange(view: View, start: Address, end: Address, claim: Claim): Bytes {
  let claimed = 0;
  for (let i = indexAt(view, start); i < view.mappings.length && view.mappings[i]!.start < end; i++) {
    const m = view.mappings[i]!;
    const from = Math.max(start, m.start);
    const to = Math.min(end, m.end);
    if (from < to) {
      claimed +=
        from === m.start && to === m.end ? claimMapping(view, i, claim) : claimWithin(view, i, from, to, claim);
    }
  }
  return claimed;
}

/** The unclaimed parts of mapping `index`, ascending. */
export function freeParts(view: View, index: number): Array<{ start: Address; end: Address }> {
  const m = view.mappings[index]!;
  const entry = view.ledger[index];
  if (entry === undefined) return [{ start: m.start, end: m.end }];
  if (isWhole(entry)) return [];
  const parts: Array<{ start: Address; end: Address }> = [];
  let at = m.start;
  for (const segment of entry) {
    if (segment.start > at) parts.push({ start: at, end: segment.start });
    at = segment.end;
  }
  if (at < m.end) parts.push({ start: at, end: m.end });
  return parts;
}

function claimWithin(view: View, index: number, start: Address, end: Address, claim: Claim): Bytes {
  const entry = view.ledger[index];
  if (entry === undefined) {
    view.ledger[index] = [{ start, end, claim }];
    return end - start;
  }
  if (isWhole(entry)) return 0;
  // Old segments stay, new ones fill the gaps between them that lie in [start, end).
  const segments: Segment[] = [];
  let claimed = 0;
  let at = start;
  const fill = (to: Address): void => {
    if (to <= at) return;
    segments.push({ start: at, end: to, claim });
    claimed += to - at;
  };
  for (const segment of entry) {
    fill(Math.min(segment.start, end));
    segments.push(segment);
    at = Math.max(at, segment.end);
  }
  fill(end);
  if (claimed > 0) view.ledger[index] = segments;
  return claimed;
}

/** Category of a claimed part: permission decides between the claim's two. */
export function categoryOf(mapping: Mapping, claim: Claim): Category {
  return isInaccessible(mapping) ? (claim.inaccessible ?? 'reservation') : claim.category;
}
