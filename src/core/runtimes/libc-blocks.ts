/**
 * Small blocks of a dynamically linked process: memory of the dynamic linker, thread-local storage, state of getrandom.
 *
 * Source: glibc elf/dl-minimal.c, elf/dl-tls.c, sysdeps/unix/sysv/linux/getrandom.c (2.41 and later); 2.31 to 2.43. Sample:
 *   `7f0e6b9fb000-7f0e6b9fe000 rw-p 00000000 00:00 0`      just below libc.so.6
 * Cannot tell: which block belongs to the linker and which to thread-local storage, except by their neighbours; getrandom's
 * state without smaps (VmFlags `wf dd`).
 */
import { filePattern, hasPath, isMatch, nameMatches } from '../attribution/files';
import {
  type Claim,
  type View,
  claimMapping,
  claimRange,
  claimsOf,
  freeParts,
  isClaimed,
  touchesBelow,
} from '../attribution/view';
import { EXECUTE, type Mapping } from '../mapping/mapping';
import { type Address, type Bytes, KIB, MIB } from '../units';
import { libcOf } from './libc';
import { alignUp, hasFlag, isPlainNone, isPlainWritable, isPowerOfTwo } from './shapes';
import { defaultStack } from './thread-stacks';
import type { Signature } from './signature';

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
/** PTHREAD_STACK_MIN. */
const LEAST_STACK = 16 * KIB;
/** How far a library may be from a block between libraries. */
const NEAR = MIB;
/** How many mappings may lie between them, plus one. */
const REACH = 8;
const C_LIBRARY = filePattern(/^libc(\.so\.6|-\d\.\d+\.so)$/);
const LIBRARY = filePattern(/\.so(\.|$)/);

function isVdso(m: Mapping): boolean {
  return m.name === '[vdso]' || m.name.startsWith('[vvar');
}

/** The unclaimed end of mapping `index` when it touches `above`, or what of the C library's own does. */
function endOf(view: View, index: number, above: Mapping): { start: number; size: Bytes } | null {
  const m = view.mappings[index];
  if (!m || m.end !== above.start || !isPlainWritable(m)) return null;
  const part = freeParts(view, index).at(-1);
  if (!part || part.end < endOfFree(view, index)) return null;
  return { start: part.start, size: part.end - part.start };
}

function endOfFree(view: View, index: number): Address {
  const last = claimsOf(view, index).at(-1);
  const { end } = view.mappings[index]!;
  return (last?.claim === TLS || last?.claim === LINKER) && last.end === end ? last.start : end;
}

function claimBelow(view: View, index: number): void {
  const part = endOf(view, index - 1, view.mappings[index]!);
  if (part && part.size <= SMALL) claimRange(view, part.start, part.start + part.size, LINKER);
}

/** Mapped when nothing else but libraries was: what has merged with it came later, and lies below. */
function claimTls(view: View, index: number): void {
  const above = view.mappings[index]!;
  const part = endOf(view, index - 1, above);
  if (!part || hasFlag(view, index - 1, 'nh') === true || isStack(view, index - 1, part.size)) return;
  claimRange(view, above.start - Math.min(part.size, alignUp(TLS_BYTES, view.pageSize)), above.start, TLS);
}

/** Where thread-local storage went into another hole, a stack may touch the library. */
function isStack(view: View, index: number, size: Bytes): boolean {
  const usual = defaultStack(view, 'glibc');
  const guarded = touchesBelow(view, index) && isPlainNone(view.mappings[index - 1]!);
  return guarded ? size >= LEAST_STACK && isPowerOfTwo(size) : size % (usual + view.pageSize) === 0;
}

/** Blocks in the holes that libraries leave: not far above one, and not far below the next. */
function claimBetween(view: View, lowest: Address, highest: Address): void {
  for (let i = firstAbove(view, lowest); i < view.writable.length; i++) {
    const index = view.writable[i]!;
    const m = view.mappings[index]!;
    if (m.start > highest) return;
    if (m.end - m.start > SMALL || isClaimed(view, index)) continue;
    const below = neighbour(view, index, -1);
    const above = below && m.start - below.end <= NEAR ? neighbour(view, index, 1) : null;
    if (above && above.start - m.end <= NEAR) claimRange(view, m.start, m.end, LINKER);
  }
}

/** Position in `view.writable` of the first that begins at or above `address`. */
function firstAbove({ writable, mappings }: View, address: Address): number {
  let low = 0;
  let high = writable.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (mappings[writable[middle]!]!.start < address) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The next library in one direction, the vdso for one above, null when generated code or too much else comes before it. */
function neighbour(view: View, index: number, step: 1 | -1): Mapping | null {
  for (let n = 1; n < REACH; n++) {
    const m = view.mappings[index + n * step];
    if (!m) return null;
    if (isLibrary(m) || (step > 0 && isVdso(m))) return m;
    if (m.access & EXECUTE) return null;
  }
  return null;
}

function isLibrary(m: Mapping): boolean {
  return m.inode !== 0 && hasPath(m) && nameMatches(m.name, LIBRARY);
}

/** Before images: the pages may touch the data of a library. */
export const vgetrandom: Signature = {
  name: 'vgetrandom',
  claim(view) {
    if (!view.smaps) return;
    for (const i of view.writable) {
      if (!hasFlag(view, i, 'wf') || !hasFlag(view, i, 'dd')) continue;
      const m = view.mappings[i]!;
      claimMapping(view, i, RANDOM);
      // glibc lists the states in a page of its own just below them.
      const below = view.mappings[i - 1];
      if (below?.end !== m.start || !isPlainWritable(below)) continue;
      claimRange(view, below.end - view.pageSize, below.end, RANDOM);
    }
  },
};

/** Before images, whose .bss may touch it: the two pages that the linker maps first, just below the kernel's. */
export const linkerPages: Signature = {
  name: 'linker-pages',
  files: [C_LIBRARY],
  claim(view: View) {
    for (const i of view.bracketed) {
      const kernel = view.mappings[i]!;
      const below = view.mappings[i - 1];
      if (!isVdso(kernel) || below?.end !== kernel.start || !isPlainWritable(below)) continue;
      // Above a guard it may be a stack.
      if (touchesBelow(view, i - 1) && isPlainNone(view.mappings[i - 2]!)) continue;
      claimRange(view, Math.max(below.start, below.end - 2 * view.pageSize), below.end, LINKER);
    }
  },
};

/** Before stacks, with which it may have merged. */
export const libcTls: Signature = {
  name: 'libc-tls',
  files: [C_LIBRARY],
  claim(view, file) {
    for (const i of file.mappings) if (view.mappings[i]!.offset === 0) claimTls(view, i);
  },
};

export const libcBlocks: Signature = {
  name: 'libc-blocks',
  claim(view) {
    if (!libcOf(view).dynamic) return;
    const files = view.files.values();
    let lowest = Infinity;
    let highest = 0;
    for (let n = 0; n < files.length; n++) {
      const file = files[n]!;
      const { mappings } = file;
      if (!isMatch(file, LIBRARY)) continue;
      for (let i = 0; i < mappings.length; i++) {
        if (view.mappings[mappings[i]!]!.offset === 0) claimBelow(view, mappings[i]!);
      }
      lowest = Math.min(lowest, view.mappings[mappings[0]!]!.end);
      highest = Math.max(highest, view.mappings[mappings[mappings.length - 1]!]!.end + NEAR);
    }
    for (const index of view.bracketed) if (isVdso(view.mappings[index]!)) claimBelow(view, index);
    claimBetween(view, lowest, highest);
  },
};
