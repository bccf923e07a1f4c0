import { describe, expect, it } from 'vitest';
import { releaseOf } from '../../../src/core/runtimes/jvm/facts';
import { type TableKind, isChunks, largeTableWithin, tablesWithin } from '../../../src/core/runtimes/jvm/tables';
import { GIB, KIB, MIB } from '../../../src/core/units';
import { type Piece, at, attributed, bytesOf } from './build';
import { contiguous, inOrder, withoutFlags } from './contiguous';

const LIBJVM = '/opt/jdk/java-17-openjdk-amd64/lib/server/libjvm.so';
const ARCHIVE = '/opt/jdk/java-17-openjdk-amd64/lib/server/classes.jsa';
const LIB = contiguous(
  0x7f1b00000000,
  [2000, 'r--p', LIBJVM],
  [9000, 'r-xp', LIBJVM],
  [900, 'r--p', LIBJVM],
  [200, 'rw-p', LIBJVM]
);

/** A heap of 1 GiB, 252 MiB of it committed, that ends at 4 GiB. */
const HEAP = contiguous(0xc0000000, [258048, 'rw-p'], [790528, '---p', 'nr']);
const CLASSES = contiguous(
  0x7f0057000000,
  [12912, 'rw-p', ARCHIVE],
  [3472, '---p', 'nr'],
  [384, 'rw-p'],
  [128, '---p', 'nr'],
  [576, 'rw-p'],
  [1047488, '---p', 'nr']
);
const METASPACE = contiguous(
  0x7f0004000000,
  [1280, 'rw-p'],
  [2816, '---p', 'nr'],
  [3264, 'rw-p'],
  [58176, '---p', 'nr']
);
const CODE = contiguous(
  0x7f0100000000,
  [2496, 'rwxp'],
  [117536, '---p', 'nr'],
  [2496, 'rwxp'],
  [3196, '---p', 'nr'],
  [2496, 'rwxp'],
  [117540, '---p', 'nr']
);
const SEGMENT_MAP = contiguous(0x7f0120000000, [2056 + 20, 'rw-p'], [920, '---p', 'nr']);
/** G1: 1 GiB / 512. */
const CARDS = contiguous(0x7f0130000000, [504, 'rw-p'], [1544, '---p', 'nr']);
const ARENA = contiguous(0x7f0008000000, [132, 'rw-p'], [65404, '---p']);
const THREADS = contiguous(
  0x7f0140000000,
  [16, '---p'],
  [1008, 'rw-p', 'nh'],
  [16, '---p'],
  [1008, 'rw-p', 'nh'],
  [4, '---p', 'nh'],
  [1024, 'rw-p', 'nh']
);
const PAGES = contiguous(0x7f0150000000, [4, '---p'], [4, 'r--p'], [4, '---p']);
const COUNTERS = contiguous(0x7f0160000000, [32, 'rw-s', '/tmp/hsperfdata_app/4711']);

const everything = inOrder(HEAP, METASPACE, ARENA, CLASSES, CODE, SEGMENT_MAP, CARDS, THREADS, PAGES, COUNTERS, LIB);

describe('a HotSpot process', () => {
  for (const [name, pieces] of [
    ['with smaps', everything],
    ['with maps alone', withoutFlags(everything)],
  ] as Array<[string, Piece[]]>) {
    it(`is taken apart ${name}`, () => {
      const answer = attributed(pieces);
      expect(answer.runtimes).toMatchObject([{ name: 'jvm', version: '17' }]);
      expect(at(answer, 0xc0000000)).toBe('jvm.java-heap heap');
      expect(at(answer, 0xffffffff)).toBe('jvm.java-heap reservation');
      expect(at(answer, 0x7f0057000000)).toBe('jvm.cds-archive metadata');
      expect(at(answer, 0x7f0057ffffff)).toBe('jvm.cds-archive reservation');
      expect(bytesOf(answer, 'jvm.class-space')).toBe(GIB);
      expect(bytesOf(answer, 'jvm.metaspace')).toBe(64 * MIB);
      expect(bytesOf(answer, 'jvm.code-cache')).toBe(240 * MIB + 940 * KIB);
      expect(at(answer, 0x7f0130000000)).toBe('jvm.gc-structures metadata');
      expect(at(answer, 0x7f0008000000)).toBe('glibc.arena heap');
      expect(at(answer, 0x7f0140000000)).toBe('jvm.thread-stack guard');
      expect(at(answer, 0x7f0140004000)).toBe('jvm.thread-stack stack');
      expect(at(answer, 0x7f0140200000)).toBe('glibc.thread-stack guard');
      expect(at(answer, 0x7f0140201000)).toBe('jvm.thread-stack stack');
      expect(at(answer, 0x7f0150001000)).toBe('jvm.safepoint-page metadata');
      expect(at(answer, 0x7f0150002000)).toBe('jvm.internal reservation');
      expect(at(answer, 0x7f0160000000)).toBe('jvm.internal metadata');
    });
  }

  it('leaves the malloc chunk below a segment map to malloc', () => {
    const answer = attributed(everything);
    expect(at(answer, 0x7f0120000000)).not.toContain('jvm.');
    expect(at(answer, 0x7f0120000000 + 2056 * KIB)).toBe('jvm.code-cache code');
  });

  it('is not seen without libjvm.so', () => {
    const answer = attributed(inOrder(HEAP, METASPACE, CODE, THREADS));
    expect(answer.runtimes).toEqual([]);
    expect(answer.regions.filter((one) => one.region.startsWith('jvm.'))).toEqual([]);
  });
});

describe('heaps', () => {
  it('counts every accessible ZGC view as heap and the room around it as reservation', () => {
    const view = (start: number): Piece[] =>
      contiguous(start, [262144, 'rw-s', '/memfd:java_heap (deleted)'], [3932160, '---p', 'nr']);
    const answer = attributed(inOrder(view(0x40000000000), view(0x80000000000), LIB));
    expect(at(answer, 0x40000000000)).toBe('jvm.java-heap heap');
    expect(at(answer, 0x800ffffffff)).toBe('jvm.java-heap reservation');
  });

  it('separates the class space of JDK 8, which touches the heap', () => {
    const pieces = contiguous(
      0xc0000000,
      [258048, 'rw-p'],
      [790528, '---p', 'nr'],
      [1408, 'rw-p'],
      [1047168, '---p', 'nr']
    );
    const answer = attributed(inOrder(pieces, LIB));
    expect(at(answer, 0x100000000)).toBe('jvm.class-space metadata');
    expect(bytesOf(answer, 'jvm.java-heap')).toBe(GIB);
  });

  it('finds a heap above 32 GiB by -Xmx, two generations side by side', () => {
    const pieces = contiguous(
      0x7e0000000000,
      [258048, 'rw-p'],
      [15360, '---p', 'nr'],
      [129024, 'rw-p'],
      [7168, '---p', 'nr']
    );
    const answer = attributed(inOrder(pieces, LIB), { cmdline: ['java', '-Xmx400m', '-XX:-UseCompressedOops', 'App'] });
    expect(bytesOf(answer, 'jvm.java-heap')).toBe(400 * MIB);
  });
});

describe('stacks', () => {
  it('takes merged stacks without guard mappings by VmFlags gu', () => {
    const merged = contiguous(0x7f0140000000, [7196, 'rw-p', 'gu nh']);
    expect(bytesOf(attributed(inOrder(merged, LIB)), 'jvm.thread-stack')).toBe(7196 * KIB);
  });

  it('cuts a stack that an old kernel merged with a chunk, at the size of the other stacks', () => {
    const stacks = contiguous(
      0x7f0140000000,
      [16, '---p', ''],
      [1008, 'rw-p'],
      [16, '---p'],
      [1008, 'rw-p'],
      [16, '---p'],
      [1008 + 516, 'rw-p']
    );
    const answer = attributed(inOrder(stacks, LIB));
    expect(bytesOf(answer, 'jvm.thread-stack')).toBe(3 * MIB);
  });

  it('of native libraries have the default size of the C library', () => {
    const native = contiguous(0x7f0170000000, [4, '---p'], [8192, 'rw-p'], [4, '---p'], [8192, 'rw-p']);
    const answer = attributed(withoutFlags(inOrder(everything, native)));
    expect(at(answer, 0x7f0170001000)).toBe('glibc.thread-stack stack');
    expect(at(answer, 0x7f0170000000 + 16388 * KIB)).toBe('glibc.thread-stack stack');
  });

  it('of two sizes are both taken whole, also when nothing but their size tells them', () => {
    const pair = (kib: number): Array<[number, string]> => [
      [16, '---p'],
      [kib - 16, 'rw-p'],
    ];
    const pairs = [1024, 1024, 1024, 1024, 8192, 8192, 8192].flatMap(pair);
    const answer = attributed(inOrder(contiguous(0x7f0140000000, ...pairs), LIB));
    expect(bytesOf(answer, 'jvm.thread-stack')).toBe(28 * MIB);
  });

  it('end where a metaspace node or an arena begins that they merged with', () => {
    const others = contiguous(
      0x7f0140000000,
      ...Array.from({ length: 3 }, (): Array<[number, string]> => [
        [16, '---p'],
        [8176, 'rw-p'],
      ]).flat()
    );
    const belowNode = contiguous(
      0x7f0003800000,
      [16, '---p'],
      [8176 + 1280, 'rw-p'],
      [2816, '---p', 'nr'],
      [3264, 'rw-p'],
      [58176, '---p', 'nr']
    );
    const belowArena = contiguous(0x7f001b800000, [16, '---p'], [8176 + 132, 'rw-p'], [65404, '---p']);
    const answer = attributed(inOrder(HEAP, CLASSES, others, belowNode, belowArena, LIB));
    expect(bytesOf(answer, 'jvm.thread-stack')).toBe(40 * MIB);
    expect(bytesOf(answer, 'jvm.metaspace')).toBe(64 * MIB);
    expect(bytesOf(answer, 'glibc.arena')).toBe(64 * MIB);
  });

  it('takes what is left of a mapping that the class space had the rest of', () => {
    const classes = contiguous(
      0x7f0056000000,
      [12912, 'rw-p', ARCHIVE],
      [3472, '---p', 'nr'],
      [384, 'rw-p'],
      [128, '---p', 'nr'],
      [576, 'rw-p'],
      [1047488 + 16, '---p', 'nr'],
      [1008, 'rw-p', 'nh']
    );
    const answer = attributed(inOrder(HEAP, classes, METASPACE, THREADS, LIB));
    expect(at(answer, 0x7f0097000000 - 4096)).toBe('jvm.class-space reservation');
    expect(at(answer, 0x7f0097000000)).toBe('jvm.thread-stack guard');
    expect(at(answer, 0x7f0097004000)).toBe('jvm.thread-stack stack');
  });

  it('cuts the zones off the tail of an arena that they merged with', () => {
    const pieces = contiguous(
      0x7f0008000000,
      [132, 'rw-p'],
      [65404 + 16, '---p'],
      [1008, 'rw-p', 'nh'],
      [16, '---p'],
      [1008, 'rw-p', 'nh']
    );
    const answer = attributed(inOrder(pieces, LIB));
    expect(bytesOf(answer, 'glibc.arena')).toBe(64 * MIB);
    expect(at(answer, 0x7f000c000000)).toBe('jvm.thread-stack guard');
  });
});

describe('fully committed tables', () => {
  const kinds = (...kib: number[]): TableKind[] => kib.map((size) => ({ bytes: size * KIB, most: 4 }));

  it('are not more than a collector has: buffers of the program can be any sum of small ones', () => {
    const start = 0x7f0100032000;
    // 128 MiB of heap; nine direct buffers.
    expect(tablesWithin(start, start + 11520 * KIB, kinds(256, 2048, 4096), false)).toBeNull();
  });

  it('are the high end of a stretch that is not much larger', () => {
    const end = 0x7f637c237000;
    // 6028 MiB of heap: a bitmap of 1/32, its summary data and a chunk below it.
    expect(largeTableWithin(end - 194204 * KIB, end, [192896 * KIB])).toEqual({ start: end - 192896 * KIB, end });
    expect(largeTableWithin(end - 300000 * KIB, end, [192896 * KIB])).toBeNull();
  });

  it('are cut from malloc chunks by their size', () => {
    const start = 0x7f0100032000;
    // 300 MiB of heap: two bitmaps and a card table, then two chunks of 1 MiB and a page.
    const found = tablesWithin(start, start + (4800 * 2 + 600 + 2056) * KIB, kinds(4800, 600), false);
    expect(found).toEqual({ start, end: start + 10200 * KIB });
  });

  const resident = (start: number, size: number, rss: number): Piece => ({
    start,
    size,
    permissions: 'rw-p',
    flags: '',
    rss,
  });

  it('are not seen in resident buffers of whole MiB', () => {
    const size = 21 * MIB + 12 * KIB;
    const start = 0x7f00e448a000;
    expect(bytesOf(attributed(inOrder(everything, [resident(start, size, size)])), 'glibc.mmap-chunk')).toBeGreaterThan(
      size
    );
    expect(at(attributed(inOrder(everything, [resident(start, size, 0)])), start)).toBe('jvm.gc-structures metadata');
  });

  it('leave the mark stack alone above a resident buffer', () => {
    const start = 0x7f00e5aff000;
    const answer = attributed(inOrder(everything, [resident(start, 37 * MIB + 4 * KIB, 5 * MIB + 4 * KIB)]));
    expect(at(answer, start)).toBe('glibc.mmap-chunk heap');
    expect(at(answer, 0x7f00e6000000)).toBe('jvm.gc-structures metadata');
  });

  it('are not seen in a buffer of whole MiB', () => {
    const end = 0x7f0104000000;
    expect(tablesWithin(end - 49156 * KIB, end, kinds(16384, 2048), false)).toBeNull();
    expect(isChunks(49156 * KIB)).toBe(false);
    expect(isChunks((1028 * 9 + 132) * KIB)).toBe(true);
  });
});

describe('the release', () => {
  it.each([
    ['/usr/lib/jvm/java-8-openjdk-amd64/jre/lib/amd64/server/libjvm.so', 8],
    ['/usr/lib/jvm/jdk1.8.0_402/jre/lib/amd64/server/libjvm.so', 8],
    ['/usr/lib/jvm/temurin-25-jdk-amd64/lib/server/libjvm.so', 25],
    ['/opt/jdk-21.0.2/lib/server/libjvm.so', 21],
    ['/opt/java/openjdk/lib/server/libjvm.so', null],
  ])('of %s is %s', (path, release) => {
    expect(releaseOf(path)).toBe(release);
  });
});

describe('a class space without an archive', () => {
  const library = contiguous(0x7f1c48000000, [20000, 'r-xp', '/opt/java/lib/server/libjvm.so']);

  it('lies above a heap that ends at 4 GiB, and merges with it when that is all in use', () => {
    const low = contiguous(
      0xfc000000,
      [65536 + 640, 'rw-p', ''],
      [128, '---p', 'nr'],
      [64, 'rw-p', ''],
      [1047744, '---p', 'nr']
    );
    const answer = attributed(inOrder(low, library));
    expect(bytesOf(answer, 'jvm.java-heap')).toBe(64 * MIB);
    expect(bytesOf(answer, 'jvm.class-space')).toBe(GIB);
    expect(at(answer, 0x100000000)).toBe('jvm.class-space metadata');
  });

  it('may have another size', () => {
    const low = contiguous(
      0x5c0000000,
      [1179648, 'rw-p', ''],
      [8257536, '---p', 'nr'],
      [704, 'rw-p', ''],
      [212288, '---p', 'nr']
    );
    const answer = attributed(inOrder(low, library));
    expect(bytesOf(answer, 'jvm.class-space')).toBe(212992 * KIB);
  });

  it('is not a heap that crosses 4 GiB', () => {
    const low = contiguous(0x80000000, [1048576, 'rw-p', ''], [28311552, '---p', 'nr']);
    const answer = attributed(inOrder(low, library));
    expect(bytesOf(answer, 'jvm.class-space')).toBe(0);
    expect(bytesOf(answer, 'jvm.java-heap')).toBe(28 * GIB);
  });

  it('begins with a page that catches null since JDK 24', () => {
    const space = contiguous(0x86000000, [64, '---p', 'nr'], [1088, 'rw-p', ''], [1047424, '---p', 'nr']);
    const heap = contiguous(0xe0000000, [385792, 'rw-p', ''], [138496, '---p', 'nr']);
    const answer = attributed(inOrder(space, heap, library));
    expect(bytesOf(answer, 'jvm.class-space')).toBe(GIB);
    expect(bytesOf(answer, 'jvm.java-heap')).toBe(512 * MIB);
  });
});

describe('a metaspace node with one hole', () => {
  const library = contiguous(0x7f1c48000000, [20000, 'r-xp', '/opt/java/lib/server/libjvm.so']);
  const arena = contiguous(0x7f1c00000000, [4224, 'rw-p', 'nr'], [61312, '---p', 'nr']);

  it('was mapped anew where it is open; an arena of malloc was not', () => {
    const node = contiguous(0x7f1c10000000, [6464, 'rw-p', ''], [59072, '---p', 'nr']);
    const answer = attributed(inOrder(arena, node, library));
    expect(at(answer, 0x7f1c10000000)).toBe('jvm.metaspace metadata');
    expect(at(answer, 0x7f1c00000000)).toBe('glibc.arena heap');
  });
});

describe('tables that mirror the heap', () => {
  it('have its holes, 32 times smaller', () => {
    const library = contiguous(0x7f1c48000000, [20000, 'r-xp', '/opt/java/lib/server/libjvm.so']);
    const set = contiguous(0x1000, [4, 'rw-p', ''], [8, '---p', 'nr'], [4, 'rw-p', '']);
    const heap = contiguous(
      0xe0000000,
      [385792, 'rw-p', ''],
      [17408, '---p', 'nr'],
      [94720, 'rw-p', ''],
      [26368, '---p', 'nr']
    );
    const bitmap = contiguous(
      0x7f7107000000,
      [12056, 'rw-p', ''],
      [544, '---p', 'nr'],
      [2960, 'rw-p', ''],
      [824, '---p', 'nr']
    );
    const answer = attributed(inOrder(set, heap, bitmap, library));
    expect(at(answer, 0x7f7107000000)).toBe('jvm.gc-structures metadata');
    expect(at(answer, 0x7f7107000000 + 14 * MIB)).toBe('jvm.gc-structures metadata');
    expect(bytesOf(answer, 'jvm.java-heap')).toBe(512 * MIB);
  });
});
