/** Massif's snapshots → categories and regions, each snapshot summing to massif's own total. Pure. */
import { type CategoryBytes, CATEGORIES, emptyCategoryBytes } from '../../core/attribution/categories';
import type { Bytes } from '../../core/units';
import {
  BEFORE_START,
  BELOW_THRESHOLD,
  EXTRA_RULE,
  HEAP_RULE,
  NO_RULE,
  NO_TREE,
  PAGE_RULES,
  STACK_RULE,
  type FunctionRule,
} from './function-rules';
import { type MassifFile, type MassifNode, type MassifSnapshot, totalOf } from './massif';

export interface MassifRegion {
  readonly region: string;
  readonly category: keyof CategoryBytes;
  readonly bytes: Bytes;
  readonly why: string;
}

export interface ExplainedSnapshot {
  readonly time: number;
  readonly totalBytes: Bytes;
  readonly categories: Readonly<CategoryBytes>;
  /**
   * snapshot: from its own tree. nearby: from the tree before, which holds no more than this one; the difference is
   * unknown. bounds: no tree applies.
   */
  readonly evidence: 'snapshot' | 'nearby' | 'bounds';
}

export interface ExplainedMassif {
  readonly snapshots: readonly ExplainedSnapshot[];
  /** Index of the snapshot that massif itself marks as its peak, else of the largest. */
  readonly peak: number;
  /** Index of the snapshot with the largest total. Massif marks another where memory grew after the last free. */
  readonly largest: number;
  /** Of the detailed snapshot with the largest total, largest region first. */
  readonly regions: readonly MassifRegion[];
  /** Index of the snapshot that `regions` describes; null when the file holds no tree. */
  readonly regionsOf: number | null;
  /** Bytes of Go's heap arenas that massif counts twice there: once reserved, once mapped over itself. */
  readonly countedTwice: Bytes;
}

type Sums = Map<string, { rule: FunctionRule; bytes: Bytes }>;

export function explainMassif(file: MassifFile): ExplainedMassif {
  let last: { sums: Sums; total: Bytes } | null = null;
  let largest: { sums: Sums; total: Bytes; index: number } | null = null;
  const snapshots: ExplainedSnapshot[] = file.snapshots.map((snapshot, index) => {
    const total = totalOf(snapshot);
    if (snapshot.tree) {
      const sums = sumsOf(snapshot, snapshot.tree, file.pagesAsHeap);
      last = { sums, total };
      if (!largest || total > largest.total) largest = { sums, total, index };
      return { time: snapshot.time, totalBytes: total, categories: categoriesOf(sums), evidence: 'snapshot' };
    }
    return withoutTree(snapshot, total, last, file.pagesAsHeap);
  });
  const top = snapshots.reduce((best, { totalBytes }, i) => (totalBytes > snapshots[best]!.totalBytes ? i : best), 0);
  const marked = file.snapshots.findIndex(({ kind }) => kind === 'peak');
  // TypeScript does not see assignments made inside the callback above.
  const named = largest as { sums: Sums; index: number } | null;
  return {
    snapshots,
    peak: marked < 0 ? top : marked,
    largest: top,
    regions: named ? regionsOf(named.sums) : [],
    regionsOf: named?.index ?? null,
    countedTwice: named ? countedTwice(named.sums) : 0,
  };
}

function withoutTree(
  snapshot: MassifSnapshot,
  total: Bytes,
  last: { sums: Sums; total: Bytes } | null,
  pagesAsHeap: boolean
): ExplainedSnapshot {
  const sums: Sums = new Map();
  if (!pagesAsHeap) {
    // Without --pages-as-heap every heap byte was malloc'd: the kind needs no tree.
    addTotals(sums, snapshot);
    add(sums, HEAP_RULE, snapshot.heapBytes);
    return { time: snapshot.time, totalBytes: total, categories: categoriesOf(sums), evidence: 'snapshot' };
  }
  if (last && last.total <= total) {
    const categories = categoriesOf(last.sums);
    categories.unknown += total - last.total;
    const evidence = last.total === total ? 'snapshot' : 'nearby';
    return { time: snapshot.time, totalBytes: total, categories, evidence };
  }
  add(sums, NO_TREE, total);
  return { time: snapshot.time, totalBytes: total, categories: categoriesOf(sums), evidence: 'bounds' };
}

function sumsOf(snapshot: MassifSnapshot, tree: MassifNode, pagesAsHeap: boolean): Sums {
  const sums: Sums = new Map();
  addTotals(sums, snapshot);
  if (pagesAsHeap) visit(tree, [], sums);
  else add(sums, HEAP_RULE, tree.bytes);
  // Massif's tree may be one allocation behind its own total.
  if (tree.bytes < snapshot.heapBytes) add(sums, NO_TREE, snapshot.heapBytes - tree.bytes);
  return sums;
}

function addTotals(sums: Sums, snapshot: MassifSnapshot): void {
  add(sums, EXTRA_RULE, snapshot.extraBytes);
  add(sums, STACK_RULE, snapshot.stackBytes);
}

/** Gives each node's bytes that its children do not explain to the rule of its call chain. */
function visit(node: MassifNode, chain: readonly string[], sums: Sums): void {
  const own = node.bytes - node.children.reduce((total, child) => total + child.bytes, 0);
  const names = node.function === null ? chain : [...chain, node.function];
  if (own > 0) add(sums, ruleOf(names, node.function === null), own);
  for (const child of node.children) visit(child, names, sums);
}

function ruleOf(chain: readonly string[], below: boolean): FunctionRule {
  const text = chain.join('\n');
  const known = PAGE_RULES.find((rule) => rule.when.test(text));
  if (known) return known;
  if (below) return BELOW_THRESHOLD;
  return BEFORE_START.when.test(chain[chain.length - 1] ?? '') ? BEFORE_START : NO_RULE;
}

function add(sums: Sums, rule: FunctionRule, bytes: Bytes): void {
  if (bytes === 0) return;
  const key = `${rule.region}\t${rule.category}\t${rule.why}`;
  const sum = sums.get(key);
  if (sum) sum.bytes += bytes;
  else sums.set(key, { rule, bytes });
}

function categoriesOf(sums: Sums): CategoryBytes {
  const categories = emptyCategoryBytes();
  for (const { rule, bytes } of sums.values()) categories[rule.category] += bytes;
  return categories;
}

function regionsOf(sums: Sums): MassifRegion[] {
  return [...sums.values()]
    .map(({ rule, bytes }) => ({ region: rule.region, category: rule.category, bytes, why: rule.why }))
    .sort((a, b) => b.bytes - a.bytes || CATEGORIES.indexOf(a.category) - CATEGORIES.indexOf(b.category));
}

function countedTwice(sums: Sums): Bytes {
  const bytes = (category: string): Bytes =>
    [...sums.values()]
      .filter(({ rule }) => rule.region === 'go.heap-arena' && rule.category === category)
      .reduce((total, sum) => total + sum.bytes, 0);
  return Math.min(bytes('heap'), bytes('reservation'));
}
