/** Processes of one process group: what a command that forked and ended has left behind, as long as it did not leave the group. */
import { join } from 'node:path';
import { ParseError } from '../../core/errors';
import { type Stat, parseStat } from '../../core/mapping/parse-stat';
import { readText, valueOf } from './read-file';
import { listPids } from './read-process';

/** @returns null when there is no such process */
export function readStat(pid: number, root = '/proc'): Stat | null {
  const path = join(root, String(pid), 'stat');
  const text = valueOf(readText(path));
  try {
    return text === null ? null : parseStat(text, path);
  } catch (error) {
    if (error instanceof ParseError) return null;
    throw error;
  }
}

/**
 * Orphans in the group of `first` that were started with it or later. A process whose parent is of the group, too, has
 * somebody who looks after it: it is a neighbour in the same pipeline or script.
 */
export function orphansSince(first: Stat, root = '/proc'): number[] {
  return (valueOf(listPids(root)) ?? []).filter((pid) => {
    const stat = pid === first.pid ? null : readStat(pid, root);
    if (stat === null || stat.group !== first.group || stat.startTicks < first.startTicks || stat.state === 'Z') {
      return false;
    }
    return readStat(stat.parent, root)?.group !== first.group;
  });
}
