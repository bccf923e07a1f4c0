/**
 * OCaml 5: the minor heaps of all domains, and the pools of the major heap. (OCaml 4 lives in malloc alone.)
 *
 * Source: runtime/domain.c (caml_init_domains reserves Max_domains x minor heap: 128 x 2 MiB by default; the minor heap is set by
 * `s` in OCAMLRUNPARAM or by Gc.set), runtime/shared_heap.c (POOL_WSIZE = 4096 words = 32 KiB), OCaml 5.0 to 5.4. Sample:
 *   `7f03f213e000-7f03f2a00000 rw-p` and, touching, `7f03f2a00000-7f0402200000 ---p`
 * One share in 128 is open for each live domain, from the low end; what is open below the start is something else that merged. A
 * share of another size than the default is believed of bytecode only, because other programs reserve in round sizes as well. Cannot
 * tell: a pool from a large malloc chunk, except that runs of pools are multiples of 32 KiB, and that pools are the most of a
 * large mixture; another number of domains than 128 (`d` in OCAMLRUNPARAM).
 */
import { filePattern, findFile } from '../attribution/files';
import { type Claim, type View, claimRange, freeParts, isFree } from '../attribution/view';
import { sizeOf } from '../mapping/mapping';
import { type Address, type Bytes, KIB, MIB, TIB } from '../units';
import { arenaStart, isPlainNone, isPlainWritable } from './shapes';
import type { Signature } from './signature';

/** Nothing that compiled OCaml maps has a name that tells. */
const BYTECODE = filePattern(/^(ocamlrun[di]?(\.[\w-]+)?|dll(unix|threads)(byt)?\.so)$/);

const DOMAINS = 128;
const DEFAULT_SHARE = 2 * MIB;
const SMALLEST_SHARE = 256 * KIB;
const POOL = 32 * KIB;
/** A mapping of this size that is no whole number of pools holds malloc chunks as well, and more pools. */
const MIXED = 8 * MIB;

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

/** The size of one share when the inaccessible mapping has the size of so many of 128, fewer than half being open. */
function shareOf(tail: Bytes): Bytes | null {
  // The tail is k shares, 64 <= k < 128, and a share is a power of two: there is one answer at most.
  let share = SMALLEST_SHARE;
  while (tail / share >= DOMAINS) share *= 2;
  return tail % share === 0 && tail / share >= DOMAINS / 2 ? share : null;
}

/** Where the reservation whose tail is mapping `index` begins, or null when it is none. */
function minorHeapsStart(view: View, index: number): Address | null {
  const tail = view.mappings[index]!;
  const share = shareOf(sizeOf(tail));
  const head = view.mappings[index - 1];
  if (share === null || !isFree(view, index) || !isPlainNone(tail) || tail.end >= 128 * TIB) return null;
  if (!head || head.end !== tail.start || !isPlainWritable(head)) return null;
  const start = tail.end - DOMAINS * share;
  if (start >= tail.start || head.start > start || arenaStart(view, index) !== null) return null;
  return share === DEFAULT_SHARE || findFile(view.files, BYTECODE) ? start : null;
}

export const ocaml: Signature = {
  name: 'ocaml',
  reserved: MIB,
  claim(view) {
    if (view.runtimes.length > 0) return;
    for (const i of view.inaccessible) {
      const start = minorHeapsStart(view, i);
      if (start === null) continue;
      claimRange(view, start, view.mappings[i]!.end, MINOR);
      view.runtimes.push({
        name: 'ocaml',
        version: '5',
        evidence: 'one reservation of 128 equal shares, open from the low end: the minor heaps of 128 domains',
      });
      return;
    }
  },
};

export const ocamlRest: Signature = {
  name: 'ocaml-rest',
  runtime: 'ocaml',
  claim(view) {
    for (const i of view.writable) {
      for (const part of freeParts(view, i)) {
        const size = part.end - part.start;
        if ((size >= POOL && size % POOL === 0) || size >= MIXED) claimRange(view, part.start, part.end, POOLS);
      }
    }
  },
};
