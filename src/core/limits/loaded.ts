/** A program that was looked at before its first instruction: only what it needs to be loaded is known. */
import { exactAndIec } from '../explain/format';
import type { Bytes } from '../units';
import type { LimitFacts } from './facts';
import { type Segment, tile } from './segments';

/** @returns null when the program has run */
export function loadedSegments(facts: LimitFacts, need: Bytes = facts.virtualBytes): Segment[] | null {
  if (!facts.onlyLoaded) return null;
  const text = `${exactAndIec(need)} are in use before the first instruction`;
  return tile([
    {
      from: 0,
      to: null,
      fails: need,
      runs: Infinity,
      whyFails: `${text}, and the program cannot even be loaded with less.`,
      whyRuns: `${text}.`,
      whyUnknown: `${text}; what the program needs when it runs is not known. Look at it later.`,
    },
  ]);
}
