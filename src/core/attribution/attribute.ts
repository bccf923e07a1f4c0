/** Snapshot → what every byte of its address space is for. Pure; the sum of the categories is VmSize to the byte. */
import { SIGNATURES } from '../runtimes/registry';
import { type Mapping, isInaccessible } from '../mapping/mapping';
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

const UNEXPLAINED: Claim = {
  region: 'unknown',
  category: 'unknown',
  inaccessible: 'unknown',
  confidence: 'guess',
  why: 'No signature and no rule claims it.',
};

/** Region and category: what ranges are summed up by. */
type Draft = { -readonly [K in keyof AttributedRegion]: AttributedRegion[K] };

/** What became of one claim: a row for its accessible bytes and one for the others. */
interface Account {
  open: Row | null;
  shut: Row | null;
}

interface Row {
  readonly draft: Draft;
  /** The mapping that was counted last: a mapping counts once, however it is cut. */
  last: number;
}

export function attribute(snapshot: Snapshot, signatures: readonly Signature[] = SIGNATURES): Attribution {
  const view = createView(snapshot);
  for (const signature of signatures) signature.claim(view);
  const sums = new Sums();
  const { mappings, ledger } = view;
  for (let i = 0; i < mappings.length; i++) {
    const m = mappings[i]!;
    const entry = ledger[i];
    if (entry === undefined || isWhole(entry)) {
      sums.add(m, i, m.start, m.end, entry ?? UNEXPLAINED);
      continue;
    }
    let at = m.start;
    for (const segment of entry) {
      if (segment.start > at) sums.add(m, i, at, segment.start, UNEXPLAINED);
      sums.add(m, i, segment.start, segment.end, segment.claim);
      at = segment.end;
    }
    if (at < m.end) sums.add(m, i, at, m.end, UNEXPLAINED);
  }
  return sums.attribution(view);
}

/** Thousands of ranges share a few claims, so sums are kept by claim. */
class Sums {
  private readonly ranges: AttributedRange[] = [];
  private readonly accounts = new Map<Claim, Account>();
  private readonly rows: Row[] = [];
  private lastClaim: Claim | null = null;
  private lastAccount: Account = { open: null, shut: null };

  /** Ranges come in ascending order. */
  add(m: Mapping, mapping: number, start: Address, end: Address, claim: Claim): void {
    const account = this.lastClaim === claim ? this.lastAccount : this.accountOf(claim);
    const row = (isInaccessible(m) ? account.shut : account.open) ?? this.rowOf(m, claim, account);
    const { draft } = row;
    const { category, region } = draft;
    const { confidence, why } = claim;
    this.ranges.push({ start, end, permissions: m.permissions, category, region, confidence, why, mapping });
    draft.bytes += end - start;
    if (row.last !== mapping) {
      draft.mappings++;
      row.last = mapping;
    }
  }

  attribution(view: View): Attribution {
    const categories = emptyCategoryBytes();
    const regions: Draft[] = [];
    let virtualBytes = 0;
    for (const { draft } of this.rows) {
      categories[draft.category] += draft.bytes;
      virtualBytes += draft.bytes;
      regions.push(draft);
    }
    regions.sort((a, b) => b.bytes - a.bytes || (a.region < b.region ? -1 : 1));
    return { virtualBytes, categories, regions, ranges: this.ranges, runtimes: view.runtimes, view };
  }

  private accountOf(claim: Claim): Account {
    let account = this.accounts.get(claim);
    if (!account) {
      account = { open: null, shut: null };
      this.accounts.set(claim, account);
    }
    this.lastClaim = claim;
    this.lastAccount = account;
    return account;
  }

  private rowOf(m: Mapping, claim: Claim, account: Account): Row {
    const row = this.sharedRow(claim, categoryOf(m, claim));
    if (WEAKNESS[claim.confidence] > WEAKNESS[row.draft.confidence]) row.draft.confidence = claim.confidence;
    if (isInaccessible(m)) account.shut = row;
    else account.open = row;
    return row;
  }

  private sharedRow({ region, confidence, why }: Claim, category: Category): Row {
    for (const row of this.rows) {
      if (row.draft.region === region && row.draft.category === category) return row;
    }
    const row = { draft: { region, category, bytes: 0, mappings: 0, confidence, why }, last: -1 };
    this.rows.push(row);
    return row;
  }
}
