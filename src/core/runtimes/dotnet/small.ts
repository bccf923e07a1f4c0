/**
 * Small mappings of .NET: handle tables, frozen objects, signal stacks, pages of the PAL and its unwinder.
 *
 * Source: gc/handletablecore.cpp (64 KiB segments; trimmed to their alignment since .NET 5, reserved twice as large
 * before), vm/frozenobjectheap.cpp (4 MiB, committed in steps of 64 KiB; .NET 8), pal/src/thread/thread.cpp (alternate
 * signal stack of 16 KiB), pal/src/exception/signal.cpp (a larger one for stack overflows), libunwind's mempool.c (pages).
 * Sample: `7f9493e70000-7f9493e72000 rw-p`, `7f9493e72000-7f9493e80000 ---p`: a handle table.
 * Cannot tell: a page of the unwinder from any other single page.
 */
import {
  type Claim,
  type View,
  claimMapping,
  claimRange,
  isFree,
  touchesAbove,
  touchesBelow,
} from '../../attribution/view';
import { isAnonymous, sizeOf } from '../../mapping/mapping';
import { KIB, MIB } from '../../units';
import { hasFlag, isPlainNone, isPlainWritable } from '../shapes';
import { part } from './parts';

const SEGMENT = 64 * KIB;
const FROZEN = 4 * MIB;
const LARGEST_SIGNAL_STACK = 64 * KIB;

const HANDLES = part(
  'handle-table',
  'metadata',
  'likely',
  'Writable pages at the low end of 64 KiB at a 64 KiB border.'
);
const FROZEN_OBJECTS = part(
  'frozen-heap',
  'heap',
  'likely',
  '4 MiB that are opened in steps of 64 KiB: objects that are never collected.'
);
const PAL = part('pal-mapping', 'metadata', 'likely', '64 KiB that the runtime committed at once.');
const UNWINDER = part('unwinder', 'metadata', 'guess', 'A single writable page, as the unwinder of the runtime takes.');
const SIGNAL_STACK: Claim = {
  ...part(
    'sigaltstack',
    'stack',
    'certain',
    'A few pages with a guard page below: the alternate signal stack of a .NET thread.'
  ),
  inaccessible: 'guard',
};

export function claimSmall(view: View): void {
  claimHandles(view);
  for (const i of view.writable) {
    const m = view.mappings[i]!;
    const bytes = sizeOf(m);
    if (bytes > FROZEN || !isFree(view, i)) continue;
    const above = touchesAbove(view, i) ? view.mappings[i + 1]! : null;
    const tail = above && isPlainNone(above) && isFree(view, i + 1) ? sizeOf(above) : 0;
    const stack = hasFlag(view, i, 'nh');
    if (stack !== false && claimSignalStack(view, i)) continue;
    if (stack === true) continue;
    if (bytes % SEGMENT === 0 && m.start % (2 * MIB) === 0 && bytes + tail === FROZEN && tail > 0) {
      claimRange(view, m.start, m.end + tail, FROZEN_OBJECTS);
    } else if (bytes <= SEGMENT && m.start % SEGMENT === 0 && tail > SEGMENT - bytes) {
      claimOldHandles(view, i);
    } else if (bytes === SEGMENT && tail === 0) {
      claimMapping(view, i, PAL);
    } else if (bytes === view.pageSize && isAlone(view, i)) {
      claimMapping(view, i, UNWINDER);
    }
  }
}

/** The tail tells: the head may have merged with what lies below. */
export function claimHandles(view: View): void {
  for (const i of view.inaccessible) {
    const tail = view.mappings[i]!;
    if (tail.end % SEGMENT !== 0 || sizeOf(tail) >= SEGMENT || sizeOf(tail) < SEGMENT / 2) continue;
    const head = touchesBelow(view, i) ? view.mappings[i - 1]! : null;
    if (!head || !isPlainWritable(head) || head.start > tail.end - SEGMENT || !isFree(view, i)) continue;
    if (liesBelowOld(view, i)) continue;
    claimRange(view, tail.end - SEGMENT, tail.end, HANDLES);
  }
}

/** Reserved without trimming, the segment lies above, and more than its rest above that. */
function liesBelowOld(view: View, i: number): boolean {
  const [segment, rest] = [view.mappings[i + 1], view.mappings[i + 2]];
  if (!segment || !rest || !touchesAbove(view, i) || !touchesAbove(view, i + 1)) return false;
  return isPlainWritable(segment) && isPlainNone(rest) && rest.end - segment.start > SEGMENT;
}

/** Reserved without trimming: a segment in the middle of 128 KiB, or two that touch. */
function claimOldHandles(view: View, i: number): void {
  if (!touchesBelow(view, i)) return;
  const inside = [i - 1, i + 1].every(
    (j) =>
      isPlainNone(view.mappings[j]!) &&
      sizeOf(view.mappings[j]!) < 2 * SEGMENT &&
      sizeOf(view.mappings[j]!) > view.pageSize
  );
  if (inside) for (const j of [i - 1, i, i + 1]) claimMapping(view, j, HANDLES);
}

function claimSignalStack(view: View, i: number): boolean {
  const m = view.mappings[i]!;
  if (!touchesBelow(view, i) || sizeOf(m) > LARGEST_SIGNAL_STACK) return false;
  const guard = view.mappings[i - 1]!;
  if (!isPlainNone(guard) || !isFree(view, i - 1) || sizeOf(guard) !== view.pageSize) return false;
  const usual = m.end - guard.start === Math.max(16 * KIB, 4 * view.pageSize);
  if (!usual && hasFlag(view, i, 'nh') !== true) return false;
  claimMapping(view, i - 1, SIGNAL_STACK);
  claimMapping(view, i, SIGNAL_STACK);
  return true;
}

function isAlone(view: View, i: number): boolean {
  const below = touchesBelow(view, i) ? view.mappings[i - 1]! : null;
  return below === null || isAnonymous(below);
}
