/** Snapshot → everything there is to say about it: attribution, layout and findings of one instant. */
import { type Attribution, attribute } from '../attribution/attribute';
import type { Layout } from '../snapshot/layout';
import type { Snapshot } from '../snapshot/snapshot';
import { toLayout } from '../snapshot/to-layout';
import type { Finding } from './finding';
import { findingsOf } from './findings';

export interface Explanation {
  readonly snapshot: Snapshot;
  readonly attribution: Attribution;
  /** Absolute addresses: for the local user's own eyes. */
  readonly layout: Layout;
  readonly findings: readonly Finding[];
}

export function explainProcess(snapshot: Snapshot): Explanation {
  const attribution = attribute(snapshot);
  const layout = toLayout(attribution, { addresses: 'absolute' });
  return { snapshot, attribution, layout, findings: findingsOf(layout) };
}
