/**
 * Scudo, LLVM's hardened malloc, linked into a program.
 *
 * Source: compiler-rt lib/scudo/standalone/primary64.h (one reservation, cut into regions of a power of two from 4 GiB on, one for each
 * size class; each is opened from its start, which lies up to 16 pages above the border, by 256 KiB), secondary.h (a large block
 * stands between two guard pages, NORESERVE); lib/scudo of LLVM 14 and earlier (regions of 64 GiB, opened by 64 KiB). Measured: LLVM
 * 14, 19 and 21. Sample:
 *   `7f2311408000-7f2311448000 rw-p`, `7f2311448000-7f251140b000 ---p`, `7f251140b000-7f251148b000 rw-p`
 * Cannot tell: its own small tables from other small memory.
 */
import { type Claim, type View, claimRange, freeParts, isFree, touchesAbove, touchesBelow } from '../attribution/view';
import { sizeOf } from '../mapping/mapping';
import { type Address, GIB, KIB } from '../units';
import { hasFlag, isPlainNone, isPlainWritable } from './shapes';
import type { Signature } from './signature';
import { defaultStack } from './thread-stacks';

const REGION = 4 * GIB;
const MOST_OFFSET = 64 * KIB;
const STEP = 64 * KIB;
/** Of some forty size classes, those that are in use; so many heads in line are no chance. */
const FEWEST = 6;

const MAPPING: Claim = {
  region: 'scudo.mapping',
  category: 'heap',
  confidence: 'certain',
  why: 'Memory opened in steps at the starts of many regions of 4 GiB in one reservation: size classes of Scudo.',
};
const LARGE: Claim = {
  region: 'scudo.mapping',
  category: 'heap',
  inaccessible: 'guard',
  confidence: 'likely',
  why: 'A block between two guard pages in a process with Scudo: a large request.',
};

export const scudo: Signature = {
  name: 'scudo',
  reserved: FEWEST * (REGION - GIB),
  claim(view) {
    const heads = headsOf(view);
    if (heads.length < FEWEST) return;
    view.runtimes.push({ name: 'scudo', version: null, evidence: `${heads.length} size classes at borders of 4 GiB.` });
    for (const i of view.guards) claimLarge(view, i);
    const first = heads[0]!;
    const start = touchesBelow(view, first) && isPlainNone(view.mappings[first - 1]!) ? first - 1 : first;
    claimRange(view, view.mappings[start]!.start, view.mappings[heads.at(-1)! + 1]!.end, MAPPING);
  },
};

/** Indices of what is opened at the starts of regions: in a row, and above the first by whole regions, give or take an offset. */
function headsOf(view: View): number[] {
  let heads: number[] = [];
  let end: Address = 0;
  for (const tail of view.largeInaccessible) {
    if (!isHead(view, tail)) continue;
    const { start } = view.mappings[tail - 1]!;
    if (heads.length > 0 && (start !== end || !isInLine(start - view.mappings[heads[0]!]!.start))) {
      if (heads.length >= FEWEST) break;
      heads = [];
    }
    heads.push(tail - 1);
    ({ end } = view.mappings[tail]!);
  }
  return heads;
}

function isHead(view: View, tail: number): boolean {
  if (sizeOf(view.mappings[tail]!) < REGION / 4 || !isFree(view, tail) || !touchesBelow(view, tail)) return false;
  const head = view.mappings[tail - 1]!;
  return isPlainWritable(head) && sizeOf(head) % STEP === 0 && isFree(view, tail - 1);
}

function isInLine(distance: number): boolean {
  const rest = distance % REGION;
  return rest < MOST_OFFSET || rest > REGION - MOST_OFFSET;
}

/** Guards of neighbours merge, so one of a block's two may be two pages. Stacks have none above, but their neighbour's. */
function claimLarge(view: View, guard: number): void {
  const block = view.mappings[guard + 1]!;
  const above = view.mappings[guard + 2];
  if (!isFree(view, guard + 1) || !touchesAbove(view, guard + 1) || !above || !isPlainNone(above)) return;
  if (hasFlag(view, guard + 1, 'nh') === true || sizeOf(view.mappings[guard]!) > 2 * view.pageSize) return;
  const part = freeParts(view, guard).at(-1);
  if (part?.end !== block.start) return;
  const isPair = sizeOf(view.mappings[guard]!) > view.pageSize || sizeOf(above) > view.pageSize;
  if (!isPair && sizeOf(block) === defaultStack(view, 'glibc')) return;
  const top = sizeOf(above) <= 2 * view.pageSize ? above.end : above.start + view.pageSize;
  claimRange(view, part.start, top, LARGE);
}
