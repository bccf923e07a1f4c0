import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { casesOf, readCase, sumErrors } from '../../../scripts/corpus-score';
import { attribute } from '../../../src/core/attribution/attribute';
import { type Mapping, EXECUTE, READ, SHARED, WRITE } from '../../../src/core/mapping/mapping';
import { type Snapshot, DEFAULT_SYSTEM, snapshotOf } from '../../../src/core/snapshot/snapshot';
import { KIB, MIB } from '../../../src/core/units';

const HOME = join(__dirname, '../../corpus');
const snapshots = casesOf(HOME).map((name) => readCase(join(HOME, name)));
const aCase = fc.constantFrom(...snapshots);

const permissionsOf = (access: number): string =>
  [
    access & READ ? 'r' : '-',
    access & WRITE ? 'w' : '-',
    access & EXECUTE ? 'x' : '-',
    access & SHARED ? 's' : 'p',
  ].join('');

const pageSize = fc.constantFrom(4 * KIB, 16 * KIB, 64 * KIB);
const hostileName = fc.oneof(
  fc.constantFrom(
    '',
    '[heap]',
    '[stack]',
    '[vdso]',
    '[vsyscall]',
    '/memfd:x (deleted)',
    '/dev/zero (deleted)',
    '/usr/lib/libc.so.6'
  ),
  fc.constantFrom(
    '[anon: Go: heap]',
    '[anon: glibc: malloc arena]',
    '[anon:',
    '[anon:]',
    '[',
    '/',
    '//',
    '/ (deleted)',
    'anon_inode:[io_uring]'
  ),
  fc.constantFrom(
    '/usr/bin/java',
    '/usr/lib/libjvm.so',
    '/usr/bin/python3.11',
    '/usr/bin/mariadbd',
    '/usr/lib/libcoreclr.so',
    '/x\\012y'
  ),
  fc.string({ maxLength: 40 }).map((text) => `/${text.replace(/\n/g, '')}`),
  fc.string({ maxLength: 40 }).map((text) => `[anon:${text.replace(/\n/g, '')}]`)
);

/** Any mapping at all: low, usual and 56-bit addresses, a page to terabytes, overlapping its neighbours or not. */
function aMapping(page: number): fc.Arbitrary<Mapping> {
  return fc
    .record({
      at: fc.oneof(
        fc.integer({ min: 0, max: 4096 }),
        fc.integer({ min: 0, max: 2 ** 31 }),
        fc.integer({ min: 2 ** 35, max: 2 ** 44 / 2 })
      ),
      pages: fc.oneof(
        fc.integer({ min: 1, max: 64 }),
        fc.constantFrom(256, 2048, 2049, 8192, 16384, 2 ** 18, 2 ** 28, 2 ** 31)
      ),
      access: fc.integer({ min: 0, max: 15 }),
      inode: fc.constantFrom(0, 0, 0, 7),
      offset: fc.constantFrom(0, page, 16 * page),
      name: hostileName,
    })
    .map(({ at, pages, access, inode, offset, name }) => ({
      start: at * page,
      end: (at + pages) * page,
      permissions: permissionsOf(access),
      access,
      offset: inode ? offset : 0,
      device: inode ? '08:01' : '00:00',
      inode,
      name,
    }));
}

const anySnapshot = pageSize.chain((page) =>
  fc
    .array(aMapping(page), { maxLength: 60 })
    .map((mappings) => snapshotOf(mappings, { system: { ...DEFAULT_SYSTEM, pageSize: page } }))
);

/** Cuts a mapping at a page: what the kernel does when a part of it gets, or once had, a flag of its own. */
function split(m: Mapping, at: number): Mapping[] {
  return [
    { ...m, end: at },
    { ...m, start: at, offset: m.inode ? m.offset + (at - m.start) : 0 },
  ];
}

/** Odd pages only: a piece of whole MiB speaks of a block of its own, and without smaps it is taken for one. */
function cutsOf(snapshot: Snapshot, seeds: readonly number[]): Snapshot {
  const page = snapshot.system.pageSize;
  const mappings = snapshot.mappings.flatMap((m, i) => {
    const seed = seeds[i % seeds.length]!;
    const pages = (m.end - m.start) / page;
    const odd = 2 * Math.floor((seed * (pages - 1)) / 2) + 1;
    const whole = [odd, pages - odd].some((n) => (n * page) % MIB === 0 || (n * page) % (8 * MIB + 4 * KIB) === 0);
    const original = (m.end - m.start) % MIB === 0 || (m.end - m.start) % (8 * MIB + 4 * KIB) === 0;
    return seed < 0.5 || odd >= pages || whole || original ? [m] : split(m, m.start + odd * page);
  });
  return { ...snapshot, mappings };
}

const seeds = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 3, maxLength: 17 });

describe('laws of attribution', () => {
  it('sums and tiles whatever it is given, and never throws', () => {
    fc.assert(
      fc.property(anySnapshot, (snapshot) => {
        const attribution = attribute(snapshot);
        const total = Object.values(attribution.categories).reduce((sum, bytes) => sum + bytes, 0);
        expect(total).toBe(attribution.virtualBytes);
        const mapped = attribution.view.mappings.reduce((sum, m) => sum + m.end - m.start, 0);
        expect(total).toBe(mapped);
        expect(attribution.ranges.reduce((sum, range) => sum + range.end - range.start, 0)).toBe(mapped);
        expect(attribution.regions.reduce((sum, region) => sum + region.bytes, 0)).toBe(mapped);
      }),
      { numRuns: 300 }
    );
  });

  it('counts every mapped byte once when lines overlap', () => {
    fc.assert(
      fc.property(anySnapshot, (snapshot) => {
        const kept = snapshot.mappings.filter((m) => m.name !== '[vsyscall]');
        const events = kept
          .flatMap((m) => [[m.start, 1] as const, [m.end, -1] as const])
          .sort((a, b) => a[0] - b[0] || b[1] - a[1]);
        let covered = 0;
        let depth = 0;
        let since = 0;
        for (const [at, step] of events) {
          if (depth > 0) covered += at - since;
          depth += step;
          since = at;
        }
        expect(attribute(snapshot).virtualBytes).toBe(covered);
      }),
      { numRuns: 200 }
    );
  });

  it('does not depend on the order of lines', () => {
    fc.assert(
      fc.property(aCase, fc.infiniteStream(fc.integer()), (snapshot, stream) => {
        const keys = new Map(snapshot.mappings.map((m) => [m, stream.next().value as number]));
        const mappings = [...snapshot.mappings].sort((a, b) => keys.get(a)! - keys.get(b)!);
        expect(attribute({ ...snapshot, mappings }).categories).toEqual(attribute(snapshot).categories);
      }),
      { numRuns: 60 }
    );
  });

  it('does not depend on where mappings of equal flags are cut', () => {
    fc.assert(
      fc.property(aCase, seeds, (snapshot, cuts) => {
        expect(attribute(cutsOf(snapshot, cuts)).categories).toEqual(attribute(snapshot).categories);
      }),
      { numRuns: 150 }
    );
  });

  it('does not depend on cuts from maps alone', () => {
    fc.assert(
      fc.property(aCase, seeds, (full, cuts) => {
        const snapshot = snapshotOf(full.mappings);
        expect(attribute(cutsOf(snapshot, cuts)).categories).toEqual(attribute(snapshot).categories);
      }),
      { numRuns: 150 }
    );
  });

  it('holds its sums for a snapshot with lines lost', () => {
    fc.assert(
      fc.property(aCase, seeds, (snapshot, lost) => {
        const mappings = snapshot.mappings.filter((_, i) => lost[i % lost.length]! < 0.8);
        const partial = { ...snapshot, statmBytes: null, mappings };
        expect(sumErrors(partial, attribute(partial))).toEqual([]);
      }),
      { numRuns: 100 }
    );
  });

  it('names nothing certain without a reason', () => {
    for (const snapshot of snapshots) {
      for (const range of attribute(snapshot).ranges) {
        expect(range.why.length).toBeGreaterThan(10);
        expect(range.region).toMatch(/^[a-z0-9]+[\w.-]*$/i);
      }
    }
  });
});
