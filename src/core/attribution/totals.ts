/** The ledger of a view as sums: bytes by category and by region. */
import { type Mapping, isInaccessible } from '../mapping/mapping';
import type { Bytes } from '../units';
import { type Category, type CategoryBytes, emptyCategoryBytes } from './categories';
import { UNEXPLAINED, tilesOf } from './ranges';
import { type Claim, type Confidence, type Segment, type View, categoryOf, isWhole } from './view';

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

const WEAKNESS: Readonly<Record<Confidence, number>> = { certain: 0, likely: 1, guess: 2 };

export function totalsOf({ mappings, ledger }: View): Totals {
  const rows: Rows = { list: [], byKey: null };
  // Neighbours often share a claim; where guards alternate with what they guard, every other one does.
  let openClaim: Claim | null = null;
  let shutClaim: Claim | null = null;
  let open: Row | null = null;
  let shut: Row | null = null;
  for (let i = 0; i < mappings.length; i++) {
    const m = mappings[i]!;
    const entry = ledger[i] ?? UNEXPLAINED;
    if (!isWhole(entry)) {
      addParts(rows, m, entry);
    } else if (isInaccessible(m)) {
      if (entry !== shutClaim) shut = rowFor(rows, m, (shutClaim = entry));
      shut!.bytes += m.end - m.start;
      shut!.mappings++;
    } else {
      if (entry !== openClaim) open = rowFor(rows, m, (openClaim = entry));
      open!.bytes += m.end - m.start;
      open!.mappings++;
    }
  }
  return summed(rows);
}

/** A mapping counts once in each row, however it is cut. */
function addParts(rows: Rows, m: Mapping, segments: readonly Segment[]): void {
  const counted: Row[] = [];
  for (const { start, end, claim } of tilesOf(m, segments)) {
    const row = rowFor(rows, m, claim);
    row.bytes += end - start;
    if (counted.includes(row)) continue;
    row.mappings++;
    counted.push(row);
  }
}

/** Claims of one region share a row. */
function rowFor(rows: Rows, m: Mapping, claim: Claim): Row {
  const { region, confidence, why } = claim;
  const category = categoryOf(m, claim);
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
    for (let i = 0; i < list.length; i++) {
      if (list[i]!.category === category && list[i]!.region === region) return list[i];
    }
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
