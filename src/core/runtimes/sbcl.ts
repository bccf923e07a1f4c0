/**
 * SBCL (Steel Bank Common Lisp): dynamic space, static and code spaces, one structure for each thread.
 *
 * Source: src/runtime/linux-os.c and gencgc.c (dynamic space, executable and writable, 1 GiB to 8 GiB by default), thread.c
 * (alloc_thread_struct: control stack, binding stack, alien stack in one mapping, three guard zones of 32 KiB), SBCL 1.4 to 2.5.
 * Sample: `1001330000-1040000000 rwxp 00000000 00:00 0`
 * Everything anonymous that is rwx and touches a mapping of the core file is a space of the collector; rwx elsewhere is a
 * thread. Cannot tell: the lower page of an os_allocate from the linker's, so single pages stay with libc.
 */
import { filePattern, findFile } from '../attribution/files';
import { type Claim, type View, claimRange, isFree } from '../attribution/view';
import { EXECUTE, WRITE, isAnonymous, isInaccessible } from '../mapping/mapping';
import { MIB } from '../units';
import { isPlainNone, isPlainWritable, runsOf } from './shapes';
import type { Signature } from './signature';

const FILE = filePattern(/^(sbcl(-[\d.]+)?|.*\.core)$/);
const NAMED = filePattern(/sbcl/);

const SPACE: Claim = {
  region: 'sbcl.dynamic-space',
  category: 'heap',
  confidence: 'certain',
  why: "Writable and executable beside the core file: a space of SBCL's collector.",
};
const THREAD: Claim = {
  region: 'sbcl.thread-struct',
  category: 'stack',
  inaccessible: 'guard',
  confidence: 'likely',
  why: 'Writable and executable with guard zones inside: the stacks of a Lisp thread.',
};
const MAPPING: Claim = {
  region: 'sbcl.mapping',
  category: 'heap',
  confidence: 'likely',
  why: 'A block that the runtime of SBCL maps between its threads.',
};

const isSpaceLike = (access: number): boolean => (access & (WRITE | EXECUTE)) === (WRITE | EXECUTE);

export const sbcl: Signature = {
  name: 'sbcl',
  files: [FILE],
  claim(view, file) {
    if (!findFile(view.files, NAMED)) return;
    if (!view.mappings.some((m) => m.end - m.start >= 64 * MIB && isSpaceLike(m.access) && isAnonymous(m))) return;
    view.runtimes.push({
      name: 'sbcl',
      version: null,
      evidence: `maps ${file.name} and large spaces that are writable and executable`,
    });
    const runs = runsOf(view, (m, i) => isFree(view, i) || m.name === file.name);
    for (const run of runs) {
      let besideCore = false;
      let largest = 0;
      for (let i = run.from; i < run.to; i++) {
        const m = view.mappings[i]!;
        if (m.name.endsWith('.core')) besideCore = true;
        if (isAnonymous(m) && isSpaceLike(m.access)) largest = Math.max(largest, m.end - m.start);
      }
      if (largest === 0) continue;
      if (besideCore || largest >= 16 * MIB) claimSpace(view, run.from, run.to);
      else claimThreads(view, run.from, run.to);
    }
    // A single inaccessible page between writable ones belongs to the dynamic space (gencgc's list of regions ends on it).
    view.mappings.forEach((m, i) => {
      if (isFree(view, i) && isPlainNone(m) && m.end - m.start === view.pageSize) {
        claimRange(view, m.start, m.end, SPACE);
      }
    });
  },
};

function claimSpace(view: View, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const m = view.mappings[i]!;
    if (isAnonymous(m)) claimRange(view, m.start, m.end, SPACE);
  }
}

/** From the first to the last executable mapping of a run; a writable one between two threads is the runtime's own. */
function claimThreads(view: View, from: number, to: number): void {
  const isThread = (i: number): boolean => isSpaceLike(view.mappings[i]!.access);
  let first = from;
  while (first < to && !isThread(first)) first++;
  let last = to - 1;
  while (last > first && !isThread(last)) last--;
  for (let i = Math.max(from, first - 1); i <= last; i++) {
    const m = view.mappings[i]!;
    if (isPlainWritable(m)) claimRange(view, m.start, m.end, MAPPING);
    else if (i >= first && (isInaccessible(m) || isAnonymous(m))) claimRange(view, m.start, m.end, THREAD);
  }
}
