/**
 * GHC, the Haskell compiler's runtime: the two-step heap.
 *
 * Source: rts/posix/OSMem.c (osReserveHeapMemory: 1 TiB by default at 0x4200000000, less under RLIMIT_AS), rts/sm/BlockAlloc.c,
 * GHC 8.0 to 9.x, 64 bit. Sample:
 *   `4208a00000-14200100000 ---p 00000000 00:00 0`
 * The address is a hint that the kernel follows unless it is taken; with another address a run of 512 GiB or more whose open
 * parts are multiples of 1 MiB (the block allocator's megablock) is taken for the heap as well.
 * Cannot tell: a program started with -xr and a small size from any other reservation.
 */
import { type Claim, claimRange, isFree } from '../attribution/view';
import { GIB, MIB } from '../units';
import { isPlain, isPlainNone, runsOf } from './shapes';
import type { Signature } from './signature';

const HINT = 0x4200000000;
const LARGE = 512 * GIB;
const MEGABLOCK = MIB;
/** The address space that GHC asks for first (mblock_address_space, 2^40) and its alignment. */
const MOST = 1024 * GIB + MEGABLOCK;

const HEAP: Claim = {
  region: 'ghc.two-step-heap',
  category: 'heap',
  confidence: 'certain',
  why: 'GHC reserves its whole heap in one piece, at an address of its own, and opens it in blocks of 1 MiB.',
};
/** Another address has only the size and the steps to go by. */
const ELSEWHERE: Claim = {
  ...HEAP,
  confidence: 'likely',
  why: 'One reservation of 512 GiB or more, open in blocks of 1 MiB: how GHC takes its heap.',
};

export const ghc: Signature = {
  name: 'ghc',
  reserved: GIB,
  claim(view) {
    if (view.runtimes.length > 0) return;
    const runs = runsOf(view, (m, i) => isFree(view, i) && isPlain(m));
    for (const run of runs) {
      const last = view.mappings[run.to - 1]!;
      const reserved = isPlainNone(last) ? last.end - last.start : 0;
      const atHint = run.start >= HINT && run.start < HINT + 64 * MIB;
      if (reserved < (atHint ? GIB : LARGE) || reserved > MOST || last.start % MEGABLOCK !== 0) continue;
      claimRange(view, run.start, run.end, atHint ? HEAP : ELSEWHERE);
      view.runtimes.push({
        name: 'ghc',
        version: null,
        evidence: `${atHint ? 'a heap reserved at 0x4200000000' : 'a reservation of 512 GiB or more'}, open in steps of 1 MiB`,
      });
      // Parts that hold blocks again after a release stand apart below it.
      view.mappings.forEach((m, i) => {
        const near = m.start >= HINT && m.end <= run.start;
        if (atHint && near && isFree(view, i) && isPlain(m)) {
          claimRange(view, m.start, m.end, HEAP);
        }
      });
      return;
    }
  },
};
