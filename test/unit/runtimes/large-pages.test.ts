/** Processes of kernels with pages of 16 and 64 KiB: sums, borders, and the geometry of Go, glibc and HotSpot on them. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sumErrors } from '../../../scripts/corpus-score';
import { readDirectory } from '../../../src/adapters/procfs';
import { type Attribution, attribute } from '../../../src/core/attribution/attribute';
import type { Snapshot } from '../../../src/core/snapshot/snapshot';
import { KIB, MIB } from '../../../src/core/units';
import { at, bytesOf } from './build';

const HOME = join(__dirname, '../../fixtures/large-pages');
const names = readdirSync(HOME).filter((name) => !name.includes('.md'));

function snapshotOf(name: string): Snapshot {
  const read = readDirectory(join(HOME, name));
  if (read.kind !== 'ok') throw new Error(`${name}: ${read.kind}`);
  return read.value;
}

const attributed = (name: string): Attribution => attribute(snapshotOf(name));

function regionBytes(attribution: Attribution, region: string, category: string): number {
  return attribution.regions
    .filter((one) => one.region === region && one.category === category)
    .reduce((sum, one) => sum + one.bytes, 0);
}

describe.each(names)('%s', (name) => {
  const snapshot = snapshotOf(name);
  const page = name.includes('64k') ? 64 * KIB : 16 * KIB;

  it('knows its page size from auxv, and from maps and statm without it', () => {
    expect(snapshot.system.pageSize).toBe(page);
    expect(snapshot.statmBytes).toBe(attribute(snapshot).virtualBytes);
  });

  it('has exact sums and borders at whole pages', () => {
    const attribution = attribute(snapshot);
    expect(sumErrors(snapshot, attribution)).toEqual([]);
    for (const { start, end } of attribution.ranges) expect([start % page, end % page]).toEqual([0, 0]);
  });
});

describe('Go', () => {
  it.each([
    ['arm64-16k-go-1.21', 0x4000000000, '1.21-1.25'],
    ['arm64-16k-go-1.26', 0x622218000000, '1.26-1.27'],
    ['ppc64le-64k-go-1.21', 0xc000000000, '1.21-1.25'],
    ['ppc64le-64k-go-1.26', null, '1.26-1.27'],
  ])('%s: five tables, the wide index and the arenas', (name, heap, version) => {
    const attribution = attributed(name);
    [128 * KIB, MIB, 8 * MIB, 64 * MIB, 512 * MIB].forEach((bytes, level) => {
      expect(bytesOf(attribution, `go.page-summary-L${level}`)).toBe(bytes);
    });
    expect(bytesOf(attribution, 'go.scavenge-index')).toBe(512 * MIB);
    expect(bytesOf(attribution, 'go.arena-index-L2')).toBe(32 * MIB);
    expect(bytesOf(attribution, 'go.heap-arena') % (64 * MIB)).toBe(0);
    if (heap !== null) expect(at(attribution, heap)).toMatch(/^go.heap-arena /);
    expect(attribution.runtimes).toMatchObject([{ name: 'go', version }]);
    expect(attribution.categories.unknown).toBe(0);
  });
});

describe('what is not Go', () => {
  it('fifteen arenas of glibc in a row have the distances of its tables', () => {
    const attribution = attributed('arm64-16k-beam-27');
    expect(attribution.runtimes).toMatchObject([{ name: 'beam', version: 'OTP 27' }]);
    expect(bytesOf(attribution, 'glibc.arena')).toBe(15 * 64 * MIB);
  });
});

describe('glibc', () => {
  it.each(['arm64-16k-glibc-2.41', 'ppc64le-64k-glibc-2.36'])(
    '%s: six arenas and six stacks with 64 KiB guards',
    (name) => {
      const attribution = attributed(name);
      expect(bytesOf(attribution, 'glibc.arena')).toBe(6 * 64 * MIB);
      expect(regionBytes(attribution, 'glibc.thread-stack', 'stack')).toBe(6 * 8 * MIB);
      expect(regionBytes(attribution, 'glibc.thread-stack', 'guard')).toBe(6 * 64 * KIB);
      expect(attribution.categories.reservation).toBeGreaterThan(1024 * MIB);
    }
  );
});

describe('HotSpot', () => {
  it('arm64-16k-java-21: heap, class space, code cache', () => {
    const attribution = attributed('arm64-16k-java-21');
    expect(bytesOf(attribution, 'jvm.java-heap')).toBe(512 * MIB);
    expect(bytesOf(attribution, 'jvm.class-space')).toBe(1024 * MIB);
    expect(regionBytes(attribution, 'jvm.thread-stack', 'stack')).toBeGreaterThan(18 * 1.9 * MIB);
    expect(attribution.categories.unknown).toBe(0);
  });
});
