/**
 * Ruby (MRI): heap pages of the collector, the pool of fiber stacks, stacks of Ractors, the transient heap, the shape tree, YJIT.
 *
 * Source: gc.c (HEAP_PAGE_ALIGN: 16 KiB until 3.1, 64 KiB since 3.2), cont.c (fiber_pool: stacks of one size with one guard page each
 * in one mapping), thread_pthread_mn.c (MSTACK_CHUNK_SIZE: 512 MiB with the stacks of Ractors' threads, 3.3 on), transient_heap.c
 * (32 MiB, 2.6 to 3.2), shape.c (3.3 on: two untouched tables, 384 MiB and 20 MiB), yjit.c (code in one piece, 3.1 on). Sample:
 *   `7f68d5b38000-7f68d5d28000 rw-p 00000000 00:00 0`
 * Newer releases name their mappings ([anon:Ruby:...]) where the kernel allows it. Cannot tell: a heap page from a malloc chunk by
 * size; a page's two ends are aligned and a chunk's are not, because malloc's header adds a page. The collector reserves what it
 * maps, so memory with the flag `nr` belongs to an allocator that was put in malloc's place.
 */
import { filePattern } from '../attribution/files';
import { type Claim, type View, claimMapping, claimRange, freeParts, isFree } from '../attribution/view';
import { sizeOf } from '../mapping/mapping';
import { KIB, MIB } from '../units';
import { hasFlag, isPlain, isPlainNone, isPlainWritable, runsOf } from './shapes';
import type { Signature } from './signature';

const FILE = filePattern(/^(ruby[\d.]*|libruby[-\d.]*\.so[\d.]*)$/);

const PAGE = 16 * KIB;
const TRANSIENT = 32 * MIB;
const MANY_FIBERS = 4;
const LARGEST_FIBER = MIB;
/** Stacks of threads are round and have their guard beside them; fibers have theirs inside a round size. */
const THREAD_STEP = 64 * KIB;
const RACTOR_STACKS = 512 * MIB;
/** Far more than a stack: 240 threads would have to live for less to be left. */
const UNTAKEN = 16 * MIB;
/** The first page, and at least one stack with a guard page below and above. */
const LEAST_STACKS = 3;
/** Smaller pieces are callbacks of libffi or compiled regular expressions. */
const LEAST_CODE = MIB;

const FIBERS: Claim = {
  region: 'ruby.fiber-pool',
  category: 'stack',
  inaccessible: 'guard',
  confidence: 'likely',
  why: 'Stacks of one size with a guard page each, in a row: the pool of fiber stacks.',
};
const TRANSIENT_HEAP: Claim = {
  region: 'ruby.transient-heap',
  category: 'heap',
  confidence: 'likely',
  why: '32 MiB in one piece in a Ruby process: the transient heap.',
};
const SHAPES: Claim = {
  region: 'ruby.shape-tree',
  category: 'heap',
  confidence: 'likely',
  why: 'Ruby 3.3 and newer map the table of object shapes at its full size at start; hardly any of it is touched.',
};
const RACTORS: Claim = {
  region: 'ruby.native-thread-stacks',
  category: 'stack',
  inaccessible: 'guard',
  confidence: 'likely',
  why: 'Ruby 3.3 and newer map 512 MiB at once for the stacks of the threads of Ractors, with a guard page each.',
};
const RACTORS_TO_COME: Claim = { ...RACTORS, inaccessible: 'reservation' };
const YJIT: Claim = {
  region: 'ruby.yjit-code',
  category: 'code',
  confidence: 'likely',
  why: 'Executable anonymous memory of a Ruby process: machine code of YJIT.',
};
const HEAP_PAGES: Claim = {
  region: 'ruby.heap-page',
  category: 'heap',
  confidence: 'likely',
  why: "Aligned to 16 KiB at both ends in a Ruby process: pages of the collector's heap.",
};

export const ruby: Signature = {
  name: 'ruby',
  files: [FILE],
  claim(view, file) {
    view.runtimes.push({
      name: 'ruby',
      version: /(\d+\.\d+(\.\d+)?)/.exec(file.base)?.[1] ?? null,
      evidence: `maps ${file.name}`,
    });
    claimRactors(view);
    claimShutRactors(view);
    for (const run of runsOf(view, (m, i) => isFree(view, i) && isPlain(m))) {
      claimFibers(view, run.from, run.to);
    }
    claimCode(view);
  },
};

/** The last thread's stack is followed by what no thread has taken yet; it ends where the whole piece ends. */
function claimRactors(view: View): void {
  for (const i of view.inaccessible) {
    const rest = view.mappings[i + 1];
    if (!isFree(view, i) || !rest || sizeOf(view.mappings[i]!) !== view.pageSize) continue;
    if (rest.start !== view.mappings[i]!.end || sizeOf(rest) < UNTAKEN || !isPlainWritable(rest)) continue;
    const start = rest.end - RACTOR_STACKS;
    let first = i;
    while (first > 0 && view.mappings[first]!.start > start && isPartOf(view, first - 1)) first--;
    if (view.mappings[first]!.start <= start) claimRange(view, start, rest.end, RACTORS);
  }
}

/** Later releases reserve the piece and open each stack when a thread takes it. */
function claimShutRactors(view: View): void {
  for (const i of view.inaccessible) {
    const rest = view.mappings[i]!;
    if (!isFree(view, i) || sizeOf(rest) < UNTAKEN || sizeOf(rest) >= RACTOR_STACKS) continue;
    const start = rest.end - RACTOR_STACKS;
    let first = i;
    while (first > 0 && view.mappings[first]!.start > start && isPartOf(view, first - 1)) first--;
    if (view.mappings[first]!.start > start || i - first < LEAST_STACKS) continue;
    claimRange(view, start, rest.start, RACTORS);
    claimMapping(view, i, RACTORS_TO_COME);
  }
}

/** True for a stack, or a guard page, that touches what lies above it. */
function isPartOf(view: View, index: number): boolean {
  const m = view.mappings[index]!;
  if (m.end !== view.mappings[index + 1]!.start || !isFree(view, index)) return false;
  return isPlainWritable(m) || (isPlainNone(m) && sizeOf(m) === view.pageSize);
}

/** YJIT reserves all of its code space and opens it from the low end. */
function claimCode(view: View): void {
  for (const i of view.executable) {
    if (!isFree(view, i) || sizeOf(view.mappings[i]!) < LEAST_CODE) continue;
    claimMapping(view, i, YJIT);
    const above = view.mappings[i + 1];
    if (above?.start === view.mappings[i]!.end && isPlainNone(above) && isFree(view, i + 1)) {
      claimMapping(view, i + 1, YJIT);
    }
  }
}

function claimFibers(view: View, from: number, to: number): void {
  const guard = (i: number): boolean =>
    i < to && isPlainNone(view.mappings[i]!) && sizeOf(view.mappings[i]!) === view.pageSize;
  for (let i = from; i + 1 < to; i++) {
    if (!guard(i)) continue;
    const stack = sizeOf(view.mappings[i + 1]!);
    if (stack > LARGEST_FIBER || stack % THREAD_STEP === 0) continue;
    const isStack = (j: number): boolean => {
      const size = j < to && !isPlainNone(view.mappings[j]!) ? sizeOf(view.mappings[j]!) : 0;
      return size === stack || (size > stack && size % THREAD_STEP !== 0);
    };
    let end = i;
    while (guard(end) && isStack(end + 1)) end += 2;
    if ((end - i) / 2 < MANY_FIBERS) continue;
    // The last stack may have merged with what lies above it.
    const last = view.mappings[end - 1]!;
    claimRange(view, view.mappings[i]!.start, last.start + stack, FIBERS);
    i = end - 1;
  }
}

export const rubyRest: Signature = {
  name: 'ruby-rest',
  files: [FILE],
  claim(view: View) {
    for (const i of view.writable) {
      if (hasFlag(view, i, 'nr')) continue;
      for (const part of freeParts(view, i)) {
        const size = part.end - part.start;
        if (size === TRANSIENT) claimRange(view, part.start, part.end, TRANSIENT_HEAP);
        else if (size >= 384 * MIB && size <= 424 * MIB) claimRange(view, part.start, part.end, SHAPES);
        else if (part.start % PAGE === 0 && part.end % PAGE === 0) claimRange(view, part.start, part.end, HEAP_PAGES);
      }
    }
  },
};
