/** Laws: any text is either read or refused with a ParseError that names a line of it; nothing else, and no hang. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ParseError } from '../../../src/core/errors';
import { bytesOfHex, parsePageSize } from '../../../src/core/mapping/parse-auxv';
import { parseCgroup } from '../../../src/core/mapping/parse-cgroup';
import { parseExe } from '../../../src/core/mapping/parse-exe';
import { parseLimits } from '../../../src/core/mapping/parse-limits';
import { parseMaps } from '../../../src/core/mapping/parse-maps';
import { parseSmaps } from '../../../src/core/mapping/parse-smaps';
import { parseStat } from '../../../src/core/mapping/parse-stat';
import { parseStatm } from '../../../src/core/mapping/parse-statm';
import { parseStatus } from '../../../src/core/mapping/parse-status';
import { parseSystem } from '../../../src/core/mapping/parse-system';
import { parseThreads } from '../../../src/core/mapping/parse-threads';
import { snapshotFromFiles } from '../../../src/core/snapshot/from-files';

const SAMPLES = {
  maps: '00400000-00853000 r-xp 00000000 fe:00 1261625                            /srv/daemon\n7f0000000000-7f0000001000 ---p 00000000 00:00 0 \n',
  smaps: '00400000-00853000 r-xp 00000000 fe:00 12   /srv/daemon\nRss:                3788 kB\nVmFlags: rd ex mr\n',
  statm: '399473 6717 1939 1107 0 106063 0\n',
  stat: '7 (a b) t 1 2 3 0 -1 4 8 0 1 0 7 17 0 0 20 0 9 0 304206 1636241408 6657 18446744073709551615\n',
  status: 'Name:\tdaemon\nVmSize:\t 1597892 kB\nThreads:\t9\n',
  limits: 'Max data size             unlimited            unlimited            bytes     \n',
  threads: 'tid\tcomm\tsyscall\tstat\n27592\tdaemon\t202 0x0 0x7ffdc000e0b8 0x491303\t27592 (daemon) t\n',
  cgroup: '4:memory:/docker/3f2a\n0::/\n',
  system: 'page_size\t4096\nbtime\t1795417396\n',
} as const;

const PARSERS: Readonly<Record<keyof typeof SAMPLES, (text: string, file: string) => unknown>> = {
  maps: parseMaps,
  smaps: parseSmaps,
  statm: parseStatm,
  stat: parseStat,
  status: parseStatus,
  limits: parseLimits,
  threads: parseThreads,
  cgroup: parseCgroup,
  system: parseSystem,
};

/** A sample with a piece cut out and something else put in its place. */
function damaged(sample: string): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.nat(sample.length),
      fc.nat(sample.length),
      fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\n', ' ', '0', 'f'))
    )
    .map(([a, b, text]) => sample.slice(0, Math.min(a, b)) + text + sample.slice(Math.max(a, b)));
}

describe.each(Object.keys(SAMPLES) as Array<keyof typeof SAMPLES>)('%s', (name) => {
  test('reads or refuses whatever it is given', () => {
    const anything = fc.oneof(damaged(SAMPLES[name]), fc.string({ unit: 'binary' }), fc.string());
    fc.assert(
      fc.property(anything, (text) => {
        try {
          PARSERS[name](text, 'file');
        } catch (error) {
          if (!(error instanceof ParseError)) throw error;
          expect(error.line).toBeGreaterThanOrEqual(1);
          expect(error.line).toBeLessThanOrEqual(text.split('\n').length + 1);
          expect(error.message.startsWith(`file: line ${error.line} `)).toBe(true);
        }
      }),
      { numRuns: 500 }
    );
  });
});

test('auxv and exe.txt read anything', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: 'binary' }), (bytes, text) => {
      parsePageSize(bytes);
      bytesOfHex(text);
      parseExe(text);
    })
  );
});

test('a snapshot is made from any optional files, and what is broken is named', () => {
  fc.assert(
    fc.property(
      damaged(SAMPLES.smaps),
      damaged(SAMPLES.status),
      damaged(SAMPLES.stat),
      damaged(SAMPLES.statm),
      (smaps, status, stat, statm) => {
        const snapshot = snapshotFromFiles({ maps: SAMPLES.maps, smaps, status, stat, statm });
        expect(snapshot.mappings).toHaveLength(2);
        if (smaps !== '' && snapshot.smaps === null) {
          expect(snapshot.notices.some((notice) => notice.startsWith('smaps: line '))).toBe(true);
        }
      }
    )
  );
});
