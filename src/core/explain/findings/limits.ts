/** Question "it dies under ulimit -v though it uses little: which limit works?" */
import { limitFacts } from '../../limits/facts';
import { goNeed, goStartUp } from '../../limits/go';
import type { Layout } from '../../snapshot/layout';
import { type Finding, finding } from '../finding';
import { titleOf } from '../names';

/** For Go, whose reservations are most of its VSZ; what `plateau limits` knows of others depends on more than a layout. */
export function limitFindings(layout: Layout): Finding[] {
  const facts = limitFacts(layout);
  const need = goNeed(facts);
  if (!need || (layout.limits?.addressSpace ?? null) !== null) return [];
  const words = { runtime: titleOf(layout.runtimes, 'go') };
  const grown: Readonly<Record<string, number>> = goStartUp(facts) === null ? {} : { grown: 1 };
  const { full, withoutIndex } = need;
  if (withoutIndex && withoutIndex.need < withoutIndex.until) {
    return [
      finding('limit.hole', 'info', layout.virtualBytes, {
        numbers: { ...grown, from: withoutIndex.need, failsFrom: withoutIndex.until, again: full },
        words,
      }),
    ];
  }
  return [finding('limit.as', 'info', layout.virtualBytes, { numbers: { ...grown, from: full }, words })];
}
