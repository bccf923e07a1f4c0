/** The processes around this one: those that started it, and those that it has started. */
import { readFileSync } from 'node:fs';
import { listPids } from '../../src/adapters/procfs';
import { parseStat } from '../../src/core/mapping/parse-stat';

/** @returns null when the process is gone */
function parentOf(pid: number): number | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8')).parent;
  } catch {
    return null;
  }
}

/** This process, its parent, and so on up to init. */
export function ancestors(): ReadonlySet<number> {
  const chain = new Set<number>();
  for (let pid: number | null = process.pid; pid !== null && pid > 1; pid = parentOf(pid)) chain.add(pid);
  return chain;
}

/** Asks what was started and not stopped by name to end: builders, an attribution that is being printed. */
export function endChildren(): void {
  const pids = listPids();
  if (pids.kind !== 'ok') return;
  for (const pid of pids.value) {
    if (parentOf(pid) !== process.pid) continue;
    try {
      process.kill(pid, 'SIGTERM');
    } catch {
      // Gone between the two lines.
    }
  }
}
