/**
 * GHC's two-step allocator under RLIMIT_AS.
 *
 * Source: rts/posix/OSMem.c (osReserveHeapMemory): the reservation of 1 TiB becomes at most two thirds of RLIMIT_AS, and
 * is tried again with an eighth less when it is refused.
 */
import { exactAndIec } from '../explain/format';
import type { Bytes } from '../units';
import type { LimitFacts } from './facts';
import { needOf } from './general';
import { type Segment, tile } from './segments';

/** @returns null when there is no two-step heap */
export function ghcSegments(facts: LimitFacts): Segment[] | null {
  const reserved = facts.region('ghc.two-step-heap');
  if (reserved === 0) return null;
  const heap = facts.region('ghc.two-step-heap', 'heap');
  const rest: Bytes = needOf(facts).need - reserved;
  const fails = rest + heap;
  return tile([
    {
      from: 0,
      to: null,
      fails,
      // Two thirds hold the heap, one third the rest; arenas count as rest, because they come before the last need.
      runs: Math.max(1.5 * heap, 3 * (rest + facts.arenas * 64 * 2 ** 20)) + 2 ** 20,
      whyRuns: `GHC reserves two thirds of the limit for its heap; the rest, ${exactAndIec(rest)}, fits beside it.`,
      whyFails: `The heap (${exactAndIec(heap)}) and the rest (${exactAndIec(rest)}) do not fit.`,
      whyUnknown:
        'GHC reserves two thirds of the limit, and less when that is refused; whether the heap then suffices is not known.',
    },
  ]);
}
