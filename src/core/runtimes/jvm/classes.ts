/**
 * Class data: CDS archive, compressed class space, metaspace.
 *
 * Source: share/cds/filemap.cpp and metaspaceShared.cpp (archive, padded to 16 MiB, directly below the class space
 * since JDK 16; at 0x800000000 before), share/memory/metaspace/ (JEP 387, JDK 16+: nodes of 64 MiB, committed in
 * granules of 64 KiB), share/memory/metaspace.cpp of JDK 8-15 (nodes of 8 MiB; the runtime itself calls them Class).
 * Sample: `7fe567000000-7fe567c9c000 rw-p ... /usr/lib/jvm/.../classes.jsa`, `---p` to 7fe568000000, 1 GiB class space.
 * Cannot tell: a class space of another size than 1 GiB without archive and flag; it then ends where its run ends.
 */
import {
  type Claim,
  type View,
  claimMapping,
  claimRange,
  freeParts,
  indexAt,
  isFree,
  touchesAbove,
  touchesBelow,
} from '../../attribution/view';
import { type Mapping, isAnonymous, sizeOf } from '../../mapping/mapping';
import { type Address, type Bytes, GIB, KIB, MIB } from '../../units';
import { alignDown, alignUp, arenaStart, hasFlag, isPlainNone, isPlainWritable } from '../shapes';
import { sizeOption } from './facts';

const GRANULE = 64 * KIB;
const NODE = 64 * MIB;
const OLD_NODE = 8 * MIB;
const CHUNK = 4 * MIB;
const SMALLEST_CLASS_SPACE = MIB;
/** Of CompressedClassSpaceSize; room for the alignment of the two. */
const LARGEST_CLASS_SPACE = 4 * GIB;
const HEAP_ENDS: readonly Address[] = [4 * GIB, 32 * GIB];
/** First release with the metaspace of JEP 387; a library whose path does not tell counts as older, for the shape decides. */
const JEP_387 = 16;
const UNKNOWN_RELEASE = JEP_387 - 1;

const ARCHIVE: Claim = {
  region: 'jvm.cds-archive',
  category: 'metadata',
  confidence: 'certain',
  why: 'A class data archive (.jsa) is mapped here; the rest is padding up to the class space.',
};

const ARCHIVED_HEAP: Claim = {
  region: 'jvm.java-heap',
  category: 'heap',
  confidence: 'certain',
  why: 'Archived objects of the class data archive, mapped into the Java heap.',
};

const classSpace = (confidence: Claim['confidence'], why: string): Claim => ({
  region: 'jvm.class-space',
  category: 'metadata',
  confidence,
  why,
});

const METASPACE: Claim = {
  region: 'jvm.metaspace',
  category: 'metadata',
  confidence: 'certain',
  why: 'A 64 MiB node that is committed in granules of 64 KiB, beside libjvm.so.',
};

const OLD_METASPACE = classSpace('likely', 'An 8 MiB metaspace node of JDK 8 to 15, committed in granules of 64 KiB.');

export function isArchive(m: Mapping): boolean {
  return m.inode !== 0 && /\.(jsa|aot)( \(deleted\))?$/.test(m.name);
}

function isOurs(view: View, i: number): boolean {
  const m = view.mappings[i];
  return (
    m !== undefined && isFree(view, i) && (isPlainWritable(m) || (isPlainNone(m) && hasFlag(view, i, 'nr') !== false))
  );
}

/** @returns which releases lay out class data like this, or null */
export function claimClasses(view: View, release: number | null): string | null {
  let found = false;
  let shut = false;
  for (const archive of archives(view)) {
    let from = archive.from;
    // Since JDK 24 an inaccessible page below the archive catches decoded null class pointers.
    const below = touchesBelow(view, from) ? view.mappings[from - 1]! : null;
    if (below && isPlainNone(below) && sizeOf(below) <= GRANULE) {
      from--;
      shut = true;
    }
    let to = archive.to;
    while (to < view.mappings.length && touchesBelow(view, to) && isOurs(view, to) && isPlainNone(view.mappings[to]!)) {
      to++;
    }
    for (let i = from; i < to; i++) claimMapping(view, i, ARCHIVE);
    const above = view.mappings[to];
    if (above && touchesBelow(view, to) && isPlainWritable(above)) {
      found = claimClassSpaceAt(view, above.start) || found;
    }
  }
  if (!found) found = claimClassSpaceAlone(view);
  const chunked = (release ?? JEP_387) >= JEP_387 && claimMetaspace(view);
  if (shut) return 'JDK 24 and later';
  if (chunked) return 'JDK 16 and later';
  return (release ?? UNKNOWN_RELEASE) < JEP_387 && claimOldMetaspace(view) ? 'JDK 8 to 15' : null;
}

/** The longest contiguous stretch of each archive file is the archive; shorter ones are archived heap objects. */
function archives(view: View): Array<{ from: number; to: number }> {
  const longest = new Map<string, { from: number; to: number; bytes: Bytes }>();
  const all: Array<{ from: number; to: number; bytes: Bytes }> = [];
  for (let i = 0; i < view.mappings.length; i++) {
    const m = view.mappings[i]!;
    if (!isArchive(m)) continue;
    let to = i + 1;
    while (to < view.mappings.length && touchesBelow(view, to) && view.mappings[to]!.name === m.name) to++;
    const stretch = { from: i, to, bytes: view.mappings[to - 1]!.end - m.start };
    all.push(stretch);
    if ((longest.get(m.name)?.bytes ?? 0) < stretch.bytes) longest.set(m.name, stretch);
    i = to - 1;
  }
  const kept = new Set(longest.values());
  for (const stretch of all) {
    if (!kept.has(stretch)) for (let i = stretch.from; i < stretch.to; i++) claimMapping(view, i, ARCHIVED_HEAP);
  }
  return [...kept];
}

function classSpaceSize(view: View): Bytes {
  return sizeOption(view, /^-XX:CompressedClassSpaceSize=(\d+)([kmg]?)$/i) ?? GIB;
}

function claimClassSpaceAt(view: View, start: Address): boolean {
  const size = classSpaceSize(view);
  let end = start;
  for (let i = indexAt(view, start); end < start + size && isOurs(view, i); i++) {
    const m = view.mappings[i]!;
    if (
      m.start !== end ||
      (end > start && isPlainWritable(m) && touchesAbove(view, i) && arenaStart(view, i + 1) !== null)
    ) {
      break;
    }
    end = Math.min(m.end, start + size);
  }
  if (end - start < 16 * MIB) return false;
  claimRange(
    view,
    start,
    end,
    classSpace('certain', 'Follows the class data archive, as HotSpot reserves the two in one piece.')
  );
  return true;
}

/** Without an archive, or with the class space elsewhere: above a heap that ends at a border, or a run of its size. */
function claimClassSpaceAlone(view: View): boolean {
  return HEAP_ENDS.some((border) => claimClassSpaceAbove(view, border)) || claimClassSpaceBySize(view);
}

/**
 * Compressed pointers to objects reach 4 GiB, or 32 GiB when they are shifted: a heap that ends there has the class space
 * right above it, and the two may merge. A heap that crosses 4 GiB is larger than any class space.
 */
function claimClassSpaceAbove(view: View, border: Address): boolean {
  const first = indexAt(view, border);
  const m = view.mappings[first];
  if (!m) return false;
  const below = m.start < border ? m : touchesBelow(view, first) ? view.mappings[first - 1] : null;
  if (!below || m.start > border || !isOurs(view, first) || !isAnonymous(below) || below.end < border) {
    return false;
  }
  let end = m.end;
  for (let i = first + 1; i < view.mappings.length && touchesBelow(view, i) && isOurs(view, i); i++) {
    end = view.mappings[i]!.end;
  }
  if (!isPlainWritable(m) || end - border < SMALLEST_CLASS_SPACE || end - border > LARGEST_CLASS_SPACE) return false;
  claimRange(
    view,
    border,
    end,
    classSpace('certain', 'Directly above a heap that ends where compressed object pointers end.')
  );
  return true;
}

/**
 * A run of exactly the reserved size, whose low end is writable, or a page that catches null. A Java heap of 1 GiB has the
 * same shape; of two such runs the class space is the one that touches the heap below it or does not end at 4 GiB.
 */
function claimClassSpaceBySize(view: View): boolean {
  const size = classSpaceSize(view);
  let best: { start: Address; rank: number } | null = null;
  for (const i of view.inaccessible) {
    const m = view.mappings[i]!;
    if (sizeOf(m) > size || sizeOf(m) < size / 4 || !isOurs(view, i)) continue;
    const start = m.end - size;
    const first = indexAt(view, start);
    let j = i;
    while (j > first && isOurs(view, j - 1) && touchesBelow(view, j)) j--;
    const head = view.mappings[first];
    if (j !== first || !head || head.start !== start || start % MIB !== 0) continue;
    const shut = isPlainNone(head) && sizeOf(head) <= GRANULE && i > first;
    if (!shut && !isPlainWritable(head)) continue;
    const touches = touchesBelow(view, first) && isPlainNone(view.mappings[first - 1]!);
    const rank = (touches || shut ? 2 : 0) + (m.end !== 4 * GIB ? 1 : 0);
    if (!best || rank >= best.rank) best = { start, rank };
  }
  if (!best || best.rank === 0) return false;
  claimRange(
    view,
    best.start,
    best.start + size,
    classSpace('likely', 'A run of exactly the reserved size of the class space.')
  );
  return true;
}

function claimMetaspace(view: View): boolean {
  const weak: Address[] = [];
  let found = false;
  for (const i of view.writable) {
    const m = view.mappings[i]!;
    if (!isFree(view, i)) continue;
    // A stack that ends where the node begins merges with its first chunk, which is then the end of the mapping.
    const base = [alignUp(m.start, CHUNK), alignDown(m.end - 1, CHUNK)].find(
      // Inside a merged mapping many borders could start a node; only the gap after its first chunk tells.
      (border) => border >= m.start && border < m.end && holesInNode(view, border) >= (border === m.start ? 1 : 2)
    );
    if (base === undefined) continue;
    // One head and one tail between two 64 MiB borders is also the shape of a glibc arena.
    if (holesInNode(view, base) === 1 && base % NODE === 0 && !isCommitted(view, i)) {
      if (hasFlag(view, i, 'nr') === null) weak.push(base);
      continue;
    }
    claimRange(view, base, base + NODE, METASPACE);
    found = true;
  }
  if (found) return true;
  const first = weak.length === 1 ? weak[0] : onlyOne(weak.filter((base) => headAt(view, base) >= CHUNK));
  if (first === undefined) return false;
  claimRange(view, first, first + NODE, { ...METASPACE, confidence: 'likely' });
  return true;
}

/** HotSpot maps what it commits anew: the kernel then counts the head (no VmFlags `nr`) and not the tail. */
function isCommitted(view: View, head: number): boolean {
  return hasFlag(view, head, 'nr') === false && hasFlag(view, head + 1, 'nr') === true;
}

function headAt(view: View, base: Address): Bytes {
  return view.mappings[indexAt(view, base)]!.end - base;
}

function onlyOne<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined;
}

/** Number of inaccessible pieces in [base, base + 64 MiB), 0 when it is not a metaspace node. */
function holesInNode(view: View, base: Address): number {
  let holes = 0;
  let at = base;
  for (let i = indexAt(view, base); at < base + NODE; i++) {
    const m = view.mappings[i];
    if (!m || m.start > at || !isOurs(view, i)) return 0;
    const end = Math.min(m.end, base + NODE);
    if ((end - base) % GRANULE !== 0) return 0;
    if (isPlainNone(m)) holes++;
    at = end;
    if (at === base + NODE && end !== m.end) return 0;
  }
  return holes;
}

function claimOldMetaspace(view: View): boolean {
  let found = false;
  for (const i of view.inaccessible) {
    const tail = view.mappings[i]!;
    const head = view.mappings[i - 1];
    if (!head || sizeOf(tail) >= OLD_NODE || !isOurs(view, i) || !touchesBelow(view, i)) continue;
    const start = tail.end - OLD_NODE;
    if (
      !isPlainWritable(head) ||
      head.start > start ||
      start % (2 * MIB) !== 0 ||
      (tail.start - start) % GRANULE !== 0
    ) {
      continue;
    }
    if (arenaStart(view, i) !== null || alignDown(start, 2 * MIB) !== start) continue;
    if (!freeParts(view, i - 1).some((part) => part.start <= start && part.end === head.end)) continue;
    claimRange(view, start, tail.end, OLD_METASPACE);
    found = true;
  }
  return found;
}
