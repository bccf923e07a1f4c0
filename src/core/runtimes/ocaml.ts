/**
 * OCaml 5: the minor heaps of all domains, and the pools of the major heap. (OCaml 4 lives in malloc alone.)
 *
 * Source: runtime/domain.c (caml_init_domains reserves Max_domains x minor heap: 128 x 2 MiB by default), runtime/shared_heap.c
 * (POOL_WSIZE = 4096 words = 32 KiB), OCaml 5.0 to 5.4. Sample:
 *   `7f03f213e000-7f03f2a00000 rw-p` and, touching, `7f03f2a00000-7f0402200000 ---p`
 * The reservation is a power of two, 2 MiB for each live domain is open at its low end; what is open below its start is
 * something else that merged. Cannot tell: a pool from a large malloc chunk, except that runs of pools are multiples of 32 KiB.
 */
import { type Claim, type View, claimRange, freeParts, isFree } from '../attribution/view';
import { type Address, KIB, MIB, TIB } from '../units';
import { isPlainNone, isPlainWritable } from './shapes';
import type { Signature } from './signature';

const DEFAULT_RESERVATION = 256 * MIB;
const DOMAIN = 2 * MIB;
const POOL = 32 * KIB;

const MINOR: Claim = {
  region: 'ocaml5.minor-heaps',
  category: 'heap',
  confidence: 'likely',
  why: 'OCaml 5 reserves the minor heaps of 128 domains at once and opens one for each domain that lives.',
};
const POOLS: Claim = {
  region: 'ocaml5.major-pool',
  category: 'heap',
  confidence: 'likely',
  why: 'Multiples of 32 KiB in an OCaml 5 process: pools of the major heap.',
};

/** Where the reservation whose tail is mapping `index` begins, or null when it is none. */
function minorHeapsStart(view: View, index: number): Address | null {
  const tail = view.mappings[index]!;
  const head = view.mappings[index - 1];
  if (!isFree(view, index) || !isPlainNone(tail) || !head || head.end !== tail.start || !isPlainWritable(head)) {
    return null;
  }
  const start = tail.end - DEFAULT_RESERVATION;
  const open = tail.start - start;
  const fits = tail.end < 128 * TIB && open > 0 && open % DOMAIN === 0 && head.start <= start;
  // A libc arena has the same head and tail on a border of 64 MiB, and V8 and Go reserve more than this.
  return fits && open <= DEFAULT_RESERVATION / 2 ? start : null;
}

export const ocaml: Signature = {
  name: 'ocaml',
  claim(view) {
    if (view.runtimes.length > 0) return;
    for (const i of view.inaccessible) {
      const start = minorHeapsStart(view, i);
      if (start === null) continue;
      claimRange(view, start, view.mappings[i]!.end, MINOR);
      view.runtimes.push({
        name: 'ocaml',
        version: '5',
        evidence: '256 MiB reserved in one piece, open in steps of 2 MiB from the low end',
      });
      return;
    }
  },
};

export const ocamlRest: Signature = {
  name: 'ocaml-rest',
  claim(view) {
    if (!view.runtimes.some(({ name }) => name === 'ocaml')) return;
    view.mappings.forEach((m, i) => {
      if (!isPlainWritable(m)) return;
      for (const part of freeParts(view, i)) {
        const size = part.end - part.start;
        if (size >= POOL && size % POOL === 0) claimRange(view, part.start, part.end, POOLS);
      }
    });
  },
};
