/**
 * JavaScriptCore, the engine of Bun (measured: 1.0 to 1.4) and of WebKit (measured: WebKitGTK 2.50).
 *
 * Source: Source/JavaScriptCore/heap/StructureAlignedMemoryAllocator.cpp (structures in one 4 GiB-aligned range, cut from
 * a mmap of twice the size), jit/ExecutableAllocator.cpp (one fixed pool, 1 GiB on x86-64, with guard pages),
 * wasm/WasmMemory.cpp (4 GiB and 128 wasm pages of red zone for each fast memory), bmalloc/Gigacage.cpp (buffers and wasm
 * memories inside one writable reservation of tens of GiB at a GiB border, with MADV_DONTDUMP: VmFlags `nr dd`).
 * Sample: `7f4500000000-7f4600000000 rw-p` (nr nh), `7f46774f2000-7f46b74f2000 rwxp` (dc nr nh),
 *   `7ef20ee00000-7effa1305000 rw-p` (nr dd: the cage above two wasm memories).
 * Cannot tell: what the 1 GiB of writable memory at a random address below 64 TiB is for; it is left to the allocators.
 * Without smaps, blocks of libpas (WebKit's malloc) from those of libc.
 */
import { filePattern, findFile } from '../attribution/files';
import {
  type Claim,
  type View,
  claimMapping,
  claimRange,
  isFree,
  touchesAbove,
  touchesBelow,
} from '../attribution/view';
import { EXECUTE, type Mapping, SHARED, WRITE, isAnonymous, sizeOf } from '../mapping/mapping';
import { GIB, KIB, MIB } from '../units';
import { alignDown, alignUp, hasFlag, isPlainNone, isPlainWritable } from './shapes';
import type { Signature } from './signature';

const STRUCTURES = 4 * GIB;
const SMALLEST_POOL = 16 * MIB;
/** What a fast wasm memory takes: every address of 32 bits, and the red zone behind it. */
const FAST_MEMORY = 4 * GIB + 8 * MIB;
/** The smallest piece of a cage that only a cage can be: nothing else of these programs is as large and writable. */
const CAGE_PIECE = 8 * GIB;
const BUN = filePattern(/^bun(-profile|[-.\d]*)(\.exe)?$/);
const WEBKIT = filePattern(/^libjavascriptcoregtk-.*\.so/);

const part = (name: string, category: Claim['category'], confidence: Claim['confidence'], why: string): Claim => ({
  region: `jsc.${name}`,
  category,
  confidence,
  why,
});

const STRUCTURE_HEAP = part(
  'structure-heap',
  'heap',
  'certain',
  'Writable 4 GiB at a 4 GiB border: structures that are addressed by 32 bits.'
);
const JIT_POOL = part(
  'jit-pool',
  'code',
  'certain',
  'The one pool of generated code, writable and executable, between guard pages.'
);
const WASM_MEMORY = part(
  'wasm-memory',
  'heap',
  'likely',
  'A WebAssembly memory with more than 4 GiB of inaccessible memory above it.'
);
const GIGACAGE = part(
  'gigacage',
  'heap',
  'certain',
  'Tens of GiB, writable and untouched, at a GiB border: the cage for buffers, so that no pointer into it can leave it.'
);
const FROZEN: Claim = {
  region: 'elf.bss',
  category: 'data',
  confidence: 'likely',
  why: "Zeroed data with read-only pages in the middle: WebKit's settings, frozen after start.",
};
const POOL_GUARD: Claim = {
  ...part('jit-pool', 'code', 'likely', 'The guard page beside the pool of generated code.'),
  inaccessible: 'guard',
};

export const jsc: Signature = {
  name: 'jsc',
  large: true,
  claim(view) {
    const structures = structureHeap(view);
    const program = programOf(view);
    if (structures < 0 && program === null) return;
    const pools: number[] = [];
    for (const i of view.executable) if (isPool(view.mappings[i]!) && isFree(view, i)) pools.push(i);
    // Two shapes, or one and the program's name: 4 GiB of writable memory alone could be anybody's.
    if (Number(structures >= 0) + Number(pools.length > 0) + Number(program !== null) < 2) return;
    view.runtimes.push({
      name: program?.name ?? 'javascriptcore',
      version: program?.version ?? null,
      evidence: program ? `${program.path} is mapped.` : 'A structure heap of 4 GiB and a pool of generated code.',
    });
    if (structures >= 0) claimMapping(view, structures, STRUCTURE_HEAP);
    for (const i of pools) claimPool(view, i);
    claimWasm(view);
    claimCages(view);
    claimFrozen(view);
  },
};

function programOf(view: View): { name: string; version: string | null; path: string } | null {
  const bun = findFile(view.files, BUN)?.name;
  if (bun) return { name: 'bun', version: /bun[@-]v?(\d+\.\d+\.\d+)/.exec(bun)?.[1] ?? null, path: bun };
  const library = findFile(view.files, WEBKIT)?.name;
  return library ? { name: 'javascriptcore', version: null, path: library } : null;
}

/** One of exactly its size first: the cage for buffers may lie at a border of 4 GiB too, and lower. */
function structureHeap(view: View): number {
  const fitting = view.largeWritable.filter((i) => isStructureHeap(view, view.mappings[i]!, i));
  return fitting.find((i) => sizeOf(view.mappings[i]!) === STRUCTURES) ?? fitting[0] ?? -1;
}

function isStructureHeap(view: View, m: Mapping, i: number): boolean {
  if (sizeOf(m) < STRUCTURES || m.start % STRUCTURES !== 0) return m.name.includes('JSStructureHeap');
  return isFree(view, i) && hasFlag(view, i, 'nr') !== false;
}

/** @param m private, anonymous and executable */
function isPool(m: Mapping): boolean {
  return (m.access & WRITE) !== 0 && (sizeOf(m) >= SMALLEST_POOL || m.name.includes('JSJITCode'));
}

function claimPool(view: View, i: number): void {
  claimMapping(view, i, JIT_POOL);
  const isGuard = (at: number): boolean => isPlainNone(view.mappings[at]!) && sizeOf(view.mappings[at]!) <= 64 * KIB;
  if (touchesBelow(view, i) && isGuard(i - 1)) claimMapping(view, i - 1, POOL_GUARD);
  if (touchesAbove(view, i) && isGuard(i + 1)) claimMapping(view, i + 1, POOL_GUARD);
}

/** A wasm memory is known by the shut rest above what is in use of it; its size tells where it begins. */
function claimWasm(view: View): void {
  for (const i of view.largeInaccessible) {
    const rest = view.mappings[i]!;
    const bytes = sizeOf(rest);
    if (bytes < 2 * GIB || bytes > FAST_MEMORY || !isFree(view, i) || hasFlag(view, i, 'dd') === true) continue;
    const whole = rest.end - FAST_MEMORY;
    if (rest.end % GIB === 0 && touchesBelow(view, i) && sizeOf(view.mappings[i - 1]!) >= CAGE_PIECE) continue;
    if (!touchesBelow(view, i) || !isPlainWritable(view.mappings[i - 1]!)) {
      if (bytes === FAST_MEMORY) claimMapping(view, i, WASM_MEMORY);
      continue;
    }
    claimMapping(view, i, WASM_MEMORY);
    const { start } = view.mappings[i - 1]!;
    // Flags part the memory from the cage around it; without smaps they look like one.
    const cut = whole - start > 64 * KIB && bytes > 4 * GIB;
    claimRange(view, cut ? whole : start, rest.start, WASM_MEMORY);
  }
}

function claimCages(view: View): void {
  for (const i of view.largeWritable) {
    const m = view.mappings[i]!;
    if (sizeOf(m) < CAGE_PIECE || (view.ledger[i] !== undefined && !Array.isArray(view.ledger[i]))) continue;
    if (hasFlag(view, i, 'nr') === false) continue;
    const isPiece = (at: number): boolean => isPlainNone(view.mappings[at]!) || isPlainWritable(view.mappings[at]!);
    let from = i;
    let to = i;
    while (touchesBelow(view, from) && isPiece(from - 1)) from--;
    while (touchesAbove(view, to) && isPiece(to + 1)) to++;
    claimRange(view, alignUp(view.mappings[from]!.start, GIB), alignDown(view.mappings[to]!.end, GIB), GIGACAGE);
  }
}

/**
 * WTF freezes its settings, a page of 16 KiB in .bss (Source/WTF/wtf/WTFConfig.cpp). What follows is .bss too where a
 * program ends; above a library others may have put something.
 */
function claimFrozen(view: View): void {
  const program = findFile(view.files, BUN);
  const last = (program ?? findFile(view.files, WEBKIT))?.mappings.at(-1);
  if (last === undefined) return;
  let frozen = false;
  for (let i = last + 1; i < view.mappings.length && touchesBelow(view, i); i++) {
    const m = view.mappings[i]!;
    if (!isAnonymous(m) || m.name !== '' || sizeOf(m) > MIB || isPlainNone(m)) return;
    const readOnly = (m.access & (WRITE | EXECUTE | SHARED)) === 0;
    if (readOnly || (frozen && program !== undefined)) claimMapping(view, i, FROZEN);
    frozen ||= readOnly;
  }
}
