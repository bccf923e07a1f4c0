/**
 * Two layouts → what moved between them, by cause. Pure data; sums to the change, to the byte. Without the bodies of the
 * layouts only sums by region are known: then things of a known size are still counted, and files have no names.
 */
import type { Category } from '../attribution/categories';
import type { Layout, LayoutRange } from '../snapshot/layout';
import type { Bytes } from '../units';
import type { Cause } from './cause';
import { type CauseGroup, groupOf } from './cause-groups';
import { type PartKey, type Parts, categoryOfPart, regionOfPart } from './join';

/** What is known of the process at one instant. */
export interface Side {
  /** By region: `region\tcategory` → bytes. */
  readonly parts: Parts;
  readonly body: Layout | null;
}

interface Draft {
  readonly group: CauseGroup;
  bytes: Bytes;
  readonly regions: Map<string, Bytes>;
  readonly categories: Map<Category, Bytes>;
}

/** Causes of the change from `before` to `after`, the largest first; those that changed by nothing are left out. */
export function causesOf(before: Side, after: Side): Cause[] {
  const drafts = new Map<string, Draft>();
  const keys = new Set<PartKey>([...before.parts.keys(), ...after.parts.keys()]);
  for (const key of keys) {
    const change = (after.parts.get(key) ?? 0) - (before.parts.get(key) ?? 0);
    if (change === 0) continue;
    const region = regionOfPart(key);
    const group = groupOf(region);
    let draft = drafts.get(group.key);
    if (!draft) drafts.set(group.key, (draft = { group, bytes: 0, regions: new Map(), categories: new Map() }));
    draft.bytes += change;
    add(draft.regions, region, change);
    add(draft.categories, categoryOfPart(key), change);
  }
  return [...drafts.values()]
    .filter((draft) => draft.bytes !== 0)
    .map((draft) => toCause(draft, before.body, after.body))
    .sort((a, b) => Math.abs(b.bytes) - Math.abs(a.bytes) || (a.region < b.region ? -1 : 1));
}

function add<K>(sums: Map<K, number>, key: K, bytes: number): void {
  sums.set(key, (sums.get(key) ?? 0) + bytes);
}

/** The key that moved most in the direction of the whole. */
function largest<K extends string>(sums: ReadonlyMap<K, number>, direction: number): K {
  const [first] = [...sums].sort((a, b) => direction * (b[1] - a[1]) || (a[0] < b[0] ? -1 : 1));
  return first![0];
}

function toCause(draft: Draft, before: Layout | null, after: Layout | null): Cause {
  const { group, bytes, categories } = draft;
  const reserved = (categories.get('reservation') ?? 0) + (categories.get('guard') ?? 0);
  const numbers: Record<string, number> = { usable: bytes - reserved, reserved };
  const words: Record<string, string> = {};
  const change = before && after ? rangeChange(before, after, group.key, bytes > 0) : null;
  const counted = countThings(group, bytes, bytes - reserved, change);
  if (counted.each !== null) numbers['each'] = counted.each;
  const threads = before?.threads != null && after?.threads != null ? after.threads - before.threads : 0;
  if (threads !== 0) numbers['threads'] = threads;
  if (change && (group.kind === 'file' || group.kind === 'images')) {
    if (change.names.length > 0) words['names'] = change.names.slice(0, MOST_NAMES).join(', ');
    numbers['names'] = change.names.length;
  }
  const runtime = (after ?? before)?.runtimes[0]?.name;
  if (runtime !== undefined) words['runtime'] = runtime;
  return {
    kind: group.kind,
    region: largest(draft.regions, Math.sign(bytes)),
    category: largest(categories, Math.sign(bytes)),
    bytes,
    count: counted.count,
    numbers,
    words,
  };
}

const MOST_NAMES = 3;

interface RangeChange {
  /** Sizes of ranges that are on one side only, the larger first; of the side that grew. */
  readonly sizes: readonly Bytes[];
  /** How many ranges there are more than before (fewer, when it shrank). */
  readonly more: number;
  /** Names whose bytes moved in the direction of the change, the largest first. */
  readonly names: readonly string[];
}

/** Ranges of one group, compared as a bag of sizes: addresses are relative and may shift. */
function rangeChange(before: Layout, after: Layout, key: string, grew: boolean): RangeChange {
  const [less, more] = grew ? [before, after] : [after, before];
  const bag = new Map<Bytes, number>();
  const names = new Map<string, Bytes>();
  const own = (range: LayoutRange): boolean => groupOf(range.region).key === key && range.category !== 'guard';
  let count = 0;
  for (const range of less.ranges) {
    if (!own(range)) continue;
    count--;
    add(bag, range.size, 1);
    if (range.name !== '') add(names, range.name, -range.size);
  }
  const sizes: Bytes[] = [];
  for (const range of more.ranges) {
    if (!own(range)) continue;
    count++;
    const left = bag.get(range.size) ?? 0;
    if (left > 0) bag.set(range.size, left - 1);
    else sizes.push(range.size);
    if (range.name !== '') add(names, range.name, range.size);
  }
  return {
    sizes: sizes.sort((a, b) => b - a),
    more: count,
    names: [...names]
      .filter(([, bytes]) => bytes > 0)
      .sort((a, b) => b[1] - a[1])
      .map(([name]) => name),
  };
}

interface Counted {
  readonly count: number | null;
  /** Size of one, where all have the same. */
  readonly each: Bytes | null;
}

/** A sum this near to a multiple of a unit is that multiple: neighbours of a reservation are trimmed by pages. */
const NEAR = 0.02;

function countThings(group: CauseGroup, bytes: Bytes, usable: Bytes, change: RangeChange | null): Counted {
  const size = Math.abs(bytes);
  for (const unit of group.units) {
    const count = Math.round(size / unit);
    const off = Math.abs(size - count * unit);
    // Stacks are counted only when exact: those of other sizes have multiples near to the usual one.
    if (count > 0 && (group.kind === 'threads' ? off === 0 : off <= NEAR * unit)) return { count, each: unit };
  }
  if (change === null) return { count: null, each: null };
  if (group.kind === 'threads') return countStacks(Math.abs(usable), change);
  if (group.kind === 'file') return { count: change.names.length || null, each: null };
  if (group.kind === 'blocks' || group.kind === 'shared' || group.kind === 'reserved') {
    const [first] = change.sizes;
    if (change.more === 1 && change.sizes.length === 1) return { count: 1, each: first! };
    const same = change.sizes.every((one) => one === first);
    return change.more > 0 ? { count: change.more, each: same && first !== undefined ? first : null } : NONE;
  }
  return NONE;
}

const NONE: Counted = { count: null, each: null };

/** Stacks of one size, without their guards: the size that most of the new ones have. */
function countStacks(size: Bytes, { sizes }: RangeChange): Counted {
  const times = new Map<Bytes, number>();
  for (const one of sizes) add(times, one, 1);
  const [most] = [...times].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  if (!most) return NONE;
  const count = Math.round(size / most[0]);
  return count > 0 ? { count, each: most[0] } : NONE;
}
