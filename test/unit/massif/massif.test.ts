import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainMassif } from '../../../src/adapters/massif/attribute-massif';
import { totalOf } from '../../../src/adapters/massif/massif';
import { parseMassif } from '../../../src/adapters/massif/parse-massif';
import { ParseError } from '../../../src/core/errors';

const FIXTURES = path.resolve(__dirname, '../../fixtures/massif');
const read = (name: string): string => readFileSync(path.join(FIXTURES, name), 'utf8');
const NAMES = [
  'go-1.15-pages.out',
  'go-1.19-pages.out',
  'go-1.26-pages.out',
  'c-threads-pages.out',
  'c-threads-stacks.out',
  'c-threads-ms.out',
];

const sum = (values: Readonly<Record<string, number>>): number => Object.values(values).reduce((a, b) => a + b, 0);

describe('massif files', () => {
  it.each(NAMES)('%s: every snapshot sums to the total that massif wrote', (name) => {
    const text = read(name);
    const totals = [...text.matchAll(/mem_heap_B=(\d+)\nmem_heap_extra_B=(\d+)\nmem_stacks_B=(\d+)/g)].map(
      ([, heap, extra, stacks]) => Number(heap) + Number(extra) + Number(stacks)
    );
    const explained = explainMassif(parseMassif(text, name));
    expect(explained.snapshots.map(({ categories }) => sum(categories))).toEqual(totals);
    expect(explained.snapshots.map(({ totalBytes }) => totalBytes)).toEqual(totals);
    const regions = explained.regions.reduce((total, { bytes }) => total + bytes, 0);
    expect(regions).toBe(totals[explained.regionsOf!]);
  });

  it('reads header, units and kinds of snapshots', () => {
    const go = parseMassif(read('go-1.15-pages.out'), 'f');
    expect(go).toMatchObject({ command: './hello', timeUnit: 'i', pagesAsHeap: true, broken: null });
    expect(go.snapshots.flatMap(({ kind, index }) => (kind === 'plain' ? [] : [[index, kind]]))).toEqual([
      [9, 'peak'],
      [19, 'detailed'],
      [29, 'detailed'],
    ]);
    expect(parseMassif(read('c-threads-ms.out'), 'f')).toMatchObject({ timeUnit: 'ms', pagesAsHeap: false });
    expect(parseMassif(read('c-threads-stacks.out'), 'f').timeUnit).toBe('B');
  });

  it('explains the 750.5 MB of a Go 1.15 hello world', () => {
    const explained = explainMassif(parseMassif(read('go-1.15-pages.out'), 'f'));
    expect(explained.peak).toBe(9);
    expect(explained.snapshots[explained.largest]!.totalBytes).toBe(786_960_384);
    expect(explained.regions[0]).toMatchObject({
      region: 'go.page-summary',
      category: 'reservation',
      bytes: 613_548_032,
    });
    expect(explained.countedTwice).toBe(67_108_864);
  });

  it("finds the scavenger's index in Go 1.26", () => {
    const { regions } = explainMassif(parseMassif(read('go-1.26-pages.out'), 'f'));
    expect(regions.find(({ region }) => region === 'go.scavenge-index')?.bytes).toBe(536_870_912);
  });

  it('names arenas, thread stacks and large chunks of a C program, and leaves its own mmap unknown', () => {
    const { regions } = explainMassif(parseMassif(read('c-threads-pages.out'), 'f'));
    const bytes = Object.fromEntries(regions.map((region) => [`${region.region} ${region.category}`, region.bytes]));
    expect(bytes).toMatchObject({
      'glibc.arena reservation': 268_435_456,
      'glibc.thread-stack stack': 25_178_112,
      'glibc.mmap-chunk heap': 31_469_568,
    });
    expect(regions.find(({ category, bytes: size }) => category === 'unknown' && size === 67_108_864)).toBeDefined();
  });

  it('tells heap, overhead and stacks apart without --pages-as-heap', () => {
    const file = parseMassif(read('c-threads-stacks.out'), 'f');
    const explained = explainMassif(file);
    file.snapshots.forEach((snapshot, i) => {
      expect(explained.snapshots[i]!.categories).toMatchObject({
        heap: snapshot.heapBytes,
        metadata: snapshot.extraBytes,
        stack: snapshot.stackBytes,
        unknown: 0,
      });
    });
  });
});

describe('broken massif files', () => {
  it('a cut in a tree line keeps every total before it and names the line', () => {
    const text = read('go-1.15-pages.out');
    const cut = text.indexOf('runtime.(*mheap).grow');
    const file = parseMassif(text.slice(0, cut), 'cut.out');
    expect(file.broken).toBeInstanceOf(ParseError);
    expect(file.broken!.message).toMatch(/^cut\.out: line \d+ /);
    const last = file.snapshots[file.snapshots.length - 1]!;
    expect(last).toMatchObject({ tree: null, heapBytes: expect.any(Number) });
    const explained = explainMassif(file);
    expect(sum(explained.snapshots[explained.snapshots.length - 1]!.categories)).toBe(totalOf(last));
  });

  it.each([
    ['', 'line 1'],
    ['desc: x\ncmd: y\n', "'time_unit:'"],
    ['desc: x\ncmd: y\ntime_unit: weeks\n', 'time unit'],
    ['events: Ir\nfn=main\n', "'desc:'"],
    ['desc: x\ncmd: y\ntime_unit: i\n', 'before the first snapshot'],
  ])('another file (%j) is refused with what is wrong', (text, message) => {
    expect(() => parseMassif(text, 'x.out')).toThrow(message);
  });

  it('never crashes or loses a sum on a file that is cut or garbled anywhere', () => {
    const text = read('go-1.15-pages.out');
    fc.assert(
      fc.property(fc.nat(text.length), fc.string({ maxLength: 5 }), fc.boolean(), (at, junk, keepRest) => {
        const garbled = text.slice(0, at) + junk + (keepRest ? text.slice(at) : '');
        try {
          const file = parseMassif(garbled, 'f');
          explainMassif(file).snapshots.forEach(({ categories, totalBytes }, i) => {
            expect(totalBytes).toBe(totalOf(file.snapshots[i]!));
            expect(sum(categories)).toBe(totalBytes);
          });
        } catch (error) {
          expect(error).toBeInstanceOf(ParseError);
        }
      }),
      { numRuns: 300 }
    );
  });
});
