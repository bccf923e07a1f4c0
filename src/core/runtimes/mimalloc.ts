/**
 * mimalloc 1.7 to 3, as a library or inside a program.
 *
 * Source: src/os.c (mi_os_get_aligned_hint: addresses from 2 TiB to 30 TiB, segments of 32 MiB; 1.x 4 MiB; arenas of 1 GiB
 * since 2.1), src/prim/unix/prim.c (MAP_NORESERVE). Sample:
 *   `3a114000000-3a114800000 rw-p 00000000 00:00 0`
 *   `3a114800000-3a116000000 ---p 00000000 00:00 0`
 * Cannot tell: its heap from its bookkeeping; blocks that the kernel placed elsewhere, without the library or smaps.
 */
import { filePattern, findFile, hasPath } from '../attribution/files';
import { type Claim, type View, claimMapping, indexAt } from '../attribution/view';
import { sizeOf } from '../mapping/mapping';
import { type Address, GIB, MIB, TIB } from '../units';
import { isRecognised } from './plan';
import { hasFlag, isPlain, isPlainWritable } from './shapes';
import type { Signature } from './signature';

const LIBRARY = filePattern(/^libmimalloc/);

const LOWEST: Address = 2 * TIB;
const HIGHEST: Address = 30 * TIB;
const SEGMENT = 32 * MIB;
const ARENA = GIB;

const BY_PLACE: Claim = {
  region: 'mimalloc.mapping',
  category: 'heap',
  confidence: 'likely',
  why: "Segments on 32 MiB borders or arenas of 1 GiB between 2 and 30 TiB: mimalloc's own choice of addresses.",
};
const BY_LIBRARY: Claim = {
  region: 'mimalloc.mapping',
  category: 'heap',
  confidence: 'likely',
  why: 'Writable memory that the kernel does not reserve, in a process whose allocator is mimalloc.',
};

/**
 * mimalloc does not let the kernel reserve memory for it. A segment begins on its border with its own header, so it is writable there (a pool of PartitionAlloc begins shut), and
 * what touches it from above is of the same area; an arena of later versions may begin anywhere. V8 scatters single pages over the same range, so little of it is no sign.
 */
function segmentsByPlace(view: View): number[] {
  // Programs without a stack limit have all their mappings here, libraries too; mimalloc's own area has none.
  const last = indexAt(view, HIGHEST);
  const first = indexAt(view, LOWEST);
  for (let i = first; i < last; i++) if (hasPath(view.mappings[i]!)) return [];
  const found: number[] = [];
  let bytes = 0;
  let end: Address = -1;
  for (let i = first; i < last; i++) {
    const m = view.mappings[i]!;
    if (view.ledger[i] !== undefined || !isPlain(m)) continue;
    const arena = isPlainWritable(m) && sizeOf(m) >= ARENA / 2;
    const segment = m.start % SEGMENT === 0 && isPlainWritable(m);
    if ((!segment && m.start !== end && !arena) || hasFlag(view, i, 'nr') === false) continue;
    found.push(i);
    bytes += sizeOf(m);
    end = m.end;
  }
  return bytes >= SEGMENT ? found : [];
}

/** Before libc's arenas, which have the same size as two segments. */
export const mimallocSegments: Signature = {
  name: 'mimalloc-segments',
  large: true,
  claim(view) {
    const segments = segmentsByPlace(view);
    for (const i of segments) claimMapping(view, i, BY_PLACE);
    if (segments.length > 0) {
      view.runtimes.push({ name: 'mimalloc', version: null, evidence: 'segments at its own addresses' });
    }
  },
};

export const mimalloc: Signature = {
  name: 'mimalloc',
  claim(view) {
    const library = findFile(view.files, LIBRARY);
    if (!library && !isRecognised(view, 'mimalloc')) return;
    view.writable.forEach((i) => {
      if (hasFlag(view, i, 'nr') !== true && !(library && view.smaps === null)) return;
      claimMapping(view, i, BY_LIBRARY);
    });
  },
};
