/**
 * Where stacks lie in a mapping that others share with them, from the stack pointers of threads that wait. Sample, without
 * smaps and glibc 2.43: `7fa8d1e4c000-7fa8d6200000 rw-p`, tables of Go below and above four stacks of 8 MiB and a page.
 */
import { type Address, type Bytes, KIB } from '../units';

/** A thread that waits in a system call is rarely deeper than this below the top of its stack. */
export const USUAL_DEPTH = 64 * KIB;
/** PTHREAD_STACK_MIN; what is smaller is a stack for signal handlers. */
export const SMALLEST_STACK = 16 * KIB;
/** struct pthread and the first frames of a thread. */
const THREAD_BLOCK = 2 * KIB;

interface Part {
  readonly start: Address;
  readonly end: Address;
}

/**
 * Where a row of stacks begins that ends with `part`: the pointers in it lie at the tops of stacks counted from that end. What
 * is between two of them are stacks too, of threads that run elsewhere. The end where fewer than two pointers fit.
 */
export function rowStart(part: Part, pointers: readonly Address[], whole: Bytes): Address {
  let start = part.end;
  for (let i = pointers.length - 1; i >= 0; i--) {
    const above = Math.floor((part.end - pointers[i]!) / whole);
    const top = part.end - above * whole;
    const depth = top - pointers[i]!;
    if (depth < THREAD_BLOCK || depth > USUAL_DEPTH || top - whole < part.start) break;
    start = top - whole;
  }
  return part.end - start > whole ? start : part.end;
}

/**
 * The top of a small stack that may have merged with what lies above it: of the end and the powers of two with their guard
 * page, what is closest above the stack pointer, with room for the thread's own block.
 */
function topOf({ start, end }: Part, pointer: Address, page: Bytes): Address {
  for (let bytes = SMALLEST_STACK; start + bytes + page < end; bytes *= 2) {
    const top = start + bytes + page;
    if (top - pointer >= THREAD_BLOCK && top - pointer <= USUAL_DEPTH) return top;
  }
  return end;
}

/** Where the stack of a waiting thread is, when it touches an end of the mapping or fills it. */
export function around(m: Part, pointer: Address, whole: Bytes, page: Bytes): [Address, Address] {
  if (m.end - m.start <= whole) return [m.start, topOf(m, pointer, page)];
  if (m.end - pointer <= USUAL_DEPTH) return [m.end - whole, m.end];
  const top = Math.min(m.end, Math.max(m.start + whole, Math.ceil(pointer / (16 * KIB)) * 16 * KIB));
  return [Math.max(m.start, top - whole), top];
}
