/** One whole look at one process: maps if we may, the kernel's own split if not. */
import { readOpenFacts, readProcess } from '../adapters/procfs';
import { attribute } from '../core/attribution/attribute';
import { ParseError } from '../core/errors';
import { boundsLayout } from '../core/snapshot/bounds';
import type { Layout } from '../core/snapshot/layout';
import type { Snapshot, SystemFacts } from '../core/snapshot/snapshot';
import { toLayout } from '../core/snapshot/to-layout';
import type { Accounts } from './accounts';

export interface Examination {
  readonly layout: Layout;
  readonly evidence: 'snapshot' | 'bounds';
  readonly cgroup: string | null;
  readonly startMs: number | null;
  /** False when the process changed under the read: look again soon. */
  readonly consistent: boolean;
}

export interface Surroundings {
  readonly root: string;
  readonly system: SystemFacts;
  readonly accounts: Accounts;
  readonly exposeAddresses: boolean;
}

/** @returns null when the process is gone or has no address space */
export function examine(
  pid: number,
  { root, system, accounts, exposeAddresses }: Surroundings,
  smaps = false
): Examination | null {
  const snapshot = read(pid, root, system, accounts, smaps);
  if (snapshot === 'gone') return null;
  if (snapshot === 'refused') return examineBounds(pid, root, system, accounts);
  try {
    const attribution = attribute(snapshot);
    const consistent = snapshot.statmBytes === null || snapshot.statmBytes === attribution.virtualBytes;
    if (!consistent) accounts.fail('inconsistent');
    const layout = toLayout(attribution, { addresses: exposeAddresses ? 'absolute' : 'relative' });
    return { layout, evidence: 'snapshot', cgroup: snapshot.cgroup, startMs: snapshot.startMs, consistent };
  } catch {
    // A defect in a signature must not blind the collector for the other processes; the counter makes it visible.
    accounts.fail('attribution');
    return examineBounds(pid, root, system, accounts);
  }
}

function read(
  pid: number,
  root: string,
  system: SystemFacts,
  accounts: Accounts,
  smaps: boolean
): Snapshot | 'gone' | 'refused' {
  try {
    // Without threads: a stack pointer is only seen while its thread sleeps, and equal mappings have to give one layout.
    const options = { root, system, smaps, threads: false };
    const result = accounts.timed(smaps ? 'smaps' : 'maps', () => readProcess(pid, options));
    if (result.kind === 'ok') return result.value;
    accounts.fail(result.kind);
    return result.kind === 'gone' ? 'gone' : 'refused';
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    accounts.fail('parse');
    return 'refused';
  }
}

function examineBounds(pid: number, root: string, system: SystemFacts, accounts: Accounts): Examination | null {
  try {
    const facts = accounts.timed('status', () => readOpenFacts(pid, root));
    if (facts.kind !== 'ok') {
      accounts.fail(facts.kind);
      return null;
    }
    const { status, limits, cgroup } = facts.value;
    const layout = boundsLayout(status, limits, system.maxMapCount);
    return layout && { layout, evidence: 'bounds', cgroup, startMs: null, consistent: true };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    accounts.fail('parse');
    return null;
  }
}
