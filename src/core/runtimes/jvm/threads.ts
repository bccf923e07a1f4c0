/**
 * Stacks of Java and VM threads.
 *
 * Source: share/runtime/stackOverflow.cpp (yellow, red and, since JDK 9, reserved zone at the low end: 12 or 16 KiB of
 * PROT_NONE), os_linux.cpp (Java threads have no guard of glibc, VM and compiler threads have its one page).
 * Sample: `7fe566400000-7fe566404000 ---p`, `7fe566404000-7fe566500000 rw-p`: 16 KiB + 1008 KiB = -Xss1m.
 * With glibc >= 2.42 the page of glibc is no mapping any more: the stacks of VM threads merge (VmFlags `gu nh`).
 * Cannot tell: on kernels before 6.7, which merge a stack with a chunk above it, where the stack ends; the size that
 * most Java stacks of the process have decides.
 */
import { type Claim, type View, claimRange, freeParts, isFree, touchesBelow } from '../../attribution/view';
import { sizeOf } from '../../mapping/mapping';
import { type Address, type Bytes, KIB, MIB } from '../../units';
import { hasFlag, isPlainNone } from '../shapes';

const STACK: Claim = {
  region: 'jvm.thread-stack',
  category: 'stack',
  inaccessible: 'guard',
  confidence: 'certain',
  why: 'Writable memory above the 12 or 16 KiB overflow zones that HotSpot keeps at the end of a Java stack.',
};

const VM_STACK: Claim = {
  ...STACK,
  confidence: 'likely',
  why: 'A stack of the size of VM threads above the guard page of glibc.',
};
const MERGED: Claim = {
  ...STACK,
  why: 'The kernel marks guard regions inside (VmFlags gu): merged stacks of VM threads.',
};

const VM_GUARD: Claim = {
  region: 'glibc.thread-stack',
  category: 'stack',
  inaccessible: 'guard',
  confidence: 'likely',
  why: 'The guard page of glibc below the stack of a VM thread.',
};

const NATIVE: Claim = {
  ...VM_GUARD,
  why: 'A stack of the size that the C library gives by default: of a thread that a native library started.',
};

/** Zones are whole pages; four pages since JDK 9, three before, and a page of glibc may merge with them. */
const JAVA_GUARDS: readonly number[] = [3, 4, 5];
/** Least guard of glibc on arm64 (ARCH_MIN_GUARD_SIZE), for Java threads too; it merges with the zones where flags are not seen. */
const WIDE_GUARD = 64 * KIB;
const SMALLEST = 64 * KIB;
const ARENA = 64 * MIB;
/** Stacks that merged with what lies above have sizes of their own. */
const SEVERAL = 3;
const VM_STACK_SIZES: readonly Bytes[] = [MIB, 2 * MIB, 4 * MIB];

export function claimThreadStacks(view: View): void {
  const marked = view.writable.some((i) => hasFlag(view, i, 'nh') === true);
  const sizes = stackSizes(view, marked);
  const usual = mostOften(sizes);
  for (const i of view.writable) {
    const m = view.mappings[i]!;
    const [free] = freeParts(view, i);
    if (!free) continue;
    const isStack = marked ? hasFlag(view, i, 'nh') : null;
    if (isStack === false) continue;
    const guard = guardBelow(view, i, usual);
    if (guard && guard.java) {
      const from = m.start - guard.bytes;
      claimRange(view, from - wideGuardBelow(view, i - 2, from), from, STACK);
      const upTo = free.start === m.start ? free.end : m.end;
      const size = upTo - from;
      // One stack in three is twice as large: a multiple of 2 MiB gets huge pages, so HotSpot or the kernel rounds up.
      // A size that several have is that of stacks, too: a program may choose another for its own threads.
      const whole = isStack === true || usual === null || size === 2 * usual || (sizes.get(size) ?? 0) >= SEVERAL;
      claimRange(view, from, whole ? upTo : Math.min(upTo, from + cutAt(from, size, sizes, usual)), STACK);
    } else if (hasFlag(view, i, 'gu') === true) {
      if (!isNative(view, sizeOf(m))) claimRange(view, m.start, m.end, MERGED);
    } else if (guard && isVmStack(sizeOf(m), view.pageSize)) {
      claimRange(view, m.start - guard.bytes, m.start, VM_GUARD);
      claimRange(view, m.start, m.end, VM_STACK);
    } else if (guard && !isStack && sizeOf(m) === (view.snapshot.limits?.stack ?? 8 * MIB)) {
      claimRange(view, m.start - guard.bytes, m.end, NATIVE);
    } else if (guard && !isStack && sizeOf(m) > MIB && usual !== null) {
      claimRange(view, m.start - guard.bytes, m.start, VM_GUARD);
      claimRange(view, m.start, m.start + MIB, VM_STACK);
    }
  }
}

/** Size of a stack that merged with what lies above: one that several have and that ends where an arena begins. */
function cutAt(from: Address, size: Bytes, sizes: ReadonlyMap<Bytes, number>, usual: Bytes): Bytes {
  for (const [known, count] of sizes) {
    if (count >= SEVERAL && known <= size && (from + known) % ARENA === 0) return known;
  }
  return usual;
}

/** JDK 9 to 11 ask for a page more, which they expect glibc to take for its guard. */
function isVmStack(bytes: Bytes, page: Bytes): boolean {
  return VM_STACK_SIZES.includes(bytes) || VM_STACK_SIZES.includes(bytes - page);
}

/** Stacks of the size that glibc itself gives (RLIMIT_STACK, 8 MiB), with the guard that glibc >= 2.42 hides inside. */
function isNative(view: View, bytes: Bytes): boolean {
  const size = (view.snapshot.limits?.stack ?? 8 * MIB) + view.pageSize;
  return bytes % size === 0;
}

function guardBelow(view: View, i: number, usual: Bytes | null): { bytes: Bytes; java: boolean } | null {
  if (!touchesBelow(view, i) || !isPlainNone(view.mappings[i - 1]!)) return null;
  const m = view.mappings[i]!;
  const below = sizeOf(view.mappings[i - 1]!);
  const zones = (bytes: Bytes): boolean => JAVA_GUARDS.includes(bytes / view.pageSize);
  const java = (bytes: Bytes): boolean => (zones(bytes) || zones(bytes - WIDE_GUARD)) && sizeOf(m) >= SMALLEST;
  if (java(below)) return { bytes: below, java: true };
  if (below === view.pageSize || below === WIDE_GUARD) return { bytes: below, java: false };
  // Merged with a reservation below that is claimed already, such as the class space: the zones are what is left of it.
  const left = freeParts(view, i - 1).at(-1);
  if (left && left.end === m.start && left.start > view.mappings[i - 1]!.start && java(left.end - left.start)) {
    return { bytes: left.end - left.start, java: true };
  }
  // The zones merged with an inaccessible neighbour below, such as the tail of an arena.
  if (usual !== null && below > 64 * KIB) {
    for (const pages of [4, 3]) {
      const bytes = pages * view.pageSize;
      if (sizeOf(m) === usual - bytes && (m.start - bytes) % ARENA === 0) return { bytes, java: true };
    }
  }
  return null;
}

/** Bytes of glibc's wide guard in mapping `index` where it ends at the zones of a stack, else 0. */
function wideGuardBelow(view: View, index: number, zones: Address): Bytes {
  const m = view.mappings[index];
  return m && m.end === zones && isPlainNone(m) && isFree(view, index) && sizeOf(m) === WIDE_GUARD ? WIDE_GUARD : 0;
}

/** How many Java stacks there are of each size, zones included. */
function stackSizes(view: View, marked: boolean): ReadonlyMap<Bytes, number> {
  const counts = new Map<Bytes, number>();
  for (const i of view.writable) {
    const m = view.mappings[i]!;
    if (!isFree(view, i) || (marked && hasFlag(view, i, 'nh') === false)) continue;
    const guard = guardBelow(view, i, null);
    if (guard?.java) counts.set(sizeOf(m) + guard.bytes, (counts.get(sizeOf(m) + guard.bytes) ?? 0) + 1);
  }
  return counts;
}

function mostOften(counts: ReadonlyMap<Bytes, number>): Bytes | null {
  let usual: Bytes | null = null;
  for (const [size, count] of counts) if (usual === null || count > counts.get(usual)!) usual = size;
  return usual;
}
