/** Which process of this host the first attribution is about: the largest one that may be read. */
import { listPids, readMaps, readStatm } from '../../src/adapters/procfs';

/** How many of the largest are tried; on a host where none may be read this ends early. */
const TRIES = 200;

/**
 * @param own processes that npm start runs itself; one of them is taken only when there is no other
 * @returns null when no process may be read
 */
export function findExampleProcess(own: ReadonlySet<number>): number | null {
  const pids = listPids();
  if (pids.kind !== 'ok') return null;
  const bySize = pids.value
    .flatMap((pid) => {
      const statm = readStatm(pid);
      return statm.kind === 'ok' && statm.value.size > 0 ? [{ pid, size: statm.value.size, own: own.has(pid) }] : [];
    })
    .sort((a, b) => Number(a.own) - Number(b.own) || b.size - a.size);
  // Whether maps may be read is decided at open and read, not by its mode bits.
  return bySize.slice(0, TRIES).find(({ pid }) => isReadable(pid))?.pid ?? null;
}

function isReadable(pid: number): boolean {
  const maps = readMaps(pid);
  return maps.kind === 'ok' && maps.value !== '';
}
