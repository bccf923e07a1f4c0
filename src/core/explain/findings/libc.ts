/** Questions "many 64 MiB blocks" and "what do my threads cost". */
import type { Layout, LayoutRange } from '../../snapshot/layout';
import { KIB, MIB } from '../../units';
import { type Finding, finding } from '../finding';
import { sumBy, sumOf } from '../survey';

/** HEAP_MAX_SIZE of glibc's malloc on 64-bit and on 32-bit machines. */
const ARENA = 64 * MIB;
const ARENA_32 = MIB;
const WORTH_SAYING = 8 * MIB;
const PAGE = 4 * KIB;
const THREAD_STACK = /\.thread-(stack|struct)$/;
/** Stacks whose sizes differ by less are alike. */
const ROUGHLY = 64 * KIB;
const LARGEST_GUARD = 16 * KIB;

export function libcFindings(layout: Layout): Finding[] {
  return [...arenas(layout), ...stacks(layout)];
}

function arenas(layout: Layout): Finding[] {
  const all = sumOf(layout, (r) => r.region === 'glibc.arena').bytes;
  const reserved = sumOf(layout, (r) => r.region === 'glibc.arena' && r.category === 'reservation').bytes;
  // A 64-bit arena has a part larger than a whole one of 32 bits: its tail, or all of it when it is full.
  const largest = layout.ranges.reduce((most, r) => (r.region === 'glibc.arena' ? Math.max(most, r.size) : most), 0);
  const each = largest <= ARENA_32 ? ARENA_32 : ARENA;
  const count = Math.round(all / each);
  if (count === 0 || reserved === 0) return [];
  return [
    finding('glibc.arenas', 'info', all, {
      regions: ['glibc.arena'],
      numbers: {
        count,
        each,
        reserved,
        held: all - reserved,
        ...(layout.threads === null ? {} : { threads: layout.threads }),
      },
    }),
  ];
}

function stacks(layout: Layout): Finding[] {
  const isStack = (r: LayoutRange): boolean => r.category === 'stack' && THREAD_STACK.test(r.region);
  const sum = sumOf(layout, isStack);
  if (sum.bytes < WORTH_SAYING) return [];
  const { threads } = layout;
  const sizes = layout.ranges.filter(isStack).map((r) => r.size);
  return [
    finding('stacks', 'info', sum.bytes, {
      regions: sumBy(layout.ranges, (r) => (isStack(r) ? r.region : null)).map((region) => region.key),
      numbers: {
        ...(threads === null ? {} : { threads }),
        ...(equalStacks(sizes, threads === null ? null : threads - 1) ?? {}),
        ...(sum.resident ? { resident: sum.resident.high } : {}),
      },
    }),
  ];
}

/**
 * Count and size where all stacks are alike.
 * @param others threads beside the main one, whose stack is not among these; null when not known
 */
function equalStacks(sizes: readonly number[], others: number | null): { stacks: number; each: number } | null {
  if (others !== null && sizes.length < others) return mergedStacks(sizes, others);
  // Guards and tables of a thread take a few pages from a stack.
  const rounded = sizes.map((size) => Math.round(size / ROUGHLY) * ROUGHLY);
  const each = rounded[0]!;
  return each > 0 && rounded.every((size) => size === each) ? { stacks: sizes.length, each } : null;
}

/** Neighbours without a guard mapping between them are one mapping: the number of threads tells how many stacks it holds. */
function mergedStacks(sizes: readonly number[], others: number): { stacks: number; each: number } | null {
  const each = sizes.reduce((sum, size) => sum + size, 0) / others;
  const guard = each % MIB;
  const guarded = guard > 0 && guard % PAGE === 0 && guard % ROUGHLY <= LARGEST_GUARD;
  if (!guarded || sizes.some((size) => size % each !== 0)) return null;
  return { stacks: others, each: Math.round(each / ROUGHLY) * ROUGHLY };
}
