/** What this process has started and not stopped by name: builders, an attribution that is being printed. */
import { readFileSync } from 'node:fs';
import { listPids } from '../../src/adapters/procfs';
import { parseStat } from '../../src/core/mapping/parse-stat';

/** Asks each child process to end; one that has ended already is no matter. */
export function endChildren(): void {
  const pids = listPids();
  if (pids.kind !== 'ok') return;
  for (const pid of pids.value) {
    try {
      const { parent } = parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      if (parent === process.pid) process.kill(pid, 'SIGTERM');
    } catch {
      // Gone between the two reads.
    }
  }
}
