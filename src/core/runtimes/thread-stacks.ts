/**
 * Stacks of POSIX threads (glibc and musl).
 *
 * Source: glibc nptl/allocatestack.c (size = soft RLIMIT_STACK, 2 MiB when unlimited; one guard page below; since 2.42 on
 * kernels from 6.13 the guard is a marker inside the mapping, MADV_GUARD_INSTALL), musl src/thread/pthread_create.c
 * (128 KiB and 8 KiB guard), kernel 6.7 and later: VmFlags `nh` on MAP_STACK, `gu` where guard markers are. Sample:
 *   `7f0e681f4000-7f0e681f5000 ---p 00000000 00:00 0`
 *   `7f0e681f5000-7f0e689f5000 rw-p 00000000 00:00 0`
 * Cannot tell without smaps or stack pointers: a stack of unusual size that has merged with its neighbours.
 */
import { filePattern, findFile } from '../attribution/files';
import {
  type Claim,
  type Confidence,
  type View,
  claimMapping,
  claimRange,
  claimsOf,
  freeParts,
  indexAt,
  isClaimedFor,
} from '../attribution/view';
import { sizeOf } from '../mapping/mapping';
import { type Address, type Bytes, KIB, MIB } from '../units';
import { type Libc, libcOf } from './libc';
import { SMALLEST_STACK, USUAL_DEPTH, around, rowStart } from './merged-stacks';
import { isRecognised } from './plan';
import { hasFlag, isPlainWritable, isPowerOfTwo } from './shapes';
import type { Signature } from './signature';

const LARGEST_GUARD = MIB;
/** The largest page: a larger guard must have been asked for, and needs the kernel's flag to be believed. */
const USUAL_GUARD = 64 * KIB;
/** Programs with threads choose these; they have no arenas. */
const OTHER_MALLOC = filePattern(/^lib(jemalloc|tcmalloc|mimalloc)/);
/** Helper threads of libraries; glibc's blocks for the linker and for thread-local storage merge with them. */
const LARGEST_SMALL_STACK = 128 * KIB;

function stackClaim(libc: Libc, confidence: Confidence, why: string): Claim {
  return { region: `${libc}.thread-stack`, category: 'stack', inaccessible: 'guard', confidence, why };
}

interface Guarded {
  readonly guard: number;
  readonly start: Address;
  /** End of what may be stack: of the mapping, or of its unclaimed part. */
  readonly end: Address;
}

/** Guards and the writable memory above them, both unclaimed. */
function guardedBlocks(view: View, least: Bytes): Guarded[] {
  const blocks: Guarded[] = [];
  for (const i of view.guards) {
    const above = view.mappings[i + 1]!;
    if (sizeOf(above) < least) continue;
    // What is left of a mapping whose lower part belongs to somebody else: the guard merged with it.
    const guard = view.ledger[i] === undefined ? view.mappings[i]! : freeParts(view, i).at(-1);
    if (!guard || guard.end !== above.start || guard.end - guard.start > LARGEST_GUARD) continue;
    const part = view.ledger[i + 1] === undefined ? above : freeParts(view, i + 1)[0];
    if (part?.start === above.start && part.end - part.start >= least) {
      blocks.push({ guard: i, start: part.start, end: part.end });
    }
  }
  return blocks;
}

/** So many stacks in one mapping are no chance, even where their sum is not whole. */
const MANY = 8;
const FEW_PAGES = 16 * KIB;

/** The size that most blocks have, when at least two have it: the program's own choice of stack size. */
function commonSize(blocks: readonly Guarded[]): Bytes | null {
  const counts = new Map<Bytes, number>();
  let best: Bytes | null = null;
  for (const { start, end } of blocks) {
    const count = (counts.get(end - start) ?? 0) + 1;
    counts.set(end - start, count);
    if (count > 1 && count > (best === null ? 1 : counts.get(best)!)) best = end - start;
  }
  return best;
}

/** Default size of a new stack. */
export function defaultStack(view: View, libc: Libc): Bytes {
  if (libc === 'musl') return 132 * KIB;
  const { limits } = view.snapshot;
  if (!limits) return 8 * MIB;
  return limits.stack ?? 2 * MIB;
}

/** Sorted stack pointers of all threads but the main one that point into plain memory. */
function stackPointers(view: View): Address[] {
  const pointers: Address[] = [];
  for (const { stackPointer, tid } of view.snapshot.threads ?? []) {
    if (stackPointer === null || tid === view.snapshot.pid) continue;
    const m = view.mappings[indexAt(view, stackPointer)];
    if (m && m.start <= stackPointer && isPlainWritable(m)) pointers.push(stackPointer);
  }
  return pointers.sort((a, b) => a - b);
}

/** Those of `pointers`, which are sorted, that lie in [start, end). */
function pointersIn(pointers: readonly Address[], start: Address, end: Address): readonly Address[] {
  const from = countBelow(pointers, start);
  return pointers.slice(from, countBelow(pointers, end));
}

function countBelow(pointers: readonly Address[], address: Address): number {
  let low = 0;
  let high = pointers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (pointers[middle]! < address) low = middle + 1;
    else high = middle;
  }
  return low;
}

function claimGuarded(view: View, libc: Libc, flagged: boolean, pointers: readonly Address[]): void {
  // Without flags and stack pointers there is nothing that could make a stack of something smaller.
  const blocks = guardedBlocks(view, view.smaps || pointers.length > 0 ? 0 : SMALLEST_STACK);
  if (blocks.length === 0) return;
  const usual = defaultStack(view, libc);
  const common = commonSize(blocks);
  // musl puts its thread's own block above the stack, not into it.
  const extra = libc === 'musl' ? view.pageSize : 0;
  for (const { guard, start, end } of blocks) {
    const size = end - start;
    const stack = hasFlag(view, guard + 1, 'nh') ?? false;
    const pointer = pointersIn(pointers, start, end).at(-1) ?? null;
    const exact = size === usual || size === common;
    if (flagged && !stack && pointer === null && size !== usual) continue;
    if (size < SMALLEST_STACK && pointer === null) continue;
    // The C library's stacks are reserved by the kernel as any memory.
    if (!stack && pointer === null && hasFlag(view, guard + 1, 'nr')) continue;
    const wide = sizeOf(view.mappings[guard]!) > USUAL_GUARD;
    if (wide && !stack && pointer === null && (size < usual || view.smaps !== null)) continue;
    const cut =
      stack || exact ? size : flagged ? Math.min(size, usual) : merged(start, size, pointer, usual, common, extra);
    const signs = Number(stack) + Number(pointer !== null) + Number(exact) + 1;
    const claim = stackClaim(
      libc,
      signs >= 3 ? 'certain' : signs === 2 ? 'likely' : 'guess',
      exact
        ? 'A thread stack: an inaccessible guard below writable memory of the usual size.'
        : 'A thread stack: an inaccessible guard below writable memory.'
    );
    // A guard of unusual size has merged with what lies below it, unless the kernel says that it is one.
    if (wide && !stack) claimRange(view, start - view.pageSize, start, claim);
    else claimMapping(view, guard, claim);
    claimRange(view, start, start + cut, claim);
  }
}

/**
 * Bytes of a stack that may have merged with what lies above it, as kernels before 6.7 do. Programs choose powers of two,
 * and a waiting thread is not far below the top of its stack.
 */
function merged(
  start: Address,
  size: Bytes,
  pointer: Address | null,
  usual: Bytes,
  common: Bytes | null,
  extra: Bytes
): Bytes {
  if (pointer === null) {
    // What has merged with something else is no power of two.
    if (size >= 2 * USUAL_GUARD && isPowerOfTwo(size)) return size;
    const known = Math.max(usual <= size ? usual : 0, common !== null && common <= size ? common : 0);
    if (known > 0 || size > LARGEST_SMALL_STACK) return known > 0 ? known : size;
    return 2 ** Math.floor(Math.log2(size));
  }
  const choices = [common ?? usual, usual];
  for (let bytes = SMALLEST_STACK; bytes <= size; bytes *= 2) choices.push(bytes + extra);
  const close = choices.find((bytes) => {
    const depth = start + bytes - pointer;
    return bytes <= size && depth > 0 && depth <= USUAL_DEPTH;
  });
  if (close !== undefined) return close;
  return start + size - pointer <= USUAL_DEPTH ? size : Math.min(size, usual);
}

/** Stacks whose guard is a marker inside the mapping; neighbours merge into one mapping. */
function claimMarked(view: View, libc: Libc): void {
  if (!view.smaps) return;
  const claim = stackClaim(
    libc,
    'certain',
    'Thread stacks with guard markers: the kernel flags the mapping `gu` and `nh`.'
  );
  view.writable.forEach((i) => {
    const m = view.mappings[i]!;
    if (hasFlag(view, i, 'gu') && hasFlag(view, i, 'nh')) claimRange(view, m.start, m.end, claim);
  });
}

/** The same from maps alone: a whole number of stacks with their guard page, or what stack pointers point into. */
function claimUnmarked(view: View, libc: Libc, pointers: readonly Address[]): void {
  const whole = defaultStack(view, libc) + view.pageSize;
  if (pointers.length === 0 && (view.smaps || view.largeWritable.length === 0)) return;
  const fewest = fewestStacks(view, pointers);
  if (pointers.length === 0 && fewest === null) return;
  const bySize = stackClaim(libc, 'likely', 'A whole number of usual thread stacks, each with its guard page.');
  const byPointer = stackClaim(libc, 'likely', 'The stack pointer of a waiting thread points into it.');
  const least = pointers.length === 0 ? whole * (fewest ?? 1) : 0;
  for (const i of least >= MIB ? view.largeWritable : view.writable) {
    const m = view.mappings[i]!;
    if (sizeOf(m) < least) continue;
    const untouched = view.ledger[i] === undefined;
    if (pointers.length === 0 && untouched && !isAllStacks(view, sizeOf(m), whole)) continue;
    for (const part of untouched ? [m] : freeParts(view, i)) {
      const inside = pointersIn(pointers, part.start, part.end);
      const size = part.end - part.start;
      const full =
        inside.length > 0
          ? size % whole === 0
          : view.smaps === null && fewest !== null && isAllStacks(view, size, whole);
      if (full) {
        claimRange(view, part.start, part.end, bySize);
        continue;
      }
      const from = rowStart(part, inside, whole);
      if (from < part.end) claimRange(view, from, part.end, byPointer);
      for (const pointer of inside) {
        if (pointer >= from) break;
        const [start, end] = around(part, pointer, whole, view.pageSize);
        claimRange(view, start, end, byPointer);
      }
    }
  }
}

/**
 * A whole number of stacks; of many, some may be of 1 MiB (servers choose it for connections), beside a few pages of something
 * else that merged with them. The first few could be chance.
 */
function isAllStacks(view: View, size: Bytes, whole: Bytes): boolean {
  const rest = size % whole;
  return rest === 0 || (size >= MANY * whole && rest % (MIB + view.pageSize) <= FEW_PAGES);
}

/**
 * A malloc request of 8 MiB has the size of a stack with its guard page. How many in a row must be stacks: one in a process
 * with threads (malloc gives each an arena), never in a process without; where nothing tells, three.
 */
function fewestStacks(view: View, pointers: readonly Address[]): number | null {
  const threads = view.snapshot.status?.threads ?? view.snapshot.threads?.length ?? null;
  // All stacks are known where each thread waits on its own.
  if (threads !== null) return threads - 1 > countOnStacks(view, pointers) ? 1 : null;
  if (isRecognised(view, 'go') || findFile(view.files, OTHER_MALLOC)) return 1;
  return view.inaccessible.some((i) => isClaimedFor(view, i, 'glibc.arena')) ? 1 : 3;
}

/** Not of coroutines, which have their stacks in memory of their runtime. */
function countOnStacks(view: View, pointers: readonly Address[]): number {
  return pointers.filter((pointer) => {
    const entry = claimsOf(view, indexAt(view, pointer)).find(({ start, end }) => start <= pointer && pointer < end);
    return entry === undefined || entry.claim.region.endsWith('.thread-stack');
  }).length;
}

export const threadStacks: Signature = {
  name: 'thread-stacks',
  claim(view) {
    const libc = libcOf(view).name;
    const flagged = view.smaps?.some((entry) => entry?.flags.includes('nh')) ?? false;
    const pointers = stackPointers(view);
    claimMarked(view, libc);
    claimGuarded(view, libc, flagged, pointers);
    claimUnmarked(view, libc, pointers);
  },
};
