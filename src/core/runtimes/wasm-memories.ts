/**
 * Linear memories of engines that the process has mapped: Wasmtime, Wasmer, WasmEdge.
 *
 * Source: wasmer lib/vm/src/memory.rs (4 GiB and 2 GiB of guard for a static memory), WasmEdge lib/system/allocator.cpp
 * (12 GiB: 4 GiB before the memory, 8 GiB for it and behind). Sample, WasmEdge 0.14:
 *   `7f1c2a600000-7f1d2a600000 ---p`, `7f1d2a600000-7f1d2a880000 rw-p`, `7f1d2a880000-7f1f2a600000 ---p`
 * Cannot tell: memories of a configured size below 16 MiB; which engine, where a process has several.
 */
import { filePattern, findFile } from '../attribution/files';
import { type Claim, type View, claimMapping, claimRange, isFree, touchesBelow } from '../attribution/view';
import { sizeOf } from '../mapping/mapping';
import { GIB, KIB, MIB } from '../units';
import { arenaStart, hasFlag, isPlainNone, isPlainWritable, mergedArenaEnd } from './shapes';
import type { Signature } from './signature';

/** Where the library tells whose it is, any reservation from here on is a memory. */
export const LEAST_MEMORY = 16 * MIB;
const GUARD = 32 * MIB;
const WASM_PAGE = 64 * KIB;

const engine = (name: string, base: RegExp) => ({
  name,
  base: filePattern(base),
  claim: {
    region: `${name}.linear-memory`,
    category: 'heap',
    confidence: 'certain',
    why: 'Inaccessible memory around whole pages of WebAssembly, in a process that has the engine mapped.',
  } satisfies Claim,
});

const ENGINES = [
  engine('wasmer', /^(wasmer([-.].*)?|libwasmer.*\.so)$/),
  engine('wasmedge', /^(wasmedge|libwasmedge\.so.*)$/),
];

export const wasmMemories: Signature = {
  name: 'wasm-memories',
  files: ENGINES.map(({ base }) => base),
  claim(view: View) {
    for (const { name, base, claim } of ENGINES) {
      const file = findFile(view.files, base);
      if (!file || claimWasmMemories(view, claim) === 0) continue;
      view.runtimes.push({ name, version: null, evidence: `${file.name} is mapped.` });
    }
  },
};

/**
 * Claims what is shut around whole wasm pages, and those pages, in a process that has an engine mapped.
 * @returns memories found
 */
export function claimWasmMemories(view: View, claim: Claim): number {
  const lowGuard: Claim = { ...claim, inaccessible: 'guard' };
  let found = 0;
  const isHead = (i: number): boolean => {
    const m = view.mappings[i]!;
    if (!isPlainWritable(m) || sizeOf(m) % WASM_PAGE !== 0 || !isFree(view, i)) return false;
    // A page that is shut below it makes it a stack.
    const guarded = touchesBelow(view, i) && isPlainNone(view.mappings[i - 1]!);
    return hasFlag(view, i, 'nh') !== true && !(guarded && sizeOf(view.mappings[i - 1]!) === view.pageSize);
  };
  for (const i of view.largeInaccessible) {
    const tail = view.mappings[i]!;
    if (sizeOf(tail) < LEAST_MEMORY || !isFree(view, i) || arenaStart(view, i) !== null) continue;
    // A guard of the size of today lies below the memory that it belongs to.
    const head = touchesBelow(view, i) && isHead(i - 1) && sizeOf(tail) !== GUARD ? i - 1 : -1;
    if (head < 0 && sizeOf(tail) < 2 * GIB && sizeOf(tail) !== GUARD) continue;
    found++;
    claimMapping(view, i, claim);
    if (head < 0) continue;
    claimMapping(view, head, claim);
    // Before the lowest memory of a row: its guard, or what alignment left of a reservation.
    if (!touchesBelow(view, head) || !isPlainNone(view.mappings[head - 1]!)) continue;
    const below = view.mappings[head - 1]!;
    const start = mergedArenaEnd(view, head - 1) ?? below.start;
    claimRange(view, start, below.end, sizeOf(below) <= WASM_PAGE ? lowGuard : claim);
  }
  return found;
}
