/** Snapshot → what every byte of its address space is for. Pure; the sum of the categories is VmSize to the byte. */
import { SIGNATURES } from '../runtimes/registry';
import type { Signature } from '../runtimes/signature';
import type { Snapshot } from '../snapshot/snapshot';
import type { Address, Bytes } from '../units';
import { type Category, type CategoryBytes, emptyCategoryBytes } from './categories';
import { type Confidence, type Runtime, type View, categoryOf, createView } from './view';

export interface AttributedRange {
  readonly start: Address;
  readonly end: Address;
  readonly permissions: string;
  readonly category: Category;
  readonly region: string;
  readonly confidence: Confidence;
  readonly why: string;
  /** Index into `Attribution.view.mappings`: name, resident and flags are the mapping's. */
  readonly mapping: number;
}

export interface AttributedRegion {
  readonly region: string;
  readonly category: Category;
  readonly bytes: Bytes;
  /** Mappings that hold a part of it. */
  readonly mappings: number;
  /** The weakest confidence of its parts. */
  readonly confidence: Confidence;
  readonly why: string;
}

export interface Attribution {
  readonly virtualBytes: Bytes;
  readonly categories: CategoryBytes;
  /** Largest first. */
  readonly regions: readonly AttributedRegion[];
  /** Ascending; together they tile the mappings. */
  readonly ranges: readonly AttributedRange[];
  readonly runtimes: readonly Runtime[];
  readonly view: View;
}

const WEAKNESS: Readonly<Record<Confidence, number>> = { certain: 0, likely: 1, guess: 2 };

export function attribute(snapshot: Snapshot, signatures: readonly Signature[] = SIGNATURES): Attribution {
  const view = createView(snapshot);
  for (const signature of signatures) signature.claim(view);
  const ranges = toRanges(view);
  const categories = emptyCategoryBytes();
  let virtualBytes = 0;
  for (const range of ranges) {
    categories[range.category] += range.end - range.start;
    virtualBytes += range.end - range.start;
  }
  return { virtualBytes, categories, regions: toRegions(ranges), ranges, runtimes: view.runtimes, view };
}

function toRanges(view: View): AttributedRange[] {
  const ranges: AttributedRange[] = [];
  view.mappings.forEach((m, mapping) => {
    const unexplained = (start: Address, end: Address): void => {
      ranges.push({
        start,
        end,
        permissions: m.permissions,
        category: 'unknown',
        region: 'unknown',
        confidence: 'guess',
        why: 'No signature and no rule claims it.',
        mapping,
      });
    };
    let at = m.start;
    for (const segment of view.ledger[mapping] ?? []) {
      if (segment.start > at) unexplained(at, segment.start);
      ranges.push({
        start: segment.start,
        end: segment.end,
        permissions: m.permissions,
        category: categoryOf(m, segment.claim),
        region: segment.claim.region,
        confidence: segment.claim.confidence,
        why: segment.claim.why,
        mapping,
      });
      at = segment.end;
    }
    if (at < m.end) unexplained(at, m.end);
  });
  return ranges;
}

function toRegions(ranges: readonly AttributedRange[]): AttributedRegion[] {
  const byKey = new Map<string, { -readonly [K in keyof AttributedRegion]: AttributedRegion[K] } & { last: number }>();
  for (const range of ranges) {
    const key = `${range.region}\t${range.category}`;
    const region = byKey.get(key);
    if (!region) {
      byKey.set(key, {
        region: range.region,
        category: range.category,
        bytes: range.end - range.start,
        mappings: 1,
        confidence: range.confidence,
        why: range.why,
        last: range.mapping,
      });
      continue;
    }
    region.bytes += range.end - range.start;
    if (region.last !== range.mapping) {
      region.mappings++;
      region.last = range.mapping;
    }
    if (WEAKNESS[range.confidence] > WEAKNESS[region.confidence]) region.confidence = range.confidence;
  }
  return [...byKey.values()]
    .map(({ last: _last, ...region }) => region)
    .sort((a, b) => b.bytes - a.bytes || (a.region < b.region ? -1 : 1));
}
