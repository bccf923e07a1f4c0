import { describe, expect, it } from 'vitest';
import { hedgedSentence, insideSentence, stepSentence } from '../../../src/core/explain/causes';
import type { Category } from '../../../src/core/attribution/categories';
import { causesOf, type Side } from '../../../src/core/plateau/causes';
import { changesInside } from '../../../src/core/plateau/inside';
import type { LayoutPoint } from '../../../src/core/plateau/join';
import { guessCause } from '../../../src/core/plateau/quanta';
import type { Layout, LayoutRange } from '../../../src/core/snapshot/layout';
import { GIB, KIB, MIB, TIB } from '../../../src/core/units';

/** `region category size [name]`, one range a line; each line is a mapping of its own. */
function body(lines: readonly string[], more: Partial<Layout> = {}): Layout {
  const ranges = lines.map((line, mapping): LayoutRange => {
    const [region, category, size, name = ''] = line.split(' ');
    return {
      gap: 0,
      size: Number(size) * KIB,
      permissions: 'rw-p',
      category: category as Category,
      region: region!,
      confidence: 'certain',
      why: 'because',
      name,
      mapping,
      resident: null,
    };
  });
  return {
    schema: 1,
    comm: 'x',
    virtualBytes: ranges.reduce((sum, range) => sum + range.size, 0),
    mappings: ranges.length,
    runtimes: [],
    threads: null,
    maxMapCount: null,
    residentBytes: null,
    peakBytes: null,
    ...more,
    ranges,
  };
}

function partsOf({ ranges }: Layout): Map<string, number> {
  const parts = new Map<string, number>();
  for (const { region, category, size } of ranges) {
    parts.set(`${region}\t${category}`, (parts.get(`${region}\t${category}`) ?? 0) + size);
  }
  return parts;
}

const side = (layout: Layout, withBody = true): Side => ({ parts: partsOf(layout), body: withBody ? layout : null });

function say(before: Layout, after: Layout, withBody = true): string {
  const causes = causesOf(side(before, withBody), side(after, withBody));
  expect(causes.reduce((sum, cause) => sum + cause.bytes, 0)).toBe(after.virtualBytes - before.virtualBytes);
  return stepSentence(after.virtualBytes - before.virtualBytes, causes);
}

const times = (count: number, ...lines: string[]): string[] => Array.from({ length: count }, () => lines).flat();
const M = 1024;
const BASE = ['elf.text code 1000', 'libc.brk heap 132'];
const ARENA = [`glibc.arena heap 512`, `glibc.arena reservation ${64 * M - 512}`];
const STACK = [`glibc.thread-stack stack ${8 * M}`, 'glibc.thread-stack guard 4'];
const WASM = [`v8.wasm-memory heap 4096`, `v8.wasm-memory reservation ${10 * M * M - 4096}`];

describe('a step is told by what it was', () => {
  const table: ReadonlyArray<readonly [string, string[], string[], string]> = [
    [
      'arenas',
      [],
      times(8, ...ARENA),
      '+512 MiB: 8 glibc arenas (64 MiB each), because more threads call malloc, 4 MiB of it usable.',
    ],
    [
      'one arena',
      [],
      ARENA,
      '+64 MiB: one glibc arena (64 MiB), because more threads call malloc, 512 KiB of it usable.',
    ],
    ['arenas that go', times(3, ...ARENA), ARENA, '-128 MiB: two glibc arenas (64 MiB each) unmapped.'],
    ['threads', [], times(5, ...STACK), '+40 MiB: stacks of 5 threads (8 MiB each).'],
    ['threads that go', times(2, ...STACK), [], '-16 MiB: two thread stacks (8 MiB each) given back.'],
    [
      'stacks of glibc 2.42, merged',
      [],
      [`glibc.thread-stack stack ${8 * (8 * M + 4)}`],
      '+64 MiB: stacks of 8 threads (8 MiB each).',
    ],
    [
      'stacks of Java',
      [],
      times(40, 'jvm.thread-stack stack 1008', 'jvm.thread-stack guard 16'),
      '+40 MiB: stacks of 40 threads (1,008 KiB each).',
    ],
    ['wasm', [], WASM, '+10 GiB: one wasm memory (10 GiB), 4 MiB of it usable.'],
    ['wasm that goes', times(2, ...WASM), [], '-20 GiB: two wasm memories (10 GiB each) unmapped.'],
    [
      'Go, one arena',
      [],
      [`go.heap-arena heap ${4 * M}`, `go.heap-arena reservation ${60 * M}`],
      '+64 MiB: Go reserved the next heap arena (64 MiB), 4 MiB of it usable.',
    ],
    ['Go, many', [], [`go.heap-arena heap ${320 * M}`], '+320 MiB: Go reserved the next 5 heap arenas (64 MiB each).'],
    ['a file', [], [`file.shared file ${300 * M} data.bin`], '+300 MiB: one file mapped: data.bin.'],
    [
      'files',
      [],
      ['a', 'b', 'c', 'd', 'e'].map((name) => `file.shared file ${M} ${name}`),
      '+5 MiB: 5 files mapped: a, b, c and 2 more.',
    ],
    ['a file that goes', [`file.private file ${300 * M} data.bin`], [], '-300 MiB: one file unmapped: data.bin.'],
    [
      'a library',
      [],
      ['elf.text code 4096 libbig.so', 'elf.data data 64 libbig.so', `elf.bss data 1024`],
      '+5.06 MiB: libbig.so loaded.',
    ],
    ['a block', [], [`glibc.mmap-chunk heap ${258 * M}`], '+258 MiB: one mapping (258 MiB) mapped by malloc or mmap.'],
    [
      'a block merged into its neighbour',
      [`glibc.mmap-chunk heap ${M}`],
      [`glibc.mmap-chunk heap ${259 * M}`],
      '+258 MiB: memory mapped by malloc or mmap.',
    ],
    ['brk', [], [`libc.brk heap ${20 * M}`], '+20 MiB: the heap of malloc (brk) grew.'],
    ['a region with a noun', [], [`jvm.java-heap heap ${64 * M}`], '+64 MiB: the Java heap grew.'],
    ['a region without one', [`ruby.fiber-pool stack ${64 * M}`], [], "-64 MiB: stacks of Ruby's fibers shrank."],
    [
      'a reservation',
      [],
      [`app.reservation reservation ${M * M}`],
      '+1 GiB: one range (1 GiB) reserved by the program, inaccessible.',
    ],
  ];
  it.each(table)('%s', (_, before, after, sentence) => {
    expect(say(body([...BASE, ...before]), body([...BASE, ...after]))).toBe(sentence);
  });

  it('says for whom, when threads are counted', () => {
    const before = body(BASE, { threads: 1 });
    const after = body([...BASE, ...times(8, ...ARENA, ...STACK)], { threads: 9 });
    expect(say(before, after)).toBe(
      '+576 MiB: +512 MiB 8 glibc arenas (64 MiB each) for new threads, 4 MiB of it usable; +64 MiB stacks of 8 threads (8 MiB each).'
    );
  });

  it('says what blocks usually are in a runtime with a heap of its own', () => {
    const jvm = { runtimes: [{ name: 'jvm', version: '17', evidence: '' }] };
    const block = `glibc.mmap-chunk heap ${258 * M}`;
    expect(say(body([...BASE, block], jvm), body(BASE, jvm))).toBe(
      '-258 MiB: one mapping (258 MiB) unmapped by malloc or mmap, in a JVM usually direct buffers.'
    );
  });

  it('tells what went beside what came', () => {
    const before = body([...BASE, `glibc.mmap-chunk heap ${100 * M}`]);
    expect(say(before, body([...BASE, ...WASM]))).toBe('+9.9 GiB: one wasm memory (10 GiB), 4 MiB of it usable.');
    expect(say(before, body([...BASE, `file.shared file ${90 * M} f`]))).toBe(
      '-10 MiB: -100 MiB one mapping (100 MiB) unmapped by malloc or mmap; +90 MiB one file mapped: f.'
    );
  });

  it('counts what has a known size without the bodies of the layouts, and names nothing then', () => {
    expect(say(body(BASE), body([...BASE, ...times(8, ...ARENA)]), false)).toContain('8 glibc arenas (64 MiB each)');
    expect(say(body(BASE), body([...BASE, `file.shared file ${M} f`]), false)).toBe('+1 MiB: files mapped.');
    expect(say(body(BASE), body([...BASE, ...times(3, ...STACK)]), false)).toBe(
      '+24 MiB: stacks of three threads (8 MiB each).'
    );
  });

  it('equal layouts have no cause', () => {
    expect(causesOf(side(body(BASE)), side(body(BASE)))).toEqual([]);
  });
});

describe('without layouts, size and runtime give a hedged cause', () => {
  const table: ReadonlyArray<readonly [string, number, string, string | null]> = [
    ['node', 10 * GIB, 'wasm', 'one wasm memory (10 GiB)'],
    ['node', 30 * GIB - 4096, 'wasm', 'three wasm memories (10 GiB each)'],
    ['go', 128 * MIB, 'go.heap', 'Go reserved the next two heap arenas (64 MiB each)'],
    ['cpython', 8 * 64 * MIB, 'arenas', '8 glibc arenas (64 MiB each)'],
    ['cpython', 5 * (8 * MIB + 4096), 'threads', 'stacks of 5 threads (8 MiB each)'],
    ['cpython', 5 * (72 * MIB + 4096), 'threads', 'stacks of 5 threads'],
    ['beam', GIB, 'region', "Erlang's super carrier grew"],
    ['dotnet', 256 * GIB, 'region', "the .NET collector's range grew"],
    ['ghc', TIB, 'region', "GHC's heap reservation grew"],
    ['jvm', GIB, 'region', 'the compressed class space grew'],
  ];
  it.each(table)('%s, %d B: %s', (runtime, bytes, kind, words) => {
    const cause = guessCause(bytes, runtime);
    expect(cause).toMatchObject({ kind, bytes });
    const sentence = hedgedSentence(bytes, cause!);
    expect(sentence).toContain(`looks like ${words}`);
    expect(sentence).toMatch(/no layout covers that moment\.$/);
  });

  it.each([
    ['', 10 * GIB],
    ['node', 123 * MIB],
    ['go', 10 * GIB + 4096],
    ['go', 1],
    ['cpython', 0],
  ])('runtime %j, %d B: nothing to say', (runtime, bytes) => {
    expect(guessCause(bytes, runtime)).toBeNull();
  });
});

describe('inside a plateau', () => {
  const point = (
    fromMs: number,
    toMs: number,
    parts: Record<string, number>,
    more: Partial<LayoutPoint> = {}
  ): LayoutPoint => ({
    id: String(fromMs),
    fromMs,
    toMs,
    startMs: null,
    totalBytes: 0,
    parts: new Map(Object.entries(parts)),
    boundsOnly: false,
    ...more,
  });
  const go = (heap: number) => ({
    'go.heap-arena\theap': heap * MIB,
    'go.heap-arena\treservation': (1024 - heap) * MIB,
  });

  it('a reservation that turns into heap is told, and back', () => {
    const layouts = [point(0, 10, go(100)), point(11, 20, go(150)), point(21, 30, go(300))];
    expect(insideSentence(changesInside(layouts, 5, 25))).toBe(
      'Inside: the Go heap took 200 MiB out of its reservation.'
    );
    const back = [point(0, 10, go(300)), point(11, 20, go(100))];
    expect(insideSentence(changesInside(back, 0, 20))).toBe(
      'Inside: the Go heap gave 200 MiB back to its reservation.'
    );
  });

  it('nothing is told of what lies outside, of small changes, and of the kernel’s split alone', () => {
    const layouts = [point(0, 10, go(100)), point(11, 20, go(300))];
    expect(changesInside(layouts, 0, 9)).toEqual([]);
    expect(changesInside([point(0, 10, go(100)), point(11, 20, go(101))], 0, 20)).toEqual([]);
    expect(
      changesInside(
        layouts.map((one) => ({ ...one, boundsOnly: true })),
        0,
        20
      )
    ).toEqual([]);
    expect(insideSentence([])).toBe('');
  });
});
