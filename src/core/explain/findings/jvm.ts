/** Questions "ZGC shows three times the memory" and "reserved by the JVM, but not committed". */
import type { Layout } from '../../snapshot/layout';
import { GIB, MIB } from '../../units';
import { type Finding, finding } from '../finding';
import { titleOf } from '../names';
import { sumBy, sumOf } from '../survey';

const HEAP = 'jvm.java-heap';
/** The views of one ZGC heap lie at 4, 8 and 16 TiB; nothing else of a JVM lies that far apart inside one region. */
const BETWEEN_VIEWS = 1024 * GIB;
const WORTH_SAYING = 64 * MIB;

export function jvmFindings(layout: Layout): Finding[] {
  const heap = sumOf(layout, (r) => r.region === HEAP);
  if (heap.bytes === 0) return [];
  const reserved = sumOf(layout, (r) => r.region === HEAP && r.category === 'reservation').bytes;
  const words = { runtime: titleOf(layout.runtimes, 'jvm') };
  const numbers = { reserved, committed: heap.bytes - reserved };
  const isZgc = layout.ranges.some((r) => r.region === HEAP && r.name.includes('java_heap'));
  const findings: Finding[] = [];
  if (isZgc) {
    findings.push(
      finding('jvm.zgc', 'info', heap.bytes, {
        regions: [HEAP],
        numbers: { ...numbers, views: viewsOf(layout) },
        words,
      })
    );
  } else if (reserved > 0) {
    findings.push(finding('jvm.heap', 'info', heap.bytes, { regions: [HEAP], numbers, words }));
  }
  const isSpace = (region: string): boolean => region.startsWith('jvm.') && region !== HEAP;
  const spaces = sumBy(layout.ranges, (r) => (r.category === 'reservation' && isSpace(r.region) ? r.region : null));
  const bytes = spaces.reduce((sum, space) => sum + space.bytes, 0);
  if (bytes >= WORTH_SAYING) {
    const largest = spaces[0]!;
    findings.push(
      finding('jvm.spaces', 'info', bytes, {
        regions: spaces.map((space) => space.key),
        numbers: { largest: largest.bytes },
        words: { ...words, largest: largest.key },
      })
    );
  }
  return findings;
}

function viewsOf(layout: Layout): number {
  let views = 0;
  let between = Infinity;
  for (const range of layout.ranges) {
    between += range.gap;
    if (range.region === HEAP) {
      if (between >= BETWEEN_VIEWS) views++;
      between = 0;
    } else {
      between += range.size;
    }
  }
  return views;
}
