/**
 * CPython: arenas of pymalloc and chunks of the frame stack.
 *
 * Source: Objects/obmalloc.c (ARENA_SIZE: 256 KiB until 3.9, 1 MiB from 3.10), Python/pystate.c (DATA_STACK_CHUNK_SIZE = 16 KiB from 3.11),
 * CPython 3.6 to 3.15. Sample: `7f0a71500000-7f0a71800000 rw-p 00000000 00:00 0`
 * Arenas are mapped one by one and merge: with each other, with malloc chunks (always a page more than a round size), and with the
 * .bss of the library below. The kernel fills from above, so in a mixed mapping the newer arenas lie low; how many there are
 * cannot be told. The choice made: a mapping that is a whole number of arenas is all arenas; one with a rest that malloc maps as a
 * chunk of its own (128 KiB or more) is arenas above that rest; with a smaller rest it must hold a large chunk and is arenas
 * only below 8 MiB. All arenas but the newest are in use, so with smaps there are no more of them than resident memory.
 * What NumPy marked for huge pages is its array data: it stands apart from neighbours of equal permissions. From 3.15 on it is
 * the arenas and frame chunks that are marked (VmFlags `hg`), each of them, and NumPy's arrays with them.
 * Memory that the kernel does not reserve (`nr`) is another allocator's that was put in malloc's place.
 */
import { type MappedFile, filePattern, findFile } from '../attribution/files';
import { type Claim, type View, claimRange, freeParts, isFree, touchesAbove, touchesBelow } from '../attribution/view';
import { type Mapping, sizeOf } from '../mapping/mapping';
import { type Address, type Bytes, KIB, MIB } from '../units';
import { type Table, tableIn } from './cpython-tables';
import { hasFlag, isPlainWritable } from './shapes';
import { isRecognised } from './plan';
import type { Signature } from './signature';

const FILE = filePattern(/^(python[\d.]*|libpython[\d.]+[a-z]*\.so.*)$/);

const MIXED = 8 * MIB;
/** M_MMAP_THRESHOLD of glibc: the smallest request that malloc maps by itself. */
const CHUNK = 128 * KIB;
/** NumPy asks for huge pages from here on (numpy/core/src/multiarray/alloc.c). */
const HUGE = 4 * MIB;
const LARGE_BSS = 4 * MIB;
const LARGE_MODULE = 16 * MIB;
const STACK_CHUNK = 16 * KIB;
const MOST_CHUNKS = 64 * KIB;

const ARENA: Claim = {
  region: 'cpython.pymalloc-arena',
  category: 'heap',
  confidence: 'likely',
  why: 'A whole number of arenas of pymalloc, the allocator of small Python objects.',
};
const DATA_STACK: Claim = {
  region: 'cpython.datastack-chunk',
  category: 'heap',
  confidence: 'likely',
  why: 'Chunks of 16 KiB in which CPython keeps the frames of Python functions.',
};

const C_LIBRARY = filePattern(/^libc(\.so\.6|-\d\.\d+\.so)$/);
const NUMPY = filePattern(/^_multiarray_umath\./);

interface Python {
  readonly arena: Bytes;
  readonly minor: number | null;
  /** True when this release marks its arenas for huge pages, and the kernel shows it. */
  readonly marks: boolean;
}

function pythonOf(view: View, file: MappedFile): Python {
  const version = /python(\d)\.(\d+)/.exec(file.base);
  const minor = version?.[1] === '3' ? Number(version[2]) : null;
  if (!isRecognised(view, 'cpython')) {
    const text = version ? `${version[1]}.${version[2]}` : null;
    view.runtimes.push({ name: 'cpython', version: text, evidence: `maps ${file.name}` });
  }
  const marks = (minor ?? 0) >= 15 && view.writable.some((i) => hasFlag(view, i, 'hg'));
  return { arena: minor !== null && minor < 10 ? 256 * KIB : MIB, minor, marks };
}

/** Before images claim what touches them: arenas that stand right above the .bss of an extension module. */
export const cpython: Signature = {
  name: 'cpython',
  files: [FILE],
  claim(view, file) {
    const python = pythonOf(view, file);
    const loader = addressOf(view, C_LIBRARY);
    for (const i of view.writable) {
      const m = view.mappings[i]!;
      const size = sizeOf(m);
      if (m.name !== '' || !isFree(view, i) || hasFlag(view, i, 'nr')) continue;
      if (python.marks) {
        if (hasFlag(view, i, 'hg') && !(size >= HUGE && findFile(view.files, NUMPY))) claimMarked(view, i, python);
      } else if (m.start < loader && isAboveModule(view, i) && size >= python.arena && size < MIXED) {
        const table = tableIn(size, python.arena, python.minor ?? 0);
        if (table === null && mayBeBss(view, i, size, python.arena)) continue;
        if (table?.kind === 'startup') {
          claimAround(view, i, m.start, m.end, python, table);
          continue;
        }
        const arenas = wholeArenas(view, i, size, python.arena);
        claimRange(view, m.end - arenas, m.end, ARENA);
        const rest = size - arenas;
        if (isStackChunks(rest, python)) claimRange(view, m.start, m.start + rest, DATA_STACK);
      }
    }
  },
};

/** Libraries are loaded from above: what lies below this one was loaded when Python ran already. */
function addressOf(view: View, library: typeof C_LIBRARY): Address {
  const file = findFile(view.files, library);
  return file ? view.mappings[file.mappings[0]!]!.start : Infinity;
}

/** Nothing but arenas and chunks: the rest that is no whole arena is chunks. */
function claimMarked(view: View, index: number, python: Python): void {
  const m = view.mappings[index]!;
  const arenas = Math.floor(sizeOf(m) / python.arena) * python.arena;
  claimRange(view, m.end - arenas, m.end, ARENA);
  claimRange(view, m.start, m.end - arenas, DATA_STACK);
}

/** True above an extension module of ordinary size: a huge one may have a .bss of several MiB itself. */
function isAboveModule(view: View, index: number): boolean {
  const below = view.mappings[index - 1];
  if (!below || !touchesBelow(view, index)) return false;
  const file = view.files.get(below.name);
  return file !== undefined && file.mappings.reduce((sum, i) => sum + sizeOf(view.mappings[i]!), 0) < LARGE_MODULE;
}

/** Large modules, most of all those that other managed languages were compiled to, have more .bss than a chunk of malloc. */
function mayBeBss(view: View, index: number, size: Bytes, arena: Bytes): boolean {
  if (size % arena < CHUNK) return false;
  const file = view.files.get(view.mappings[index - 1]!.name);
  return file !== undefined && file.bytes >= LARGE_BSS && file.bytes >= 3 * size;
}

export const cpythonRest: Signature = {
  name: 'cpython-rest',
  files: [FILE],
  claim(view, file) {
    const python = pythonOf(view, file);
    for (const i of view.writable) {
      if (hasFlag(view, i, 'nr')) continue;
      for (const part of freeParts(view, i)) claimPart(view, i, part.start, part.end, python);
    }
  },
};

function claimPart(view: View, index: number, start: Address, end: Address, python: Python): void {
  const size = end - start;
  const minor = python.minor ?? 0;
  if (size < python.arena) {
    if (isStackChunks(size, python)) claimRange(view, start, end, DATA_STACK);
    return;
  }
  if (python.marks || isHuge(view, index, size)) return;
  const rest = size % python.arena;
  const table = rest === 0 ? null : tableIn(size, python.arena, minor);
  if (table !== null) {
    claimAround(view, index, start, end, python, table);
  } else if (rest >= CHUNK) {
    claimRange(view, start, start + wholeArenas(view, index, size, python.arena), ARENA);
  } else if (rest === 0 || size < MIXED) {
    const arenas = wholeArenas(view, index, size, python.arena);
    claimRange(view, end - arenas, end, ARENA);
    if (arenas + rest === size && isStackChunks(rest, python)) claimRange(view, start, start + rest, DATA_STACK);
  }
}

/** A list has moved up to its last size before the newest arenas came, a dict after most of them. */
function claimAround(view: View, index: number, start: Address, end: Address, python: Python, table: Table): void {
  const arenas = wholeArenas(view, index, end - start - table.bytes, python.arena);
  if (arenas === 0) return;
  const above = table.kind === 'dict' ? arenas : table.kind === 'list' ? 0 : python.arena;
  claimRange(view, end - above, end, ARENA);
  const top = end - above - table.bytes;
  claimRange(view, top - (arenas - above), top, ARENA);
}

function isStackChunks(size: Bytes, { minor }: Python): boolean {
  return size > 0 && size % STACK_CHUNK === 0 && size <= MOST_CHUNKS && (minor ?? 0) >= 11;
}

function isHuge(view: View, index: number, size: Bytes): boolean {
  if (size < HUGE) return false;
  const apart = (neighbour: Mapping | undefined): boolean => neighbour !== undefined && isPlainWritable(neighbour);
  return (
    hasFlag(view, index, 'hg') ??
    ((touchesBelow(view, index) && apart(view.mappings[index - 1])) ||
      (touchesAbove(view, index) && apart(view.mappings[index + 1])))
  );
}

/** Bytes of the arenas that `size` bytes of a mapping may hold. */
function wholeArenas(view: View, index: number, size: Bytes, arena: Bytes): Bytes {
  const entry = view.smaps?.[index];
  const most = Math.floor(size / arena);
  if (!entry) return arena * most;
  const resident = entry.rss + entry.swap;
  // Even the newest has a page in use, its first.
  return resident === 0 ? 0 : arena * Math.min(most, Math.floor(resident / arena) + 1);
}
