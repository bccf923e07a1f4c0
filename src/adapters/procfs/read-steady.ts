/**
 * maps of a process that may be changing. The kernel takes its lock piece by piece, and a busy process changes between
 * two pieces; so statm is read before and after, and both once more when the two differ. A process that never stands
 * still gives what was read last: a caller compares the sums and says so.
 */
import type { Read } from './read-file';

const ATTEMPTS = 2;

export interface SteadyMaps {
  readonly maps: string;
  /** Read after maps; null when it could not be read. */
  readonly statm: string | null;
}

/** @param read the text of one file of the process, by its name */
export function readSteadyMaps(read: (name: 'maps' | 'statm') => Read<string>): Read<SteadyMaps> {
  const statmText = (): string | null => {
    const statm = read('statm');
    return statm.kind === 'ok' ? statm.value : null;
  };
  let value: SteadyMaps = { maps: '', statm: null };
  let before = statmText();
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const maps = read('maps');
    if (maps.kind !== 'ok') return maps;
    value = { maps: maps.value, statm: statmText() };
    if (sizesOf(before) === sizesOf(value.statm)) break;
    before = value.statm;
  }
  return { kind: 'ok', value };
}

/** Size, text and data of a statm: what must not change while maps is read. Resident may. */
function sizesOf(statm: string | null): string {
  const fields = statm?.split(' ') ?? [];
  return `${fields[0]} ${fields[3]} ${fields[5]}`;
}
