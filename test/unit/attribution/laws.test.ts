import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { casesOf, readCase, sumErrors } from '../../../scripts/corpus-score';
import { readDirectory } from '../../../src/adapters/procfs';
import { attribute } from '../../../src/core/attribution/attribute';
import { type Mapping, EXECUTE, READ, SHARED, WRITE, isVsyscall } from '../../../src/core/mapping/mapping';
import { type SmapsEntry, type Snapshot, DEFAULT_SYSTEM, snapshotOf } from '../../../src/core/snapshot/snapshot';
import { KIB, MIB } from '../../../src/core/units';

const HOME = join(__dirname, '../../corpus');
const LARGE = join(__dirname, '../../fixtures/large-pages');
/** Every captured process: the laws below hold for each, not for a sample. */
const cases: ReadonlyArray<readonly [name: string, snapshot: Snapshot]> = [
  ...casesOf(HOME).map((name) => [name, readCase(join(HOME, name))] as const),
  ...readdirSync(LARGE)
    .filter((name) => !name.includes('.md'))
    .map((name) => [name, readLarge(name)] as const),
];
const snapshots = cases.map(([, snapshot]) => snapshot);
const aCase = fc.constantFrom(...snapshots);

function readLarge(name: string): Snapshot {
  const read = readDirectory(join(LARGE, name));
  if (read.kind !== 'ok') throw new Error(`${name}: ${read.kind}`);
  return read.value;
}

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
        fc.integer({ min: 2 ** 35, max: 2 ** 44 / 2 }),
        fc.constant(0xffffffffff600000 / page)
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

/** One cut in about half of the mappings that `may` be cut, at any page; records of smaps are cut alike when `both` says so. */
function cutsOf(
  snapshot: Snapshot,
  seeds: readonly number[],
  both: boolean,
  may: (m: Mapping, at: number, index: number) => boolean = () => true
): Snapshot {
  const page = snapshot.system.pageSize;
  const cuts = new Map<number, number>();
  snapshot.mappings.forEach((m, i) => {
    const seed = seeds[i % seeds.length]!;
    const pages = (m.end - m.start) / page;
    const at = m.start + (1 + Math.floor(((2 * seed) % 1) * (pages - 1))) * page;
    if (seed >= 0.5 && pages > 1 && may(m, at, i)) cuts.set(m.start, at);
  });
  return {
    ...snapshot,
    mappings: snapshot.mappings.flatMap((m) => (cuts.has(m.start) ? split(m, cuts.get(m.start)!) : [m])),
    smaps: snapshot.smaps && (both ? snapshot.smaps.flatMap((entry) => splitEntry(entry, cuts)) : snapshot.smaps),
  };
}

function splitEntry(entry: SmapsEntry, cuts: ReadonlyMap<number, number>): SmapsEntry[] {
  const at = cuts.get(entry.start);
  if (at === undefined) return [entry];
  const below = Math.min(entry.rss, at - entry.start);
  return [
    { ...entry, end: at, rss: below },
    { ...entry, start: at, rss: entry.rss - below },
  ];
}

/** Without smaps a size of whole MiB, or of whole stacks, speaks of a block of its own. */
function isBlock(bytes: number): boolean {
  const rest = bytes % (8 * MIB + 4 * KIB);
  return bytes % MIB === 0 || rest === 0 || (bytes >= 64 * MIB && rest % (MIB + 4 * KIB) <= 16 * KIB);
}

/** From maps alone: nothing that is or becomes a block, and nothing beside an equal neighbour, which may be one. */
function mayCutBlind({ mappings }: Snapshot): (m: Mapping, at: number, index: number) => boolean {
  const equal = (a: Mapping | undefined, b: Mapping | undefined): boolean =>
    a !== undefined && b !== undefined && a.end === b.start && a.access === b.access && a.name === b.name;
  return (m, at, i) =>
    ![m.end - m.start, at - m.start, m.end - at].some(isBlock) &&
    !equal(mappings[i - 1], m) &&
    !equal(m, mappings[i + 1]);
}

/** Neighbours that differ in nothing made one, with their records of smaps: the same process under a kernel that merges more. */
function merged(snapshot: Snapshot): Snapshot {
  const records = new Map(snapshot.smaps?.map((entry) => [entry.start, entry]));
  const flags = (m: Mapping): string => records.get(m.start)?.flags.join(' ') ?? '';
  const mappings: Mapping[] = [];
  const smaps: SmapsEntry[] = [];
  let last = '';
  for (const m of snapshot.mappings) {
    const below = mappings.at(-1);
    const entry = records.get(m.start);
    const same =
      below !== undefined &&
      below.end === m.start &&
      below.access === m.access &&
      below.name === m.name &&
      below.inode === m.inode &&
      (m.inode === 0 || below.offset + (below.end - below.start) === m.offset) &&
      last === flags(m);
    last = flags(m);
    if (same) mappings[mappings.length - 1] = { ...below, end: m.end };
    else mappings.push(m);
    if (!entry) continue;
    const record = smaps.at(-1);
    if (same && record) smaps[smaps.length - 1] = { ...record, end: m.end, rss: record.rss + entry.rss };
    else smaps.push(entry);
  }
  return { ...snapshot, mappings, smaps: snapshot.smaps && smaps };
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
        const kept = snapshot.mappings.filter((m) => !isVsyscall(m));
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

/** Without smaps no flags are known to be equal. */
const withFlags = cases.filter(([, snapshot]) => snapshot.smaps !== null);

describe.each(withFlags)('laws for %s with smaps', (_, snapshot) => {
  const expected = attribute(snapshot).categories;

  it('it does not matter where mappings of equal flags are cut', () => {
    fc.assert(
      fc.property(seeds, fc.boolean(), (cuts, both) => {
        expect(attribute(cutsOf(snapshot, cuts, both)).categories).toEqual(expected);
      }),
      { numRuns: 2 }
    );
  });

  it('nor whether they are merged', () => {
    expect(attribute(merged(snapshot)).categories).toEqual(expected);
  });
});

describe.each(cases)('laws for %s', (_, snapshot) => {
  const expected = attribute(snapshot).categories;

  it('the order of lines does not matter', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.integer()), (stream) => {
        const keys = new Map(snapshot.mappings.map((m) => [m, stream.next().value as number]));
        const mappings = [...snapshot.mappings].sort((a, b) => keys.get(a)! - keys.get(b)!);
        expect(attribute({ ...snapshot, mappings }).categories).toEqual(expected);
      }),
      { numRuns: 1 }
    );
  });

  it('the same from maps alone, but for what the size of a block tells', () => {
    const blind = snapshotOf(snapshot.mappings, { system: snapshot.system });
    const categories = attribute(blind).categories;
    fc.assert(
      fc.property(seeds, (cuts) => {
        expect(attribute(cutsOf(blind, cuts, false, mayCutBlind(blind))).categories).toEqual(categories);
      }),
      { numRuns: 2 }
    );
  });

  it('ranges tile the mappings, with borders at whole pages', () => {
    const { ranges, view } = attribute(snapshot);
    const page = snapshot.system.pageSize;
    let next = 0;
    for (const m of view.mappings) {
      for (let at = m.start; at < m.end; next++) {
        expect([ranges[next]!.start, ranges[next]!.start % page, ranges[next]!.end > at]).toEqual([at, 0, true]);
        at = ranges[next]!.end;
      }
    }
    expect(next).toBe(ranges.length);
  });
});
