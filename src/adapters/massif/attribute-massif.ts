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
   * snapshot: from its own tree, or from a neighbour's of equal total. nearby: what the trees around it hold at least; the
   * difference is unknown. bounds: no tree applies.
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

interface Tree {
  readonly index: number;
  readonly sums: Sums;
  readonly total: Bytes;
}

export function explainMassif(file: MassifFile): ExplainedMassif {
  const trees = file.snapshots.flatMap((snapshot, index): Tree[] =>
    snapshot.tree ? [{ index, sums: sumsOf(snapshot, snapshot.tree, file.pagesAsHeap), total: totalOf(snapshot) }] : []
  );
  const snapshots = file.snapshots.map((snapshot, index) => explainSnapshot(snapshot, index, trees, file.pagesAsHeap));
  const top = snapshots.reduce((best, { totalBytes }, i) => (totalBytes > snapshots[best]!.totalBytes ? i : best), 0);
  const marked = file.snapshots.findIndex(({ kind }) => kind === 'peak');
  const named = trees.reduce<Tree | null>((best, tree) => (best && best.total >= tree.total ? best : tree), null);
  return {
    snapshots,
    peak: marked < 0 ? top : marked,
    largest: top,
    regions: named ? regionsOf(named.sums) : [],
    regionsOf: named?.index ?? null,
    countedTwice: named ? countedTwice(named.sums) : 0,
  };
}

function explainSnapshot(
  snapshot: MassifSnapshot,
  index: number,
  trees: readonly Tree[],
  pagesAsHeap: boolean
): ExplainedSnapshot {
  const totalBytes = totalOf(snapshot);
  const answer = (categories: CategoryBytes, evidence: ExplainedSnapshot['evidence']): ExplainedSnapshot => ({
    time: snapshot.time,
    totalBytes,
    categories,
    evidence,
  });
  const before = trees.filter((tree) => tree.index <= index).at(-1);
  const after = trees.find((tree) => tree.index > index);
  if (before?.index === index) return answer(categoriesOf(before.sums), 'snapshot');
  if (!pagesAsHeap) {
    // Without --pages-as-heap every heap byte was malloc'd: the kind needs no tree.
    const sums: Sums = new Map();
    addTotals(sums, snapshot);
    add(sums, HEAP_RULE, snapshot.heapBytes);
    return answer(categoriesOf(sums), 'snapshot');
  }
  const equal = [before, after].find((tree) => tree?.total === totalBytes);
  if (equal) return answer(categoriesOf(equal.sums), 'snapshot');
  const known = lowerBound(before, after, totalBytes);
  const explained = CATEGORIES.reduce((sum, category) => sum + known[category], 0);
  if (explained === 0 || explained > totalBytes) {
    return answer({ ...emptyCategoryBytes(), unknown: totalBytes }, 'bounds');
  }
  known.unknown += totalBytes - explained;
  return answer(known, 'nearby');
}

/** What a moment between two trees holds at least: the tree before where memory only grew since, else what both hold. */
function lowerBound(before: Tree | undefined, after: Tree | undefined, total: Bytes): CategoryBytes {
  if (!before) return emptyCategoryBytes();
  const known = categoriesOf(before.sums);
  if (before.total <= total) return known;
  const later = after ? categoriesOf(after.sums) : emptyCategoryBytes();
  for (const category of CATEGORIES) known[category] = Math.min(known[category], later[category]);
  return known;
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
