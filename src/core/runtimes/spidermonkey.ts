/**
 * SpiderMonkey, the engine of Firefox, gjs and libmozjs (measured: 78, 102, 136, Firefox 153), and Firefox's malloc.
 *
 * Source: js/src/jit/ProcessExecutableMemory.cpp (one reservation for all code, 2044 MiB on 64-bit hosts),
 * js/src/gc/Memory.cpp (chunks of 1 MiB at random addresses of 46 or 47 bits), js/src/wasm/WasmMemory.cpp (4 GiB, and as a
 * guard 2 GiB until version 103, then 32 MiB, and one wasm page), memory/build/Chunk.h (mozjemalloc: chunks of 1 MiB with
 * a guard page behind the header of two pages and one at the end). Sample:
 *   `359bbadc4000-359bbadd4000 ---p`, `359bbadd4000-359bbade1000 r-xp`, `359bbadf4000-359c3a9c4000 ---p` (nr): code
 *   `153d89a00000-153d89b00000 rw-p`: a chunk of the collector; `7fda38130000-7fdbb7fef000 ---p`: wasm
 *   `7f65e8a00000-7f65e8a02000 rw-p`, `...02000-...03000 ---p`, `...03000-...ff000 rw-p`, `...ff000-7f65e8b00000 ---p`
 * Cannot tell: chunks of the collector that found no random address from blocks of malloc; what is free in a chunk.
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
import { type Mapping, EXECUTE, SHARED, isAnonymous, sizeOf } from '../mapping/mapping';
import { GIB, KIB, MIB, TIB } from '../units';
import { arenaStart, hasFlag, isPlain, isPlainNone, isPlainWritable } from './shapes';
import type { Signature } from './signature';

const CODE_RESERVATION = 2044 * MIB;
const CHUNK = MIB;
const WASM_PAGE = 64 * KIB;
const HEADER = 8 * KIB;
const FEWEST_CHUNKS = 3;
const RANDOM_AREA_END = 64 * TIB;
const PROGRAM = filePattern(/^(libmozjs-.*\.so.*|js\d+|libxul\.so)$/);
const FIREFOX = filePattern(/^libxul\.so$/);

const part = (region: string, category: Claim['category'], why: string): Claim => ({
  region,
  category,
  confidence: 'certain',
  why,
});

const CODE = part('spidermonkey.code', 'code', 'The one reservation of 2044 MiB in which SpiderMonkey makes its code.');
const CHUNKS = part(
  'spidermonkey.gc-chunk',
  'heap',
  'Whole MiB, each alone at a random MiB border: chunks of the collector.'
);
const WASM = part(
  'spidermonkey.wasm-memory',
  'heap',
  'A WebAssembly memory inside 4 GiB and more of inaccessible memory that replaces bounds checks.'
);
const MOZJEMALLOC: Claim = {
  ...part(
    'mozjemalloc.chunk',
    'heap',
    'Whole MiB with guard pages behind the header and at the end: a chunk of malloc.'
  ),
  inaccessible: 'guard',
};
const MOZJEMALLOC_FREE: Claim = { ...MOZJEMALLOC, inaccessible: 'reservation', confidence: 'likely' };

export const spidermonkey: Signature = {
  name: 'spidermonkey',
  large: true,
  claim(view) {
    const program = findFile(view.files, PROGRAM);
    // Without the name, the reservation for code has to be there, and chunks.
    const code = view.inaccessibleBytes >= GIB ? codeReservation(view) : null;
    if (!program && code === null) return;
    const chunks = randomChunks(view);
    if (!program && chunks.length < FEWEST_CHUNKS) return;
    view.runtimes.push({
      name: 'spidermonkey',
      version: /(?:libmozjs-|\/js)(\d+)/.exec(program?.name ?? '')?.[1] ?? null,
      evidence: program
        ? `${program.name} is mapped.`
        : 'A code reservation of 2044 MiB and chunks at random addresses.',
    });
    if (code) claimRange(view, code.start, code.end, CODE);
    for (const i of chunks) claimMapping(view, i, CHUNKS);
    claimWasm(view);
    if (program && findFile(view.files, FIREFOX)) claimMalloc(view);
  },
};

/** The stretch of inaccessible and read-only pieces, code among them, that is as large as the reservation. */
function codeReservation(view: View): { start: number; end: number } | null {
  const isPiece = (m: Mapping): boolean =>
    isPlainNone(m) || (isAnonymous(m) && (m.access & (EXECUTE | SHARED)) === EXECUTE);
  for (const i of view.largeInaccessible) {
    const m = view.mappings[i]!;
    if (sizeOf(m) < GIB || sizeOf(m) > CODE_RESERVATION || !isFree(view, i)) continue;
    let from = i;
    while (touchesBelow(view, from) && isPiece(view.mappings[from - 1]!)) from--;
    let to = i;
    while (touchesAbove(view, to) && isPiece(view.mappings[to + 1]!)) to++;
    const start = view.mappings[from]!.start;
    if (view.mappings[to]!.end - start === CODE_RESERVATION) return { start, end: start + CODE_RESERVATION };
  }
  return null;
}

function randomChunks(view: View): number[] {
  const chunks: number[] = [];
  for (const i of view.writable) {
    const m = view.mappings[i]!;
    if (m.end > RANDOM_AREA_END) break;
    if (m.start < 4 * GIB || m.start % CHUNK !== 0 || sizeOf(m) % CHUNK !== 0 || !isFree(view, i)) continue;
    if (!touchesBelow(view, i) && !touchesAbove(view, i)) chunks.push(i);
  }
  return chunks;
}

function claimWasm(view: View): void {
  for (const i of view.largeInaccessible) {
    const rest = view.mappings[i]!;
    if (sizeOf(rest) < 2 * GIB || !isFree(view, i) || arenaStart(view, i) !== null) continue;
    claimMapping(view, i, WASM);
    // One page with the length lies before the memory itself.
    const head = view.mappings[i - 1];
    if (!head || !touchesBelow(view, i) || !isPlainWritable(head) || !isFree(view, i - 1)) continue;
    if (sizeOf(head) % WASM_PAGE <= view.pageSize) claimMapping(view, i - 1, WASM);
  }
}

/** Chunks of malloc, and the free ones that touch them: shut, or not yet cut into a chunk. */
function claimMalloc(view: View): void {
  for (const i of view.inaccessible) {
    const guard = view.mappings[i]!;
    const start = guard.start - HEADER;
    if (sizeOf(guard) !== view.pageSize || start % CHUNK !== 0 || !touchesBelow(view, i)) continue;
    const header = view.mappings[i - 1]!;
    if (!isPlainWritable(header) || !isFree(view, i) || hasFlag(view, i, 'nh') === true) continue;
    claimRange(view, start, start + CHUNK, MOZJEMALLOC);
    const below = view.mappings[i - 2];
    if (header.start === start && below && touchesBelow(view, i - 1)) claimFree(view, i - 2);
  }
  // Chunks that were given back, and large blocks: whole MiB between chunks.
  for (const i of view.inaccessible) {
    const m = view.mappings[i]!;
    if (isFree(view, i) && m.start % CHUNK === 0 && m.end % CHUNK === 0 && sizeOf(m) <= 256 * MIB) claimFree(view, i);
  }
}

function claimFree(view: View, i: number): void {
  const m = view.mappings[i]!;
  if (!isPlain(m)) return;
  if (m.end % CHUNK !== 0 || !isFree(view, i) || hasFlag(view, i, 'nh') === true) return;
  claimMapping(view, i, MOZJEMALLOC_FREE);
  if (!touchesBelow(view, i)) return;
  const below = view.mappings[i - 1]!;
  // A guard page that is no chunk's makes it a stack.
  const guard = view.mappings[i - 2];
  const guarded = guard !== undefined && touchesBelow(view, i - 1) && isPlainNone(guard) && isFree(view, i - 2);
  const isBlock =
    isPlainWritable(below) && below.start % CHUNK === 0 && hasFlag(view, i - 1, 'nh') !== true && !guarded;
  if (isPlainNone(m) && isBlock && isFree(view, i - 1)) claimMapping(view, i - 1, MOZJEMALLOC_FREE);
}
