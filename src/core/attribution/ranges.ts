/** The ledger of a view as a list of ranges: one for each mapping, or for each part of one that is claimed in parts. */
import type { Mapping } from '../mapping/mapping';
import type { Address } from '../units';
import type { Category } from './categories';
import { type Claim, type Confidence, type Segment, type View, categoryOf, isWhole } from './view';

export interface AttributedRange {
  readonly start: Address;
  readonly end: Address;
  readonly permissions: string;
  readonly category: Category;
  readonly region: string;
  readonly confidence: Confidence;
  readonly why: string;
  /** Index into `View.mappings`: name, resident and flags are the mapping's. */
  readonly mapping: number;
}

export const UNEXPLAINED: Claim = {
  region: 'unknown',
  category: 'unknown',
  inaccessible: 'unknown',
  confidence: 'guess',
  why: 'No signature and no rule claims it.',
};

/** The parts that a mapping is claimed in, with the gaps between them: ascending, and together the mapping. */
export function tilesOf(m: Mapping, segments: readonly Segment[]): Segment[] {
  const tiles: Segment[] = [];
  let at = m.start;
  for (const segment of segments) {
    if (segment.start > at) tiles.push({ start: at, end: segment.start, claim: UNEXPLAINED });
    tiles.push(segment);
    at = segment.end;
  }
  if (at < m.end) tiles.push({ start: at, end: m.end, claim: UNEXPLAINED });
  return tiles;
}

/** @returns ascending; together they tile the mappings */
export function listRanges({ mappings, ledger }: View): AttributedRange[] {
  const ranges: AttributedRange[] = [];
  const add = (mapping: number, start: Address, end: Address, claim: Claim): void => {
    const m = mappings[mapping]!;
    const { permissions } = m;
    const { region, confidence, why } = claim;
    ranges.push({ start, end, permissions, category: categoryOf(m, claim), region, confidence, why, mapping });
  };
  for (let i = 0; i < mappings.length; i++) {
    const m = mappings[i]!;
    const entry = ledger[i] ?? UNEXPLAINED;
    if (isWhole(entry)) add(i, m.start, m.end, entry);
    else for (const { start, end, claim } of tilesOf(m, entry)) add(i, start, end, claim);
  }
  return ranges;
}
