/**
 * Small blocks of a dynamically linked process: memory of the dynamic linker, thread-local storage, state of getrandom.
 *
 * Source: glibc elf/dl-minimal.c, elf/dl-tls.c, sysdeps/unix/sysv/linux/getrandom.c (2.41 and later); 2.31 to 2.43. Sample:
 *   `7f0e6b9fb000-7f0e6b9fe000 rw-p 00000000 00:00 0`      just below libc.so.6
 * Cannot tell: which block belongs to the linker and which to thread-local storage, except by their neighbours; getrandom's
 * state without smaps (VmFlags `wf dd`).
 */
import { filePattern, hasPath, nameMatches } from '../attribution/files';
import { type Claim, type View, claimMapping, claimRange, freeParts } from '../attribution/view';
import { EXECUTE, type Mapping } from '../mapping/mapping';
import { type Bytes, KIB, MIB } from '../units';
import { libcOf } from './libc';
import { hasFlag, isPlainWritable } from './shapes';
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
/** How far a library may be from a block between libraries. */
const NEAR = MIB;
const C_LIBRARY = filePattern(/^libc(\.so\.6|-\d\.\d+\.so)$/);
const LIBRARY = filePattern(/\.so(\.|$)/);

function isVdso(m: Mapping): boolean {
  return m.name === '[vdso]' || m.name.startsWith('[vvar');
}

/** The unclaimed end of mapping `index` when it touches `above`. */
function endOf(view: View, index: number, above: Mapping): { start: number; size: Bytes } | null {
  const m = view.mappings[index];
  if (!m || m.end !== above.start || !isPlainWritable(m)) return null;
  const part = freeParts(view, index).at(-1);
  return part?.end === m.end ? { start: part.start, size: part.end - part.start } : null;
}

function claimBelow(view: View, index: number, isC: boolean): void {
  const above = view.mappings[index]!;
  const part = endOf(view, index - 1, above);
  if (!part) return;
  const tls = isC ? Math.min(part.size, TLS_BYTES) : 0;
  if (tls > 0) claimRange(view, above.start - tls, above.start, TLS);
  if (part.size <= SMALL && part.size > tls) claimRange(view, part.start, above.start - tls, LINKER);
}

/** Blocks in the holes that libraries leave: above one library, and not far below the next. */
function claimAbove(view: View, index: number): void {
  const library = view.mappings[index]!;
  for (let i = index + 1; i < Math.min(index + 8, view.mappings.length); i++) {
    const m = view.mappings[i]!;
    if (m.name === library.name || m.start - library.end > NEAR || m.access & EXECUTE || isLibrary(m)) return;
    if (!isPlainWritable(m) || m.end - m.start > SMALL) continue;
    const next = nextLibrary(view, i);
    if (next && next.start - m.end <= NEAR) claimRange(view, m.start, m.end, LINKER);
  }
}

function nextLibrary(view: View, index: number): Mapping | null {
  for (let i = index + 1; i < Math.min(index + 8, view.mappings.length); i++) {
    const m = view.mappings[i]!;
    if (isLibrary(m) || isVdso(m)) return m;
    if (m.access & EXECUTE) return null;
  }
  return null;
}

function isLibrary(m: Mapping): boolean {
  return hasPath(m) && nameMatches(m.name, LIBRARY);
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

export const libcBlocks: Signature = {
  name: 'libc-blocks',
  claim(view) {
    if (!libcOf(view).dynamic) return;
    const libraries = view.files.values().filter((file) => file.matches.includes(LIBRARY));
    for (const file of libraries) {
      const isC = file.matches.includes(C_LIBRARY);
      for (const index of file.mappings) if (view.mappings[index]!.offset === 0) claimBelow(view, index, isC);
    }
    for (const index of view.bracketed) if (isVdso(view.mappings[index]!)) claimBelow(view, index, false);
    for (const file of libraries) for (const index of file.mappings) claimAbove(view, index);
  },
};
