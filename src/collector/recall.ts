/** What an earlier run knew of the processes that still live, so that they keep their labels and intervals. */
import { readIdentity } from '../adapters/procfs';
import { ParseError } from '../core/errors';
import type { LabelBook } from '../core/snapshot/process-label';
import type { LayoutStore, Life } from '../core/snapshot/store';
import type { Surroundings } from './examine';

/** btime of the kernel moves with the clock: the same start may read differently after a restart of the collector. */
const SAME_START_MS = 2000;

export function sameStart(a: number | null, b: number | null): boolean {
  return a !== null && b !== null && Math.abs(a - b) <= SAME_START_MS;
}

/**
 * Claims the labels of living processes, before anybody else can get them. The name of the host is not compared: a store
 * belongs to one host, whose name is another one in each container.
 *
 * @returns lives by pid
 */
export async function recallLives(
  store: LayoutStore,
  labels: LabelBook,
  { root, system, accounts }: Surroundings
): Promise<Map<number, Life>> {
  const lives = new Map<number, Life>();
  const known = await store.processes(0, Number.MAX_SAFE_INTEGER);
  for (const life of [...known].sort((a, b) => b.lastMs - a.lastMs)) {
    if (lives.has(life.pid) || !sameStart(life.startMs, startOf(life.pid))) continue;
    if (labels.claim(life.process)) lives.set(life.pid, life);
  }
  return lives;

  function startOf(pid: number): number | null {
    try {
      const identity = accounts.timed('stat', () => readIdentity(pid, system, root));
      return identity.kind === 'ok' ? identity.value.startMs : null;
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      accounts.fail('parse');
      return null;
    }
  }
}
