/** The ledger of a view as sums: bytes by category and by region. */
import { type Mapping, isInaccessible } from '../mapping/mapping';
import type { Bytes } from '../units';
import { type Category, type CategoryBytes, emptyCategoryBytes } from './categories';
import { UNEXPLAINED, tilesOf } from './ranges';
import { type Claim, type Confidence, type View, categoryOf, isWhole } from './view';

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

export interface Totals {
  readonly virtualBytes: Bytes;
  readonly categories: CategoryBytes;
  /** Largest first. */
  readonly regions: readonly AttributedRegion[];
}

/** A region and a category: what bytes are summed up by. */
type Row = { -readonly [K in keyof AttributedRegion]: AttributedRegion[K] };

/** The rows of one claim: of its accessible bytes and of the others. Thousands of mappings share a few claims. */
interface Account {
  readonly claim: Claim;
  open: Row | null;
  shut: Row | null;
}

const WEAKNESS: Readonly<Record<Confidence, number>> = { certain: 0, likely: 1, guess: 2 };

export function totalsOf({ mappings, ledger }: View): Totals {
  const accounts = new Map<Claim, Account>();
  const rows: Row[] = [];
  let account: Account | null = null;
  for (let i = 0; i < mappings.length; i++) {
    const m = mappings[i]!;
    const entry = ledger[i] ?? UNEXPLAINED;
    if (!isWhole(entry)) {
      // A mapping counts once in each row, however it is cut.
      const counted: Row[] = [];
      for (const { start, end, claim } of tilesOf(m, entry)) {
        const row = rowOf(m, accountOf(accounts, claim), rows);
        row.bytes += end - start;
        if (counted.includes(row)) continue;
        row.mappings++;
        counted.push(row);
      }
      continue;
    }
    if (account?.claim !== entry) account = accountOf(accounts, entry);
    const row = rowOf(m, account, rows);
    row.bytes += m.end - m.start;
    row.mappings++;
  }
  return summed(rows);
}

function accountOf(accounts: Map<Claim, Account>, claim: Claim): Account {
  let account = accounts.get(claim);
  if (!account) {
    account = { claim, open: null, shut: null };
    accounts.set(claim, account);
  }
  return account;
}

function rowOf(m: Mapping, account: Account, rows: Row[]): Row {
  return isInaccessible(m)
    ? (account.shut ??= sharedRow(rows, account.claim, categoryOf(m, account.claim)))
    : (account.open ??= sharedRow(rows, account.claim, account.claim.category));
}

/** Claims of one region share a row. */
function sharedRow(rows: Row[], { region, confidence, why }: Claim, category: Category): Row {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (row.category !== category || row.region !== region) continue;
    if (WEAKNESS[confidence] > WEAKNESS[row.confidence]) row.confidence = confidence;
    return row;
  }
  const row = { region, category, bytes: 0, mappings: 0, confidence, why };
  rows.push(row);
  return row;
}

function summed(rows: Row[]): Totals {
  const categories = emptyCategoryBytes();
  let virtualBytes = 0;
  for (const { category, bytes } of rows) {
    categories[category] += bytes;
    virtualBytes += bytes;
  }
  const regions = rows.sort((a, b) => b.bytes - a.bytes || (a.region < b.region ? -1 : 1));
  return { virtualBytes, categories, regions };
}
