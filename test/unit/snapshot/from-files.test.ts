import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { attribute } from '../../../src/core/attribution/attribute';
import { ParseError } from '../../../src/core/errors';
import { isVsyscall } from '../../../src/core/mapping/mapping';
import { snapshotFromFiles } from '../../../src/core/snapshot/from-files';
import type { Snapshot } from '../../../src/core/snapshot/snapshot';

const MAPS =
  '00400000-00402000 r-xp 00000000 fe:00 12   /srv/tool\nffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0   [vsyscall]\n';

describe('a snapshot from texts', () => {
  test('needs maps alone', () => {
    expect(snapshotFromFiles({ maps: MAPS })).toMatchObject({ pid: null, smaps: null, statmBytes: null, notices: [] });
  });

  test('takes identity and start from stat and the boot time', () => {
    const snapshot = snapshotFromFiles({
      maps: MAPS,
      stat: '7 (a b) S 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 9 0 304206 8192 2 0',
      statm: '2 1 0 1 0 0 0\n',
      comm: 'a b\n',
      cmdline: '/srv/tool\0-x\0\0y\0',
      exeText: 'exe\t/srv/tool\n/srv/tool: go1.26.8\n',
      systemText: 'btime\t1000\nclk_tck\t100\ncaptured_at\t9999\n',
    });
    expect(snapshot).toMatchObject({
      pid: 7,
      comm: 'a b',
      startMs: 1000_000 + 3042_060,
      takenMs: 9999_000,
      cmdline: ['/srv/tool', '-x', '', 'y'],
      exe: '/srv/tool',
      goVersion: '1.26.8',
      statmBytes: 8192,
      notices: [],
    });
  });

  test('says when maps and statm do not agree; [vsyscall] does not count', () => {
    const { notices } = snapshotFromFiles({ maps: MAPS, statm: '3 1 0 1 0 0 0\n' }, { where: 'dir/' });
    expect(notices).toEqual([expect.stringMatching(/^dir\/maps adds up to 8192 B and statm says 12288 B/)]);
  });

  test('uses the page size of auxv for statm', () => {
    const auxv = new Uint8Array(16);
    new DataView(auxv.buffer).setUint32(0, 6, true);
    new DataView(auxv.buffer).setUint32(8, 16384, true);
    expect(snapshotFromFiles({ maps: MAPS, statm: '1 1 0 1 0 0 0\n', auxv }).statmBytes).toBe(16384);
  });

  test('without auxv takes the page size on which maps and statm agree', () => {
    const maps = '00400000-00440000 r-xp 00000000 fe:00 12   /srv/tool\n';
    expect(snapshotFromFiles({ maps, statm: '4 1 0 1 0 0 0\n' })).toMatchObject({
      system: { pageSize: 65536 },
      notices: [],
    });
    expect(snapshotFromFiles({ maps, statm: '16 1 0 1 0 0 0\n' }).system.pageSize).toBe(16384);
    expect(snapshotFromFiles({ maps, statm: '63 1 0 1 0 0 0\n' })).toMatchObject({ system: { pageSize: 4096 } });
  });

  test('leaves out a broken part and names it', () => {
    const snapshot = snapshotFromFiles(
      { maps: MAPS, smaps: '00400000-00402000 r-xp 0', status: 'Vm' },
      { where: 'd/' }
    );
    expect(snapshot.smaps).toBeNull();
    expect(snapshot.notices).toEqual([
      "d/status: line 1 has no name: 'Vm'. status is not used.",
      "d/smaps: line 1 begins a record that is cut off: '00400000-00402000 r-xp 0'. smaps is not used.",
    ]);
  });

  test('without any of them takes the page size that all borders share', () => {
    const maps = (page: number): string =>
      Array.from(
        { length: 12 },
        (_, i) =>
          `${(0x400000 + 2 * i * page).toString(16)}-${(0x400000 + (2 * i + 1) * page).toString(16)} rw-p 00000000 00:00 0 \n`
      ).join('');
    for (const page of [4096, 16384, 65536]) {
      expect(snapshotFromFiles({ maps: maps(page) }).system.pageSize).toBe(page);
    }
    expect(snapshotFromFiles({ maps: MAPS }).system.pageSize).toBe(4096);
    expect(snapshotFromFiles({ maps: maps(65536), systemText: 'page_size\t4096\n' }).system.pageSize).toBe(4096);
  });

  test('a page size that Linux does not have is refused, and the rest of the file with it', () => {
    const { system, notices } = snapshotFromFiles({ maps: MAPS, systemText: 'page_size\t0\n' });
    expect(system.pageSize).toBe(4096);
    expect(notices).toEqual(["system.txt: line 1 is no page size of Linux: 'page_size\t0'. system.txt is not used."]);
  });

  test('reads copies with CR LF and a byte order mark', () => {
    const plain = snapshotFromFiles({ maps: MAPS, status: 'Name:\ttool\nThreads:\t9\n', comm: 'tool\n' });
    const foreign = (text: string): string => `\ufeff${text.replaceAll('\n', '\r\n')}`;
    const texts = {
      maps: foreign(MAPS),
      status: foreign('Name:\ttool\nThreads:\t9\n'),
      comm: 'tool\r\n',
    };
    expect(snapshotFromFiles(texts)).toEqual(plain);
    expect(snapshotFromFiles({ ...texts, maps: new TextEncoder().encode(texts.maps) })).toEqual(plain);
  });

  test('a name may end in CR', () => {
    const maps = '00400000-00402000 r-xp 00000000 fe:00 12   /srv/tool\r\n00402000-00403000 rw-p 00000000 00:00 0 \n';
    expect(snapshotFromFiles({ maps }).mappings[0]!.name).toBe('/srv/tool\r');
  });

  test('says how much stands in several lines, and counts it once', () => {
    const maps = `${MAPS}00401000-00404000 rw-p 00000000 00:00 0 \n`;
    const { notices } = snapshotFromFiles({ maps, statm: '4 1 0 1 0 0 0\n' }, { where: 'd/' });
    expect(notices).toEqual([expect.stringMatching(/^d\/maps shows 4096 B more than once/)]);
  });

  test.each([
    ['nothing', '', 'maps: line 1 should be a mapping, but the file is empty'],
    ['blank lines', '\n\n', 'maps: line 1 should be a mapping, but the file is empty'],
    ['a line cut off', MAPS.slice(0, 70), 'maps: line 2 is not a mapping'],
    ['another file', 'Name:\tbash\n', 'maps: line 1 is not a mapping'],
  ])('refuses maps with %s', (_, maps, message) => {
    expect(() => snapshotFromFiles({ maps })).toThrow(ParseError);
    expect(() => snapshotFromFiles({ maps })).toThrow(message);
  });
});

/** Of one captured process, every beginning of every file: what a copy that was broken off holds. */
describe('files cut off at every byte', () => {
  const home = join(__dirname, '../../corpus/go-1.15-hello-cgo0');
  const text = (name: string): string => readFileSync(join(home, name), 'utf8');
  const maps = text('maps');

  test('maps: an error that names the last line, or exact sums', () => {
    for (let length = 0; length < maps.length; length++) {
      const part = maps.slice(0, length);
      try {
        const snapshot = snapshotFromFiles({ maps: part });
        const mapped = snapshot.mappings.reduce((sum, m) => sum + m.end - m.start, 0);
        expect(attribute(snapshot).virtualBytes).toBe(
          mapped - (part.includes('[vsyscall') ? vsyscallBytes(snapshot) : 0)
        );
      } catch (error) {
        if (!(error instanceof ParseError)) throw error;
        expect(error.line).toBe(Math.max(1, part.split('\n').length));
      }
    }
  });

  test.each([
    ['smaps', 'smaps'],
    ['status', 'status'],
    ['stat', 'stat'],
    ['statm', 'statm'],
    ['limits', 'limits'],
    ['threadsText', 'threads.tsv'],
    ['systemText', 'system.txt'],
    ['exeText', 'exe.txt'],
  ])('%s: the sums stay, and what is not used is named', (key, file) => {
    const whole = text(file);
    for (let length = 0; length < whole.length; length += 1 + Math.floor(whole.length / 300)) {
      const snapshot = snapshotFromFiles({ maps, [key]: whole.slice(0, length) });
      expect(attribute(snapshot).virtualBytes).toBe(719_851_520);
    }
  });
});

function vsyscallBytes({ mappings }: Snapshot): number {
  return mappings.filter(isVsyscall).reduce((sum, m) => sum + m.end - m.start, 0);
}
