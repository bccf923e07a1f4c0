/**
 * V8 in Node (measured: every release from 10 to 26), Deno 1 and 2, and programs that embed it without a sandbox.
 *
 * Source: src/base/platform/platform-linux.cc and platform-posix.cc (OS::Allocate: MAP_NORESERVE and MADV_DONTFORK, so
 * VmFlags `nr` and `dc`), src/heap/code-range.cc (one range per isolate; since Node 18 the builtins are mapped into it a
 * second time from the executable), src/objects/backing-store.cc (10 GiB around a wasm memory, 2 of them below it; 8 GiB
 * since V8 12; where traps are not handled, as in Deno, only what it may grow to),
 * src/heap/memory-allocator.cc (pages of 256 KiB at random hints), src/heap/cppgc/gc-info-table.cc (512 KiB).
 * Sample: `7f24b0000000-7f2530000000 ---p`, `7f2530000000-7f2530400000 rw-p`, `7f2530400000-7f2730000000 ---p`.
 * Cannot tell: without smaps, a V8 page from another anonymous mapping at an odd address; V8 places its pages at random
 * addresses far below the area of mmap, and there nobody else in these programs puts memory.
 */
import {
  type Claim,
  type View,
  claimMapping,
  claimRange,
  claimsOf,
  isFree,
  touchesAbove,
} from '../../attribution/view';
import { type Mapping, EXECUTE, SHARED, WRITE, isAnonymous, isInaccessible, sizeOf } from '../../mapping/mapping';
import { type Bytes, GIB, KIB, MIB, TIB } from '../../units';
import { type Run, hasFlag, isPlainNone, isPlainWritable, runsOf } from '../shapes';
import type { Signature } from '../signature';
import { claimSandboxed } from './chromium';
import { type Host, PAGE, RANDOM_AREA_END, RANDOM_AREA_START, hostOf } from './host';
import { claimOldCodeRanges } from './old-code-range';
import { claimTables } from './tables';

/** Before each wasm memory until V8 12. */
const LOW_GUARD = 2 * GIB;
const LARGEST_ARENA = 64 * MIB;
/** Wasm grows in pages of 64 KiB. */
const WASM_PAGE = 64 * KIB;
/** Pointer tables, the trusted cage, the type table of the C++ heap. */
const TABLE = 128 * MIB;
const DISPATCH_TABLE = 256 * MIB;
/** Without compressed pointers nothing else is as large and smaller than a wasm memory. */
const UNUSED_CODE_RANGE = 512 * MIB;
/** Larger executable pieces are parts of a code range. */
const LARGEST_WASM_CODE = 192 * KIB;

const part = (name: string, category: Claim['category'], why: string): Claim => ({
  region: `v8.${name}`,
  category,
  confidence: 'certain',
  why,
});

const CODE_RANGE = part(
  'code-range',
  'code',
  'The code range of an isolate: generated code and the embedded builtins in one reservation.'
);
const WASM_MEMORY = part(
  'wasm-memory',
  'heap',
  'A WebAssembly memory inside 8 or 10 GiB of inaccessible memory that replaces bounds checks.'
);
const WASM_CODE = part(
  'wasm-code',
  'code',
  'A small executable mapping by V8: compiled WebAssembly or its jump table.'
);
const CAGE = part('cage', 'heap', 'The reservation in which V8 keeps compressed or trusted pointers.');
const TABLES = part('tables', 'metadata', 'The reservation of 128 MiB for tables of code and external pointers.');
const HEAP = part('heap', 'heap', 'A page of the JavaScript heap at a border of 256 KiB.');
const MAPPING = part('mapping', 'heap', 'Mapped by V8 (VmFlags dc nr) and neither page, code nor wasm.');

export const v8: Signature = {
  name: 'v8',
  claim(view) {
    const host = hostOf(view);
    if (!host) return;
    view.runtimes.push({ name: host.name, version: host.version, evidence: host.evidence });
    if (host.sandboxed) {
      claimSandboxed(view);
      return;
    }
    const marked = marksItsMemory(view, host);
    claimTables(view, { table: tableOf, types: MAPPING });
    if (!marked) claimOldCodeRanges(view, CODE_RANGE);
    for (const run of runsOf(view, (m, i) => isOurs(view, m, i, marked))) claimRun(view, run, host);
  },
};

function tableOf(bytes: Bytes): Claim | null {
  if (bytes === TABLE) return TABLES;
  return bytes === DISPATCH_TABLE ? CAGE : null;
}

/** MADV_DONTFORK came with V8 10 (Node 18); older ones, and every one without smaps, are known by place and shape. */
function marksItsMemory(view: View, host: Host): boolean {
  return view.smaps !== null && (host.caged || view.smaps.some((entry) => entry?.flags.includes('dc')));
}

/** Private anonymous memory that V8 mapped, or program text that it mapped into a code range. */
function isOurs(view: View, m: Mapping, i: number, marked: boolean): boolean {
  if (!isFree(view, i)) return isTextRemap(view, i);
  if (!isAnonymous(m) || (m.access & SHARED) !== 0) return false;
  const dontFork = marked ? hasFlag(view, i, 'dc') : null;
  if (dontFork !== null) return dontFork;
  if (hasFlag(view, i, 'nh') === true) return false;
  if ((m.access & EXECUTE) !== 0) return true;
  if (m.start >= RANDOM_AREA_START && m.end <= RANDOM_AREA_END && !isPie(view, m)) return true;
  if (isCodeRangeHead(view, i)) return true;
  if (isPlainNone(m)) return sizeOf(m) >= GIB || isTextRemap(view, i - 1) || isTextRemap(view, i + 1);
  return isWasmHead(view, i);
}

/** Whole wasm pages below what is shut of their memory. */
function isWasmHead(view: View, i: number): boolean {
  const m = view.mappings[i]!;
  return isPlainWritable(m) && sizeOf(m) % WASM_PAGE === 0 && isWide(view, i + 1, m.end) && !isLowGuard(view, i + 1);
}

function isWide(view: View, i: number, start: number): boolean {
  const m = view.mappings[i];
  return m !== undefined && m.start === start && isPlainNone(m) && sizeOf(m) >= GIB;
}

/** Below the guard that V8 before 12 puts before a memory lies somebody else's. */
function isLowGuard(view: View, i: number): boolean {
  const m = view.mappings[i]!;
  const above = view.mappings[i + 1];
  if (sizeOf(m) !== LOW_GUARD || above?.start !== m.end) return false;
  return isPlainWritable(above) && isWide(view, i + 2, above.end);
}

function isTextRemap(view: View, i: number): boolean {
  return (view.mappings[i]?.inode ?? 0) !== 0 && claimsOf(view, i)[0]?.claim.region === 'elf.text-remap';
}

/** The pages below the first executable piece of a code range: two writable ones and a guard. */
function isCodeRangeHead(view: View, i: number): boolean {
  for (let at = i; at < i + 2 && touchesAbove(view, at); at++) {
    if (sizeOf(view.mappings[at]!) > WASM_PAGE) return false;
    const above = view.mappings[at + 1]!;
    if ((above.access & (EXECUTE | WRITE)) === (EXECUTE | WRITE) && isAnonymous(above)) return true;
  }
  return false;
}

/** Position-independent programs lie at 85 TiB with their brk above; nothing of V8 is between. */
function isPie(view: View, m: Mapping): boolean {
  return (
    m.start >= 80 * TIB &&
    m.end <= 94 * TIB &&
    view.mappings.some((other) => other.name === '[heap]' && Math.abs(other.start - m.start) < 4 * GIB)
  );
}

/** Cuts a run at what only wasm has: inaccessible pieces of 1 GiB and more, with the memory they enclose. */
function claimRun(view: View, run: Run, host: Host): void {
  let from = run.from;
  for (let i = run.from; i < run.to; i++) {
    const m = view.mappings[i]!;
    if (!isWide(view, i, m.start) && !isWasmHead(view, i)) continue;
    claimPart(view, from, i, host);
    if (isCage(m, host)) claimMapping(view, i, CAGE);
    else claimRange(view, isMergedGuard(view, i) ? m.end - LOW_GUARD : m.start, m.end, WASM_MEMORY);
    from = i + 1;
  }
  claimPart(view, from, run.to, host);
}

/** The guard before a memory when the rest of an arena has merged with it. */
function isMergedGuard(view: View, i: number): boolean {
  const m = view.mappings[i]!;
  const extra = sizeOf(m) - LOW_GUARD;
  const above = view.mappings[i + 1];
  if (extra <= 0 || extra >= LARGEST_ARENA || !above || !touchesAbove(view, i)) return false;
  return isPlainWritable(above) && isWide(view, i + 2, above.end);
}

/** Programs with compressed pointers reserve multiples of 4 GiB at a 4 GiB border, also without any wasm. */
function isCage(m: Mapping, host: Host): boolean {
  return host.caged && Math.ceil(m.end / MIB) % 4096 === 0;
}

/** Cuts where a new reservation begins: with accessible memory that is not code, above what is inaccessible or code. */
function claimPart(view: View, from: number, to: number, host: Host): void {
  let start = from;
  for (let i = from + 1; i <= to; i++) {
    const m = view.mappings[i];
    const begins = i < to && m !== undefined && !isInaccessible(m) && !isCode(m);
    const below = view.mappings[i - 1]!;
    if (i === to || (begins && (isInaccessible(below) || isCode(below)))) {
      claimReservation(view, start, i, host);
      start = i;
    }
  }
}

function isCode(m: Mapping): boolean {
  return (m.access & EXECUTE) !== 0;
}

function claimReservation(view: View, from: number, to: number, host: Host): void {
  if (from >= to) return;
  const pieces = view.mappings.slice(from, to);
  const start = pieces[0]!.start;
  const end = pieces[pieces.length - 1]!.end;
  const bytes = end - start;
  const unused = !host.caged && bytes >= UNUSED_CODE_RANGE;
  if (bytes - UNUSED_CODE_RANGE === TABLE && pieces.some(isCode)) {
    claimRange(view, start, end - TABLE, CODE_RANGE);
    claimRange(view, end - TABLE, end, TABLES);
  } else if (unused || (pieces.some(isCode) && bytes > LARGEST_WASM_CODE)) claimRange(view, start, end, CODE_RANGE);
  else if (!pieces.some(isInaccessible) || bytes < 16 * MIB) for (let i = from; i < to; i++) claimPiece(view, i, host);
  else if (isUnguarded(pieces)) claimRange(view, start, end, WASM_MEMORY);
  else claimRange(view, start, end, bytes === TABLE ? TABLES : CAGE);
}

/** A memory without guards: what it may grow to is reserved, whole wasm pages of it are open. */
function isUnguarded(pieces: readonly Mapping[]): boolean {
  const [head, rest] = pieces;
  if (pieces.length !== 2 || !isPlainWritable(head!) || !isPlainNone(rest!)) return false;
  return sizeOf(head!) % WASM_PAGE === 0 && sizeOf(rest!) % WASM_PAGE === 0;
}

function claimPiece(view: View, i: number, host: Host): void {
  const m = view.mappings[i]!;
  if (isCode(m)) claimMapping(view, i, WASM_CODE);
  else if (m.start % PAGE === 0 && (!isInaccessible(m) || !host.caged)) claimMapping(view, i, HEAP);
  else claimMapping(view, i, host.caged && isInaccessible(m) ? CAGE : MAPPING);
}
