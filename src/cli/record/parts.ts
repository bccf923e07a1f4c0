/** Raw maps → sums by region and category, and the layout behind them. */
import { readSystemFacts } from '../../adapters/procfs';
import { attribute } from '../../core/attribution/attribute';
import { ParseError } from '../../core/errors';
import { snapshotFromFiles } from '../../core/snapshot/from-files';
import type { Layout } from '../../core/snapshot/layout';
import type { Snapshot } from '../../core/snapshot/snapshot';
import { sumsOf } from '../../core/snapshot/sums';
import { toLayout } from '../../core/snapshot/to-layout';
import type { Bytes } from '../../core/units';
import type { RawLayout } from './raw-layout';

const SYSTEM = readSystemFacts();

/** Null for a text that broke off because the process ended while it was read. */
function snapshotOfRaw({ text, status, exe, commandLine, pid }: RawLayout): Snapshot | null {
  try {
    return snapshotFromFiles({ maps: text, status, cmdline: commandLine }, { exe, pid, system: SYSTEM });
  } catch (error) {
    if (error instanceof ParseError) return null;
    throw error;
  }
}

export function layoutOf(raw: RawLayout, addresses: 'absolute' | 'relative'): Layout | null {
  const snapshot = snapshotOfRaw(raw);
  return snapshot && toLayout(attribute(snapshot), { addresses });
}

export function partsOf(raw: RawLayout): ReadonlyMap<string, Bytes> | null {
  const layout = layoutOf(raw, 'absolute');
  return layout && new Map(Object.entries(sumsOf(layout).regions));
}
