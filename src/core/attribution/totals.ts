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

interface Rows {
  readonly list: Row[];
  /** Made when there are many, which happens where a program names its memory block by block. */
  byKey: Map<string, Row> | null;
}

const MANY = 64;

/** The rows of one claim: of its accessible bytes and of the others. Thousands of mappings share a few claims. */
interface Account {
  readonly claim: Claim;
  open: Row | null;
  shut: Row | null;
}

const WEAKNESS: Readonly<Record<Confidence, number>> = { certain: 0, likely: 1, guess: 2 };

export function totalsOf({ mappings, ledger }: View): Totals {
  const accounts = new Map<Claim, Account>();
  const rows: Rows = { list: [], byKey: null };
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

function rowOf(m: Mapping, account: Account, rows: Rows): Row {
  return isInaccessible(m)
    ? (account.shut ??= sharedRow(rows, account.claim, categoryOf(m, account.claim)))
    : (account.open ??= sharedRow(rows, account.claim, account.claim.category));
}

/** Claims of one region share a row. */
function sharedRow(rows: Rows, { region, confidence, why }: Claim, category: Category): Row {
  const known = findRow(rows, region, category);
  if (known) {
    if (WEAKNESS[confidence] > WEAKNESS[known.confidence]) known.confidence = confidence;
    return known;
  }
  const row = { region, category, bytes: 0, mappings: 0, confidence, why };
  rows.list.push(row);
  rows.byKey?.set(keyOf(row), row);
  return row;
}

function findRow(rows: Rows, region: string, category: Category): Row | undefined {
  const { list } = rows;
  if (list.length < MANY) {
    for (let i = 0; i < list.length; i++)
      if (list[i]!.category === category && list[i]!.region === region) return list[i];
    return undefined;
  }
  rows.byKey ??= new Map(list.map((row) => [keyOf(row), row]));
  return rows.byKey.get(keyOf({ region, category }));
}

function keyOf({ region, category }: Pick<Row, 'region' | 'category'>): string {
  return `${category} ${region}`;
}

function summed({ list }: Rows): Totals {
  const categories = emptyCategoryBytes();
  let virtualBytes = 0;
  for (const { category, bytes } of list) {
    categories[category] += bytes;
    virtualBytes += bytes;
  }
  const regions = list.sort((a, b) => b.bytes - a.bytes || (a.region < b.region ? -1 : 1));
  return { virtualBytes, categories, regions };
}
