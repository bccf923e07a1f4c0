/**
 * JavaScriptCore, the engine of Bun (measured: Bun 1.4) and of WebKit.
 *
 * Source: Source/JavaScriptCore/runtime/StructureHeap / heap/StructureAlignedMemoryAllocator.cpp (structures in one
 * 4 GiB-aligned range, cut from a mmap of twice the size), jit/ExecutableAllocator.cpp (one fixed pool between guard
 * pages, 1 GiB on x86-64), wasm/WasmMemory.cpp (4 GiB + guard for each fast memory).
 * Sample: `7f4500000000-7f4600000000 rw-p` (nr nh), `7f46774f2000-7f46b74f2000 rwxp` (dc nr nh).
 * Cannot tell: what the 1 GiB of writable memory at a random address below 8 TiB is for; it is left to the allocators.
 */
import { filePattern, findFile } from '../attribution/files';
import { type Claim, type View, claimMapping, isFree, touchesAbove, touchesBelow } from '../attribution/view';
import { type Mapping, WRITE, sizeOf } from '../mapping/mapping';
import { GIB, KIB, MIB } from '../units';
import { hasFlag, isPlainNone, isPlainWritable } from './shapes';
import type { Signature } from './signature';

const STRUCTURES = 4 * GIB;
const SMALLEST_POOL = 16 * MIB;
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
const POOL_GUARD: Claim = {
  ...part('jit-pool', 'code', 'likely', 'The guard page beside the pool of generated code.'),
  inaccessible: 'guard',
};

export const jsc: Signature = {
  name: 'jsc',
  claim(view) {
    const structures = view.writable.find((i) => isStructureHeap(view, view.mappings[i]!, i)) ?? -1;
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
  },
};

function programOf(view: View): { name: string; version: string | null; path: string } | null {
  const bun = findFile(view.files, BUN)?.name;
  if (bun) return { name: 'bun', version: /bun[@-]v?(\d+\.\d+\.\d+)/.exec(bun)?.[1] ?? null, path: bun };
  const library = findFile(view.files, WEBKIT)?.name;
  return library ? { name: 'javascriptcore', version: null, path: library } : null;
}

function isStructureHeap(view: View, m: Mapping, i: number): boolean {
  if (m.start % STRUCTURES !== 0 || sizeOf(m) < STRUCTURES) return m.name.includes('JSStructureHeap');
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

function claimWasm(view: View): void {
  for (const i of view.inaccessible) {
    if (sizeOf(view.mappings[i]!) < 2 * GIB || !isFree(view, i) || !touchesBelow(view, i)) continue;
    claimMapping(view, i, WASM_MEMORY);
    if (isPlainWritable(view.mappings[i - 1]!)) claimMapping(view, i - 1, WASM_MEMORY);
  }
}
