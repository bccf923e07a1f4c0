/** Shapes that several runtimes share: what a mapping looks like without knowing whose it is. */
import { type View, touchesBelow } from '../attribution/view';
import { type Mapping, EXECUTE, SHARED, WRITE, isAnonymous, isInaccessible, sizeOf } from '../mapping/mapping';
import { type Address, type Bytes, KIB, MIB } from '../units';

/** glibc cuts arenas on this border (HEAP_MAX_SIZE, malloc/arena.c); the first writable part is 132 KiB. */
const ARENA = 64 * MIB;
const ARENA_HEAD = 132 * KIB;

export function alignDown(value: number, unit: Bytes): number {
  return Math.floor(value / unit) * unit;
}

export function alignUp(value: number, unit: Bytes): number {
  return Math.ceil(value / unit) * unit;
}

export function isPowerOfTwo(bytes: Bytes): boolean {
  return bytes > 0 && Number.isInteger(Math.log2(bytes));
}

/** True or false where smaps has the mapping's VmFlags, null where it has not. */
export function hasFlag(view: View, index: number, flag: string): boolean | null {
  const entry = view.smaps?.[index];
  return entry ? entry.flags.includes(flag) : null;
}

/** True for a 32-bit process: nothing of it lies above 4 GiB. */
export function isAddressSpace32(view: View): boolean {
  const last = view.mappings[view.mappings.length - 1];
  return last !== undefined && last.end <= 2 ** 32;
}

/** Private anonymous memory that can be read and written and not executed. */
export function isPlainWritable(m: Mapping): boolean {
  return (m.access & (WRITE | EXECUTE | SHARED)) === WRITE && isAnonymous(m);
}

/** PROT_NONE without a file behind it. */
export function isPlainNone(m: Mapping): boolean {
  return isInaccessible(m) && isAnonymous(m) && (m.access & SHARED) === 0;
}

/** Private anonymous memory that is writable, or inaccessible: what reservations and their opened parts are. */
export function isPlain(m: Mapping): boolean {
  return isPlainNone(m) || isPlainWritable(m);
}

/**
 * Start of the glibc arena that ends in the inaccessible mapping `index`, or null. An arena is a writable head at a
 * 64 MiB border and a PROT_NONE tail up to the next border; head and tail may have merged with neighbours outside.
 */
export function arenaStart(view: View, index: number): Address | null {
  const tail = view.mappings[index]!;
  if (!isPlainNone(tail) || !touchesBelow(view, index)) return null;
  const head = view.mappings[index - 1]!;
  const start = alignDown(tail.start - 1, ARENA);
  const rest = tail.end - (start + ARENA);
  return isPlainWritable(head) &&
    head.start <= start &&
    tail.start - start >= ARENA_HEAD &&
    rest >= 0 &&
    rest <= 64 * KIB
    ? start
    : null;
}

/** Reservations are opened in round steps, an arena page by page. */
const ROUND_STEP = 64 * KIB;

/**
 * End of the glibc arena whose inaccessible tail is the lower part of mapping `index`, or null: the tail has merged with a
 * reservation above it. The head must begin at the border exactly and have a size that nobody chooses.
 */
export function mergedArenaEnd(view: View, index: number): Address | null {
  const tail = view.mappings[index]!;
  if (!isPlainNone(tail) || !touchesBelow(view, index)) return null;
  const head = view.mappings[index - 1]!;
  const start = alignDown(tail.start - 1, ARENA);
  const size = sizeOf(head);
  if (!isPlainWritable(head) || head.start !== start || tail.end <= start + ARENA) return null;
  return size >= ARENA_HEAD && size % ROUND_STEP !== 0 ? start + ARENA : null;
}

/** One reservation inside a contiguous stretch: writable pieces and PROT_NONE pieces, as mapping indices. */
export interface Run {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly start: Address;
  readonly end: Address;
}

/** Maximal stretches of touching mappings that `accept` takes, ascending. */
export function runsOf(view: View, accept: (m: Mapping, index: number) => boolean): Run[] {
  const runs: Run[] = [];
  let from = -1;
  const close = (to: number): void => {
    if (from >= 0) runs.push({ from, to, start: view.mappings[from]!.start, end: view.mappings[to - 1]!.end });
    from = -1;
  };
  view.mappings.forEach((m, i) => {
    if (from >= 0 && !touchesBelow(view, i)) close(i);
    if (accept(m, i)) {
      if (from < 0) from = i;
    } else {
      close(i);
    }
  });
  close(view.mappings.length);
  return runs;
}
