/** Snapshot → what every byte of its address space is for. Pure; the sum of the categories is VmSize to the byte. */
import { SIGNATURES } from '../runtimes/registry';
import type { Mapping } from '../mapping/mapping';
import type { Signature } from '../runtimes/signature';
import type { Snapshot } from '../snapshot/snapshot';
import type { Address, Bytes } from '../units';
import { type Category, type CategoryBytes, emptyCategoryBytes } from './categories';
import { type Claim, type Confidence, type Runtime, type View, categoryOf, createView, isWhole } from './view';

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

const UNEXPLAINED: Claim = {
  region: 'unknown',
  category: 'unknown',
  inaccessible: 'unknown',
  confidence: 'guess',
  why: 'No signature and no rule claims it.',
};

function toRanges(view: View): AttributedRange[] {
  const ranges: AttributedRange[] = [];
  const { mappings, ledger } = view;
  for (let i = 0; i < mappings.length; i++) {
    const m = mappings[i]!;
    const entry = ledger[i];
    if (entry === undefined || isWhole(entry)) {
      ranges.push(rangeOf(m, i, m.start, m.end, entry ?? UNEXPLAINED));
      continue;
    }
    let at = m.start;
    for (const segment of entry) {
      if (segment.start > at) ranges.push(rangeOf(m, i, at, segment.start, UNEXPLAINED));
      ranges.push(rangeOf(m, i, segment.start, segment.end, segment.claim));
      at = segment.end;
    }
    if (at < m.end) ranges.push(rangeOf(m, i, at, m.end, UNEXPLAINED));
  }
  return ranges;
}

function rangeOf(m: Mapping, mapping: number, start: Address, end: Address, claim: Claim): AttributedRange {
  return {
    start,
    end,
    permissions: m.permissions,
    category: categoryOf(m, claim),
    region: claim.region,
    confidence: claim.confidence,
    why: claim.why,
    mapping,
  };
}

type Draft = { -readonly [K in keyof AttributedRegion]: AttributedRegion[K] } & { last: number };

function toRegions(ranges: readonly AttributedRange[]): AttributedRegion[] {
  // Two levels of maps instead of joined keys: region names are shared strings, and joining them costs more than all else.
  const byRegion = new Map<string, Draft[]>();
  let lastName = '';
  let drafts: Draft[] = [];
  for (const range of ranges) {
    if (range.region !== lastName) {
      lastName = range.region;
      const known = byRegion.get(lastName);
      drafts = known ?? [];
      if (!known) byRegion.set(lastName, drafts);
    }
    let draft = drafts.find((one) => one.category === range.category);
    if (!draft) {
      const { region, category, confidence, why } = range;
      draft = { region, category, bytes: 0, mappings: 0, confidence, why, last: -1 };
      drafts.push(draft);
    }
    draft.bytes += range.end - range.start;
    if (draft.last !== range.mapping) {
      draft.mappings++;
      draft.last = range.mapping;
    }
    if (range.confidence !== draft.confidence && WEAKNESS[range.confidence] > WEAKNESS[draft.confidence]) {
      draft.confidence = range.confidence;
    }
  }
  return [...byRegion.values()]
    .flat()
    .map(({ last: _last, ...region }) => region)
    .sort((a, b) => b.bytes - a.bytes || (a.region < b.region ? -1 : 1));
}
