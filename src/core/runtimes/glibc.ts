/**
 * glibc: malloc arenas and chunks that malloc maps one by one.
 *
 * Source: malloc/arena.c (new_heap: HEAP_MAX_SIZE = 64 MiB, 1 MiB in 32-bit processes, aligned; head opened with
 * mprotect), malloc/malloc.c (sysmalloc_mmap); 2.31 to 2.43. Sample, one arena:
 *   `7f0e40000000-7f0e405ef000 rw-p 00000000 00:00 0`
 *   `7f0e405ef000-7f0e44000000 ---p 00000000 00:00 0`
 * Cannot tell: an arena that is opened to its last byte from a mapped chunk, and a mapped
 * chunk from a map of the program itself.
 */
import { type Claim, type View, claimMapping, claimRange, freeParts } from '../attribution/view';
import { sizeOf } from '../mapping/mapping';
import { type Address, KIB, MIB } from '../units';
import { libcOf } from './libc';
import { alignDown, isAddressSpace32, isPlainNone, isPlainWritable, mergedArenaEnd } from './shapes';
import type { Signature } from './signature';

const ARENA_BYTES = 64 * MIB;
/** 32-bit processes: twice the largest mmap threshold, 512 KiB. */
const SMALL_ARENA_BYTES = MIB;
/** At the border of so small an arena a guard may lie by chance. */
const LEAST_SMALL_TAIL = 64 * KIB;

const ARENA: Claim = {
  region: 'glibc.arena',
  category: 'heap',
  confidence: 'certain',
  why: 'A malloc arena of glibc: writable from a 64 MiB border on, inaccessible up to the next one.',
};

const CHUNK: Claim = {
  region: 'glibc.mmap-chunk',
  category: 'heap',
  confidence: 'guess',
  why: 'Private writable memory that no other runtime claims: a large malloc request, or a map of the program itself.',
};

/** The parts of a mapping that nobody has claimed, when it has any. */
function firstFree(view: View, index: number): { start: Address; end: Address } | null {
  const m = view.mappings[index];
  if (!m) return null;
  return view.ledger[index] === undefined ? m : (freeParts(view, index)[0] ?? null);
}

/** Inaccessible mappings that can be the end of an arena: large, or what is left of one whose writable part is. */
function tailsOf({ mappings, largeInaccessible, largeWritable }: View): number[] {
  const tails = largeInaccessible.slice();
  for (const i of largeWritable) {
    const above = mappings[i + 1];
    if (above && isPlainNone(above) && sizeOf(above) < MIB) tails.push(i + 1);
  }
  return tails;
}

export const glibcArenas: Signature = {
  name: 'glibc-arenas',
  reserved: 4 * KIB,
  claim(view) {
    const small = isAddressSpace32(view);
    const merged: number[] = [];
    let found = 0;
    const bytes = small ? SMALL_ARENA_BYTES : ARENA_BYTES;
    for (const i of small ? view.inaccessible : tailsOf(view)) {
      const tail = view.mappings[i]!;
      if (sizeOf(tail) < LEAST_SMALL_TAIL && small) continue;
      const head = view.mappings[i - 1];
      const start = alignDown(tail.start - 1, bytes);
      const end = start + bytes;
      if (tail.end < end) continue;
      if (head?.end !== tail.start || !isPlainWritable(head)) continue;
      const free = firstFree(view, i);
      if (!free || free.start !== tail.start || free.end < end) continue;
      if (headStart(view, i - 1, start) > start) continue;
      if (free.end - end > MIB) {
        merged.push(i);
        continue;
      }
      claimHead(view, i - 1, start, tail.start);
      claimRange(view, tail.start, end, ARENA);
      found++;
    }
    if (found > 0 && !small) claimMerged(view, merged);
  },
};

/** What reaches beyond the border, into a reservation above, is an arena only beside others: it could be that reservation's own. */
function claimMerged(view: View, tails: readonly number[]): void {
  for (const i of tails) {
    const end = mergedArenaEnd(view, i);
    if (end !== null) claimRange(view, end - ARENA_BYTES, end, ARENA);
  }
}

/** Lowest byte of the unclaimed writable memory that reaches up to the tail, no lower than needed. */
function headStart(view: View, last: number, start: Address): Address {
  let at = view.mappings[last]!.end;
  for (let i = last; i >= 0 && at > start; i--) {
    const m = view.mappings[i]!;
    if (m.end !== at || !isPlainWritable(m)) return at;
    if (view.ledger[i] !== undefined) return freeParts(view, i).at(-1)?.start ?? at;
    at = m.start;
  }
  return at;
}

/** The head may be cut by a VMA name (glibc names its first 132 KiB only) and may have merged with what lies below. */
function claimHead(view: View, last: number, start: Address, end: Address): void {
  let at = end;
  for (let i = last; i >= 0 && at > start; i--) {
    const m = view.mappings[i]!;
    if (m.end !== at || !isPlainWritable(m)) return;
    at = Math.max(m.start, start);
    claimRange(view, at, m.end, ARENA);
  }
}

/** What is left of a process with glibc: malloc maps large requests one by one. */
export const glibcRest: Signature = {
  name: 'glibc-rest',
  claim(view) {
    if (libcOf(view).name !== 'glibc') return;
    for (const i of view.writable) claimMapping(view, i, CHUNK);
  },
};
