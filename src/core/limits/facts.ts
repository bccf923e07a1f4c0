/** What the models ask of a layout. */
import type { Runtime } from '../attribution/view';
import type { Category } from '../attribution/categories';
import { sumBy } from '../explain/survey';
import type { Layout, LayoutRange } from '../snapshot/layout';
import { type Bytes, KIB, MIB } from '../units';

/** HEAP_MAX_SIZE of glibc's malloc on 64-bit machines. */
export const ARENA = 64 * MIB;

/** The first page of the stack, and a few of the image. */
const LOADED_RESIDENT = 64 * KIB;

export interface LimitFacts {
  /** VSZ of the layout. */
  readonly virtualBytes: Bytes;
  /** VmPeak; null when status was not read. */
  readonly peakBytes: Bytes | null;
  /** The kernel has loaded the program and it has not run yet: its needs are still to come. */
  readonly onlyLoaded: boolean;
  /** What RLIMIT_DATA counts: private, writable, the main stack apart (is_data_mapping in include/linux/mm.h). */
  readonly dataBytes: Bytes;
  readonly runtimes: readonly Runtime[];
  /** Main arenas apart. */
  readonly arenas: number;
  /** Writable heads of these arenas. */
  readonly arenaHeadBytes: Bytes;
  /** Writable memory of the main arena and of single large blocks. */
  readonly allocatedBytes: Bytes;
  /** Thread stacks with their guards; the main stack apart. */
  readonly stacks: { readonly count: number; readonly bytes: Bytes };
  /** The Java heap is a shared file in several views or many times its size: ZGC. */
  readonly zgc: boolean;
  /** Argument words, when known: they tell whether a Java heap was asked for. */
  readonly commandLine: readonly string[] | null;
  /** Bytes of a region, of all its categories or of one. */
  readonly region: (name: string | RegExp, category?: Category) => Bytes;
}

/** What a layout does not hold. */
export interface MoreFacts {
  /** VmData of status. */
  readonly dataBytes?: Bytes | null;
  readonly commandLine?: readonly string[] | null;
}

export function limitFacts(layout: Layout, more: MoreFacts = {}): LimitFacts {
  const region = (name: string | RegExp, category?: Category): Bytes =>
    layout.ranges.reduce(
      (sum, range) =>
        (typeof name === 'string' ? range.region === name : name.test(range.region)) &&
        (category === undefined || range.category === category)
          ? sum + range.size
          : sum,
      0
    );
  const arenaBytes = region('glibc.arena');
  return {
    virtualBytes: layout.virtualBytes,
    peakBytes: layout.peakBytes === null ? null : Math.max(layout.peakBytes, layout.virtualBytes),
    onlyLoaded:
      layout.residentBytes !== null &&
      layout.residentBytes <= LOADED_RESIDENT &&
      !layout.ranges.some((range) => /^(heap|reservation|metadata|file|unknown)$/.test(range.category)),
    dataBytes: more.dataBytes ?? dataBytesOf(layout),
    runtimes: layout.runtimes,
    arenas: Math.round(arenaBytes / ARENA),
    arenaHeadBytes: region('glibc.arena', 'heap'),
    allocatedBytes: layout.ranges.reduce(
      (sum, range) => (range.category === 'heap' && range.region !== 'glibc.arena' ? sum + range.size : sum),
      0
    ),
    stacks: stacksOf(layout),
    zgc: layout.ranges.some((range) => range.region === 'jvm.java-heap' && range.name.includes('java_heap')),
    commandLine: more.commandLine ?? null,
    region,
  };
}

function dataBytesOf(layout: Layout): Bytes {
  return layout.ranges
    .filter(
      (range) =>
        range.permissions[1] === 'w' &&
        range.permissions[3] === 'p' &&
        !/^(stack\.main|bounds\.main-stack)/.test(range.region)
    )
    .reduce((sum, range) => sum + range.size, 0);
}

const isStack = (range: LayoutRange): boolean => /thread-stack|^jvm\.thread/.test(range.region);
/** The usual stack, where nothing else tells: RLIMIT_STACK of most systems. */
const USUAL_STACK = 8 * MIB;

/** Stacks merge where no guard lies between them, so they are counted by size: the most frequent one is the unit. */
function stacksOf(layout: Layout): { count: number; bytes: Bytes } {
  const bytes = layout.ranges.reduce((sum, range) => (isStack(range) ? sum + range.size : sum), 0);
  if (bytes === 0) return { count: 0, bytes: 0 };
  const writable = layout.ranges.filter((range) => isStack(range) && range.category === 'stack');
  const sizes = sumBy(writable, (range) => String(range.size)).sort((a, b) => b.mappings - a.mappings);
  const frequent = sizes.length > 0 ? Number(sizes[0]!.key) : USUAL_STACK;
  // Larger than any usual stack: several that merged.
  const unit = frequent > USUAL_STACK + MIB ? USUAL_STACK : frequent;
  const count = writable.reduce((sum, range) => sum + Math.max(1, Math.round(range.size / unit)), 0);
  return { count: unit < 64 * KIB ? writable.length : count, bytes };
}
