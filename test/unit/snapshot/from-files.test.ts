import { describe, expect, test } from 'vitest';
import { ParseError } from '../../../src/core/errors';
import { snapshotFromFiles } from '../../../src/core/snapshot/from-files';

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
