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
type Draft = { -readonly [K in keyof AttributedRegion]: AttributedRegion[K] } & { last: number };

/** What became of one claim: a row for its accessible bytes and one for the others. */
interface Account {
  readonly claim: Claim;
  open: Draft | undefined;
  shut: Draft | undefined;
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
  return { ...sums.totals(), ranges: sums.ranges, runtimes: view.runtimes, view };
}

/** Thousands of ranges share a few claims, so sums are kept by claim. */
class Sums {
  readonly ranges: AttributedRange[] = [];
  private readonly accounts = new Map<Claim, Account>();
  private readonly drafts: Draft[] = [];
  private last: Account | undefined;

  /** Ranges come in ascending order. */
  add(m: Mapping, mapping: number, start: Address, end: Address, claim: Claim): void {
    const account = this.last?.claim === claim ? this.last : this.accountOf(claim);
    const draft = (isInaccessible(m) ? account.shut : account.open) ?? this.draftOf(m, account);
    const { category, region } = draft;
    const { confidence, why } = claim;
    this.ranges.push({ start, end, permissions: m.permissions, category, region, confidence, why, mapping });
    draft.bytes += end - start;
    if (draft.last !== mapping) {
      draft.mappings++;
      draft.last = mapping;
    }
  }

  totals(): Pick<Attribution, 'virtualBytes' | 'categories' | 'regions'> {
    const categories = emptyCategoryBytes();
    let virtualBytes = 0;
    for (const { category, bytes } of this.drafts) {
      categories[category] += bytes;
      virtualBytes += bytes;
    }
    const regions = this.drafts
      .map(({ region, category, bytes, mappings, confidence, why }) => ({
        region,
        category,
        bytes,
        mappings,
        confidence,
        why,
      }))
      .sort((a, b) => b.bytes - a.bytes || (a.region < b.region ? -1 : 1));
    return { virtualBytes, categories, regions };
  }

  private accountOf(claim: Claim): Account {
    let account = this.accounts.get(claim);
    if (!account) {
      account = { claim, open: undefined, shut: undefined };
      this.accounts.set(claim, account);
    }
    this.last = account;
    return account;
  }

  private draftOf(m: Mapping, account: Account): Draft {
    const { region, confidence, why } = account.claim;
    const category = categoryOf(m, account.claim);
    let draft = this.drafts.find((one) => one.region === region && one.category === category);
    if (!draft) {
      draft = { region, category, bytes: 0, mappings: 0, confidence, why, last: -1 };
      this.drafts.push(draft);
    } else if (WEAKNESS[confidence] > WEAKNESS[draft.confidence]) {
      draft.confidence = confidence;
    }
    if (isInaccessible(m)) account.shut = draft;
    else account.open = draft;
    return draft;
  }
}
