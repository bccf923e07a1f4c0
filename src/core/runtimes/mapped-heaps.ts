/**
 * Runtimes whose collector maps its heap itself, in pieces of any size, while malloc serves only their libraries: Guile and ECL (the
 * Boehm collector), Racket, Chez Scheme, Julia.
 *
 * Source: bdwgc os_dep.c (GC_unix_mmap_get_mem, GC_expand_hp_inner: 256 KiB and more) and libguile/jit.c (code in pieces of 256 KiB or
 * more, writable and executable); racket/src/ChezScheme/c/segment.c (S_getmem; code segments are executable) and, before 8.0,
 * racket/src/racket/gc2/newgc.c (write-protects old pages); julia src/gc-pages.c and src/gc-stacks.c (jl_malloc_stack: stacks of
 * tasks with eight guard pages). libgc 8.0 and 8.2, Guile 2.2 and 3.0, Racket 7.9 to 8.18, Julia 1.5. Sample, Guile's code
 * between its heap:
 *   `7f404f1d4000-7f4057f24000 rw-p 00000000 00:00 0`
 *   `7f4057f24000-7f4057f64000 rwxp 00000000 00:00 0`
 * Cannot tell: a piece of the heap from a large request of malloc. A program that uses the Boehm collector beside malloc
 * has all of its large blocks named after the collector.
 */
import { type FilePattern, filePattern, isMatch } from '../attribution/files';
import { type Claim, type View, claimMapping, claimRange, freeParts, isFree } from '../attribution/view';
import { EXECUTE, READ, SHARED, WRITE, isAnonymous, sizeOf } from '../mapping/mapping';
import { KIB } from '../units';
import { isPlainWritable } from './shapes';
import type { Signature } from './signature';

interface Collector {
  readonly file: FilePattern;
  readonly heap: Claim;
  /** What it makes executable; null where that is left to the general rules. */
  readonly code: Claim | null;
  /** True when it write-protects old objects. */
  readonly protects?: boolean;
}

const heapOf = (region: string, why: string): Claim => ({ region, category: 'heap', confidence: 'likely', why });
const codeOf = (region: string, why: string): Claim => ({ region, category: 'code', confidence: 'likely', why });

const BOEHM = heapOf('boehm.heap', 'Writable memory of a process with libgc: blocks of the Boehm collector.');

const COLLECTORS: readonly Collector[] = [
  {
    file: filePattern(/^libguile-[\d.]+\.so/),
    heap: BOEHM,
    code: codeOf('guile.jit-code', 'Executable anonymous memory of a Guile process: code of its compiler.'),
  },
  { file: filePattern(/^libgc\.so/), heap: BOEHM, code: null },
  {
    file: filePattern(/^g?racket(-[\d.]+)?$/),
    heap: heapOf('racket.heap', 'Writable memory of Racket: its collector maps the heap itself, not malloc.'),
    code: codeOf('racket.heap', 'Executable memory of Racket: segments of its heap that hold code.'),
    protects: true,
  },
  {
    file: filePattern(/^(petite|scheme|chez(-?scheme)?)[\d.]*$/),
    heap: heapOf('chez.heap', 'Writable memory of Chez Scheme: segments of its heap.'),
    code: codeOf('chez.heap', 'Executable memory of Chez Scheme: segments of its heap that hold code.'),
  },
  {
    file: filePattern(/^libjulia(-internal)?\.so/),
    heap: heapOf('julia.gc-heap', 'Writable memory of a Julia process: pages and large objects of its collector.'),
    code: codeOf('julia.jit-code', 'Executable anonymous memory of a Julia process: compiled functions.'),
  },
];

const JULIA = COLLECTORS.at(-1)!.file;
const TASK_STACK: Claim = {
  region: 'julia.task-stack',
  category: 'stack',
  inaccessible: 'guard',
  confidence: 'likely',
  why: 'Eight guard pages below writable memory in a Julia process: the stack of a task.',
};
const TASK_GUARD = 32 * KIB;
/** Smaller blocks are the linker's and small libraries'. */
const LEAST = 64 * KIB;

/** Before the stacks of threads: those of tasks look like them. */
export const mappedStacks: Signature = {
  name: 'mapped-stacks',
  files: [JULIA],
  claim(view: View) {
    for (const i of view.inaccessible) {
      const above = view.mappings[i + 1];
      if (sizeOf(view.mappings[i]!) !== TASK_GUARD || above?.start !== view.mappings[i]!.end) continue;
      if (!isFree(view, i) || !isFree(view, i + 1) || !isPlainWritable(above)) continue;
      claimMapping(view, i, TASK_STACK);
      claimMapping(view, i + 1, TASK_STACK);
    }
  },
};

/** Old objects of a collector that learns of writes by faults: private memory that is read-only now. */
function claimProtected(view: View, heap: Claim): void {
  view.mappings.forEach((m, i) => {
    const readOnly = (m.access & (READ | WRITE | EXECUTE | SHARED)) === READ;
    if (readOnly && isAnonymous(m) && isFree(view, i)) claimMapping(view, i, heap);
  });
}

export const mappedHeaps: Signature = {
  name: 'mapped-heaps',
  files: COLLECTORS.map(({ file }) => file),
  claim(view, file) {
    const collector = COLLECTORS.find((one) => isMatch(file, one.file))!;
    for (const i of view.writable) {
      for (const { start, end } of freeParts(view, i)) {
        if (end - start >= LEAST) claimRange(view, start, end, collector.heap);
      }
    }
    if (collector.protects) claimProtected(view, collector.heap);
    if (!collector.code) return;
    for (const i of view.executable) {
      if (isFree(view, i) && sizeOf(view.mappings[i]!) >= LEAST) claimMapping(view, i, collector.code);
    }
  },
};
