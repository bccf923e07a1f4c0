/** Snapshot → what every byte of its address space is for. Pure; the sum of the categories is VmSize to the byte. */
import { SIGNATURES } from '../runtimes/registry';
import { type Mapping, isInaccessible } from '../mapping/mapping';
import type { Signature } from '../runtimes/signature';
import type { Snapshot } from '../snapshot/snapshot';
import type { Address, Bytes } from '../units';
import { type Category, type CategoryBytes, emptyCategoryBytes } from './categories';
import {
  type Claim,
  type Confidence,
  type Runtime,
  type Segment,
  type View,
  categoryOf,
  createView,
  isWhole,
} from './view';

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

/** A region and a category: what ranges are summed up by. */
type Row = { -readonly [K in keyof AttributedRegion]: AttributedRegion[K] };

/** The rows of one claim: of its accessible bytes and of the others. */
interface Account {
  open: Row | null;
  shut: Row | null;
}

export function attribute(snapshot: Snapshot, signatures: readonly Signature[] = SIGNATURES): Attribution {
  const view = createView(snapshot);
  for (const signature of signatures) signature.claim(view);
  const { mappings, ledger } = view;
  const ranges: AttributedRange[] = [];
  const sums = createSums();
  let last: Claim | null = null;
  let account: Account = { open: null, shut: null };
  for (let i = 0; i < mappings.length; i++) {
    const m = mappings[i]!;
    const entry = ledger[i];
    if (entry !== undefined && !isWhole(entry)) {
      addParts(m, i, entry, ranges, sums);
      continue;
    }
    const claim = entry ?? UNEXPLAINED;
    if (claim !== last) {
      account = sums.accountOf(claim);
      last = claim;
    }
    const { start, end, permissions } = m;
    const row = (isInaccessible(m) ? account.shut : account.open) ?? sums.rowOf(m, claim, account);
    row.bytes += end - start;
    row.mappings++;
    const { category, region } = row;
    const { confidence, why } = claim;
    ranges.push({ start, end, permissions, category, region, confidence, why, mapping: i });
  }
  const { virtualBytes, categories, regions } = sums.totals();
  return { virtualBytes, categories, regions, ranges, runtimes: view.runtimes, view };
}

/** A mapping that several claims share, or that is claimed in part. */
function addParts(
  m: Mapping,
  mapping: number,
  segments: readonly Segment[],
  ranges: AttributedRange[],
  sums: Sums
): void {
  // A mapping counts once in each row, however it is cut.
  const counted: Row[] = [];
  const add = (start: Address, end: Address, claim: Claim): void => {
    const account = sums.accountOf(claim);
    const row = (isInaccessible(m) ? account.shut : account.open) ?? sums.rowOf(m, claim, account);
    row.bytes += end - start;
    if (!counted.includes(row)) {
      row.mappings++;
      counted.push(row);
    }
    const { category, region } = row;
    const { confidence, why } = claim;
    ranges.push({ start, end, permissions: m.permissions, category, region, confidence, why, mapping });
  };
  let at = m.start;
  for (const segment of segments) {
    if (segment.start > at) add(at, segment.start, UNEXPLAINED);
    add(segment.start, segment.end, segment.claim);
    at = segment.end;
  }
  if (at < m.end) add(at, m.end, UNEXPLAINED);
}

interface Sums {
  accountOf(claim: Claim): Account;
  /** The row that the account still lacks. */
  rowOf(m: Mapping, claim: Claim, account: Account): Row;
  totals(): Pick<Attribution, 'virtualBytes' | 'categories' | 'regions'>;
}

/** Thousands of ranges share a few claims, so rows are looked up by claim. */
function createSums(): Sums {
  const accounts = new Map<Claim, Account>();
  const rows: Row[] = [];

  const sharedRow = ({ region, confidence, why }: Claim, category: Category): Row => {
    for (const row of rows) if (row.region === region && row.category === category) return row;
    const row: Row = { region, category, bytes: 0, mappings: 0, confidence, why };
    rows.push(row);
    return row;
  };

  return {
    accountOf(claim) {
      let account = accounts.get(claim);
      if (!account) {
        account = { open: null, shut: null };
        accounts.set(claim, account);
      }
      return account;
    },
    rowOf(m, claim, account) {
      const row = sharedRow(claim, categoryOf(m, claim));
      if (WEAKNESS[claim.confidence] > WEAKNESS[row.confidence]) row.confidence = claim.confidence;
      if (isInaccessible(m)) account.shut = row;
      else account.open = row;
      return row;
    },
    totals() {
      const categories = emptyCategoryBytes();
      let virtualBytes = 0;
      for (const { category, bytes } of rows) {
        categories[category] += bytes;
        virtualBytes += bytes;
      }
      const regions = rows.sort((a, b) => b.bytes - a.bytes || (a.region < b.region ? -1 : 1));
      return { virtualBytes, categories, regions };
    },
  };
}
