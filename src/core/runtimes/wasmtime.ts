/**
 * Linear memories of wasmtime, in its own process or embedded (measured: wasmtime 1 to 50 in CPython, every strategy).
 *
 * Source: crates/environ/src/tunables.rs (64-bit hosts: memory_reservation 4 GiB between guards of 32 MiB; of 2 GiB until
 * version 24; what may move has 2 GiB to grow instead), crates/wasmtime/src/runtime/vm/mmap.rs (anonymous; NORESERVE,
 * VmFlags `nr`, since version 14), pooling_allocator (all slots in one reservation).
 * Sample: `7f7fce000000-7f7fce400000 rw-p`, `7f7fce400000-7f80d2000000 ---p` (nr): 4 GiB and two guards of 32 MiB.
 * Cannot tell: memories of a configured size below 16 MiB; without the program's or the library's name, memories of
 * another size than the default of today; compiled code from other small anonymous executable mappings unless a linear
 * memory says that wasmtime is there.
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
import { type Mapping, EXECUTE, SHARED, WRITE, isAnonymous, sizeOf } from '../mapping/mapping';
import { GIB, KIB, MIB } from '../units';
import { type Run, hasFlag, isPlain, isPlainNone, isPlainWritable, runsOf } from './shapes';
import type { Signature } from './signature';
import { LEAST_MEMORY, claimWasmMemories } from './wasm-memories';

const LIBRARY = filePattern(/^(_?lib_?wasmtime.*|wasmtime)$/);

const GUARD = 32 * MIB;
const MEMORY = 4 * GIB + 2 * GUARD;
const WASM_PAGE = 64 * KIB;

const MEMORY_CLAIM: Claim = {
  region: 'wasmtime.linear-memory',
  category: 'heap',
  confidence: 'certain',
  why: 'A whole number of wasmtime reservations: 4 GiB between guards of 32 MiB, the memory 32 MiB from the low end.',
};

const NAMED_CLAIM: Claim = {
  ...MEMORY_CLAIM,
  why: 'Inaccessible memory around whole pages of WebAssembly, in a process that has wasmtime mapped.',
};

const CODE: Claim = {
  region: 'wasmtime.code',
  category: 'code',
  confidence: 'likely',
  why: 'Read-only anonymous pages with an executable part between them, beside a linear memory of wasmtime.',
};

export const wasmtime: Signature = {
  name: 'wasmtime',
  reserved: LEAST_MEMORY,
  claim(view) {
    const library = findFile(view.files, LIBRARY);
    const least = library ? LEAST_MEMORY : 2 * GIB;
    if (!view.largeInaccessible.some((i) => sizeOf(view.mappings[i]!) >= least)) return;
    const memories = library
      ? []
      : runsOf(view, (m, i) => isPart(view, m, i)).flatMap((run) => memoryIn(view, run) ?? []);
    const named = library ? claimWasmMemories(view, NAMED_CLAIM) : 0;
    if (memories.length === 0 && named === 0) return;
    view.runtimes.push({
      name: 'wasmtime',
      version: null,
      evidence: library ? `${library.name} is mapped.` : 'Linear memories of 4 GiB between guards of 32 MiB.',
    });
    for (const { start, end } of memories) claimRange(view, start, end, MEMORY_CLAIM);
    view.mappings.forEach((m, i) => {
      if (isCode(view, m, i)) claimMapping(view, i, CODE);
    });
  },
};

function isPart(view: View, m: Mapping, i: number): boolean {
  return isFree(view, i) && isPlain(m) && hasFlag(view, i, 'nr') !== false;
}

/**
 * The memories of a run. Measured from each writable piece: 32 MiB of guard below it, then a whole reservation. The low
 * guard of the lowest memory may be cut off or merged with a neighbour.
 */
function memoryIn(view: View, run: Run): { start: number; end: number } | null {
  let start: number | null = null;
  let end: number | null = null;
  for (let i = run.from; i < run.to; i++) {
    const m = view.mappings[i]!;
    if (!isPlainWritable(m) || sizeOf(m) % WASM_PAGE !== 0) continue;
    const top = m.start - GUARD + MEMORY;
    const above = view.mappings[i + 1];
    if (i + 1 >= run.to || !above || !isPlainNone(above) || sizeOf(above) < 2 * GIB) continue;
    // The reservation ends here, or the guard of the next memory follows.
    if (above.end !== top && above.end !== top + GUARD) continue;
    const low = m.start - GUARD;
    start ??= Math.max(low, i > run.from && isPlainNone(view.mappings[i - 1]!) ? view.mappings[i - 1]!.start : m.start);
    end = top;
  }
  return start === null || end === null ? null : { start, end };
}

function isCode(view: View, m: Mapping, i: number): boolean {
  if (!isFree(view, i) || !isAnonymous(m) || (m.access & (EXECUTE | WRITE | SHARED)) !== EXECUTE) return false;
  const isReadOnly = (other: Mapping): boolean =>
    isAnonymous(other) && (other.access & (EXECUTE | WRITE | SHARED)) === 0 && !isPlainNone(other);
  return (
    (touchesBelow(view, i) && isReadOnly(view.mappings[i - 1]!)) ||
    (touchesAbove(view, i) && isReadOnly(view.mappings[i + 1]!))
  );
}
