/**
 * maps of a process that may be changing. The kernel takes its lock piece by piece, and a busy process changes between
 * two pieces; so statm is read before and after, and both once more when the two differ. A process that never stands
 * still gives what was read last: a caller compares the sums and says so.
 */
import { type Read, valueOf } from './read-file';

const ATTEMPTS = 2;

export interface SteadyMaps<Content> {
  readonly maps: Content;
  /** Read after maps; null when it could not be read. */
  readonly statm: string | null;
}

/**
 * @param readMaps maps of the process, as text or as bytes
 * @param readStatm statm of the process
 */
export function readSteadyMaps<Content>(
  readMaps: () => Read<Content>,
  readStatm: () => Read<string>
): Read<SteadyMaps<Content>> {
  let before = valueOf(readStatm());
  for (let attempt = 1; ; attempt++) {
    const maps = readMaps();
    if (maps.kind !== 'ok') return maps;
    const statm = valueOf(readStatm());
    if (attempt === ATTEMPTS || sizesOf(before) === sizesOf(statm)) {
      return { kind: 'ok', value: { maps: maps.value, statm } };
    }
    before = statm;
  }
}

/** Size, text and data of a statm: what must not change while maps is read. Resident may. */
function sizesOf(statm: string | null): string {
  const fields = statm?.split(' ') ?? [];
  return `${fields[0]} ${fields[3]} ${fields[5]}`;
}
