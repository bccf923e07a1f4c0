/**
 * glibc: malloc arenas, memory of the dynamic linker, thread-local storage, chunks that malloc maps one by one.
 *
 * Source: malloc/arena.c (new_heap: HEAP_MAX_SIZE = 64 MiB, aligned; head opened with mprotect), malloc/malloc.c
 * (sysmalloc_mmap), elf/dl-minimal.c, elf/dl-tls.c; 2.31 to 2.43. Sample, one arena:
 *   `7f0e40000000-7f0e405ef000 rw-p 00000000 00:00 0`
 *   `7f0e405ef000-7f0e44000000 ---p 00000000 00:00 0`
 * Cannot tell: an arena that is opened to its last byte from a mapped chunk; which of the small blocks beside the
 * libraries belongs to the linker and which to thread-local storage, except by their neighbours.
 */
import { baseName, hasPath } from '../attribution/files';
import { type Claim, type View, claimRange, freeParts } from '../attribution/view';
import { EXECUTE, type Mapping } from '../mapping/mapping';
import { type Address, KIB, MIB } from '../units';
import { libcOf } from './libc';
import { alignDown, hasFlag, isPlainNone, isPlainWritable } from './shapes';
import type { Signature } from './signature';

const ARENA_BYTES = 64 * MIB;

const ARENA: Claim = {
  region: 'glibc.arena',
  category: 'heap',
  confidence: 'certain',
  why: 'A malloc arena of glibc: writable from a 64 MiB border on, inaccessible up to the next one.',
};

/** The parts of a mapping that nobody has claimed, when it has any. */
function firstFree(view: View, index: number): { start: Address; end: Address } | null {
  const m = view.mappings[index];
  if (!m) return null;
  return view.ledger[index] === undefined ? m : (freeParts(view, index)[0] ?? null);
}

export const glibcArenas: Signature = {
  name: 'glibc-arenas',
  claim(view) {
    for (let i = 1; i < view.mappings.length; i++) {
      const tail = view.mappings[i]!;
      const head = view.mappings[i - 1]!;
      if (!isPlainNone(tail) || !isPlainWritable(head) || head.end !== tail.start) continue;
      const start = alignDown(tail.start - 1, ARENA_BYTES);
      const end = start + ARENA_BYTES;
      if (tail.end < end || tail.end - end > MIB) continue;
      const free = firstFree(view, i);
      if (!free || free.start !== tail.start || headStart(view, i - 1, start) > start) continue;
      claimHead(view, i - 1, start, tail.start);
      claimRange(view, tail.start, end, ARENA);
    }
  },
};

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

const LINKER: Claim = {
  region: 'libc.rtld-alloc',
  category: 'metadata',
  confidence: 'likely',
  why: 'A small block among the libraries: memory of the dynamic linker.',
};
const TLS: Claim = {
  region: 'libc.tls',
  category: 'metadata',
  confidence: 'likely',
  why: 'A small block just below the C library: thread-local storage of the main thread.',
};
const RANDOM: Claim = {
  region: 'libc.vgetrandom-state',
  category: 'metadata',
  confidence: 'certain',
  why: 'Wiped in a forked child and left out of core files: state of getrandom in the vdso.',
};

/** Largest run of such blocks that still is taken for the linker's, not for a request of malloc. */
const SMALL = 96 * KIB;
const TLS_BYTES = 12 * KIB;

function isLibrary(m: Mapping): boolean {
  return hasPath(m) && /\.so(\.|$)/.test(baseName(m.name));
}

export const libcBlocks: Signature = {
  name: 'libc-blocks',
  claim(view) {
    if (!libcOf(view).dynamic) return;
    view.mappings.forEach((m, i) => {
      if (!isPlainWritable(m)) return;
      if (hasFlag(view, i, 'wf') && hasFlag(view, i, 'dd')) {
        claimRange(view, m.start, m.end, RANDOM);
        claimRandomIndex(view, i);
        return;
      }
      const above = view.mappings[i + 1];
      if (above?.start !== m.end) return;
      const part = freeParts(view, i).at(-1);
      if (part?.end !== m.end) return;
      const size = part.end - part.start;
      if (/^libc(\.so\.6|-\d\.\d+\.so)$/.test(baseName(above.name)) && above.offset === 0) {
        const tls = Math.min(size, TLS_BYTES);
        claimRange(view, part.end - tls, part.end, TLS);
        if (size - tls > 0 && size <= SMALL) claimRange(view, part.start, part.end - tls, LINKER);
      } else if (above.name.startsWith('[v') || (isLibrary(above) && above.offset === 0)) {
        if (size <= SMALL) claimRange(view, part.start, part.end, LINKER);
      }
    });
    claimBetweenLibraries(view);
  },
};

/** glibc lists the states in a page of its own just below them (sysdeps/unix/sysv/linux/getrandom.c). */
function claimRandomIndex(view: View, states: number): void {
  const below = view.mappings[states - 1];
  if (!below || below.end !== view.mappings[states]!.start || !isPlainWritable(below)) return;
  claimRange(view, below.end - view.pageSize, below.end, RANDOM);
}

/** Blocks in the holes that libraries leave, above the C library and below the dynamic linker. */
function claimBetweenLibraries(view: View): void {
  let library = -1;
  for (let i = 0; i < view.mappings.length; i++) {
    const m = view.mappings[i]!;
    if (isLibrary(m)) library = i;
    else if (library >= 0 && isPlainWritable(m) && m.end - m.start <= SMALL) {
      const next = nextLibrary(view, i);
      if (next && next.start - m.end <= MIB && m.start - view.mappings[library]!.end <= MIB) {
        claimRange(view, m.start, m.end, LINKER);
      }
    }
  }
}

function nextLibrary(view: View, index: number): Mapping | null {
  for (let i = index + 1; i < Math.min(index + 8, view.mappings.length); i++) {
    const m = view.mappings[i]!;
    if (isLibrary(m) || m.name.startsWith('[v')) return m;
    if (m.access & EXECUTE) return null;
  }
  return null;
}

/** What is left of a process with glibc: malloc maps large requests one by one. */
export const glibcRest: Signature = {
  name: 'glibc-rest',
  claim(view) {
    if (libcOf(view).name !== 'glibc') return;
    const chunk: Claim = {
      region: 'glibc.mmap-chunk',
      category: 'heap',
      confidence: 'guess',
      why: 'Private writable memory that no other runtime claims: a large malloc request, or a map of the program itself.',
    };
    view.mappings.forEach((m, i) => {
      if (!isPlainWritable(m)) return;
      claimRange(view, m.start, m.end, chunk);
    });
  },
};
