/**
 * A directory with copies of /proc/PID files → snapshot. `maps` is required, the rest is used when there: smaps status
 * stat statm limits comm cmdline cgroup auxv.hex exe.txt threads.tsv system.txt.
 */
import { join } from 'node:path';
import { bytesOfHex } from '../../core/mapping/parse-auxv';
import { snapshotFromFiles } from '../../core/snapshot/from-files';
import type { Snapshot } from '../../core/snapshot/snapshot';
import { type Read, readText, valueOf } from './read-file';

/**
 * @returns `gone` when there is no `maps` in it
 * @throws ParseError when `maps` is empty or not maps
 */
export function readDirectory(directory: string): Read<Snapshot> {
  const maps = readText(join(directory, 'maps'));
  if (maps.kind !== 'ok') return maps;
  const notices: string[] = [];
  const text = (name: string): string | null => {
    const read = readText(join(directory, name));
    if (read.kind === 'denied' || read.kind === 'failed') {
      notices.push(`${read.path} could not be read (${read.code}) and is not used.`);
    }
    return valueOf(read);
  };
  const auxv = text('auxv.hex');
  const files = {
    maps: maps.value,
    smaps: text('smaps'),
    status: text('status'),
    stat: text('stat'),
    statm: text('statm'),
    limits: text('limits'),
    comm: text('comm'),
    cmdline: text('cmdline'),
    cgroup: text('cgroup'),
    auxv: auxv === null ? null : bytesOfHex(auxv),
    exeText: text('exe.txt'),
    threadsText: text('threads.tsv'),
    systemText: text('system.txt'),
  };
  return { kind: 'ok', value: snapshotFromFiles(files, { where: `${directory.replace(/\/+$/, '')}/`, notices }) };
}
