import { describe, expect, test } from 'vitest';
import { attribute } from '../../../src/core/attribution/attribute';
import { parseMaps } from '../../../src/core/mapping/parse-maps';
import { snapshotFromFiles } from '../../../src/core/snapshot/from-files';
import { snapshotOf } from '../../../src/core/snapshot/snapshot';
import { fingerprintOf, sameFingerprint } from '../../../src/core/snapshot/fingerprint';
import { canonicalText, layoutIdOf, toLayout } from '../../../src/core/snapshot/to-layout';
import { parseStatm } from '../../../src/core/mapping/parse-statm';

const maps = (base: number): string => {
  const line = (from: number, to: number, rest: string): string =>
    `${(base + from).toString(16)}-${(base + to).toString(16)} ${rest}\n`;
  return (
    line(0x0, 0x3000, 'r-xp 00000000 fe:00 12   /home/ann/bin/tool') +
    line(0x3000, 0x5000, 'rw-p 00000000 00:00 0 ') +
    line(0x9000, 0xa000, 'r--s 00000000 fe:00 13   /home/ann/letters/to-bob.txt') +
    line(0x20000, 0x21000, 'r--p 00000000 fe:00 14   /usr/share/zoneinfo/UTC') +
    line(0x30000, 0x31000, 'rw-s 00000000 00:01 15   /memfd:pool (deleted)') +
    line(0x40000, 0x41000, 'rw-p 00000000 00:00 0   [anon:cache]')
  );
};
const layoutAt = (base: number, addresses: 'relative' | 'absolute') =>
  toLayout(attribute(snapshotOf(parseMaps(maps(base)))), { addresses });

describe('a relative layout', () => {
  const layout = layoutAt(0x55d0c0de0000, 'relative');

  test('holds no address, and its gaps are powers of two', () => {
    for (const range of layout.ranges) {
      expect(range.start).toBeUndefined();
      expect(range.gap === 0 || Number.isInteger(Math.log2(range.gap))).toBe(true);
    }
    expect(JSON.stringify(layout)).not.toContain('55d0c0');
  });

  test('names programs, installed files, kernel and runtime names, and of any other file only the last part', () => {
    expect(new Set(layout.ranges.map((range) => range.name))).toEqual(
      new Set([
        '/home/ann/bin/tool',
        '',
        'to-bob.txt',
        '/usr/share/zoneinfo/UTC',
        '/memfd:pool (deleted)',
        '[anon:cache]',
      ])
    );
  });

  test('is the same wherever ASLR put the process', () => {
    expect(canonicalText(layoutAt(0x55ffffde0000, 'relative'))).toBe(canonicalText(layout));
  });

  test('covers the address space', () => {
    expect(layout.ranges.reduce((sum, range) => sum + range.size, 0)).toBe(layout.virtualBytes);
  });
});

test('an absolute layout keeps addresses, gaps and paths', () => {
  const layout = layoutAt(0x55d0c0de0000, 'absolute');
  expect(layout.ranges[0]).toMatchObject({ start: '55d0c0de0000', gap: 0x55d0c0de0000 });
  expect(layout.ranges.find((range) => range.name.endsWith('to-bob.txt'))).toMatchObject({
    name: '/home/ann/letters/to-bob.txt',
    gap: 0x4000,
  });
});

describe('the canonical text', () => {
  const of = (files: { readonly smaps?: string; readonly status?: string }) =>
    canonicalText(toLayout(attribute(snapshotFromFiles({ maps: maps(0x400000), ...files }))));

  test('does not change with what is resident or how many threads run', () => {
    const status = 'VmPeak:\t 900 kB\nVmRSS:\t 12 kB\nThreads:\t3\n';
    const smaps = '400000-403000 r-xp 00000000 fe:00 12   /home/ann/bin/tool\nRss:   8 kB\n';
    expect(of({ smaps, status })).toBe(of({}));
  });

  test('changes with one permission', () => {
    const other = maps(0x400000).replace('r--s', 'rw-s');
    expect(canonicalText(toLayout(attribute(snapshotOf(parseMaps(other)))))).not.toBe(of({}));
  });

  test('its id is 52 bits', () => expect(layoutIdOf('0123456789abcdef0123')).toBe('0123456789abc'));
});

test('a fingerprint changes with size, text and data, and not with resident pages', () => {
  const of = (text: string) => fingerprintOf(parseStatm(text));
  expect(sameFingerprint(of('100 20 3 4 0 50 0'), of('100 99 3 4 0 50 0'))).toBe(true);
  expect(sameFingerprint(of('100 20 3 4 0 50 0'), of('101 20 3 4 0 50 0'))).toBe(false);
  expect(sameFingerprint(of('100 20 3 4 0 50 0'), of('100 20 3 4 0 51 0'))).toBe(false);
  expect(sameFingerprint(of('100 20 3 4 0 50 0'), of('100 20 3 5 0 50 0'))).toBe(false);
});
