/**
 * Stacks of POSIX threads in a program that wants executable stacks: the main stack is executable, and so are those of threads.
 *
 * Source: glibc nptl/allocatestack.c (GL(dl_stack_flags) & PF_X), from PT_GNU_STACK of the program or of a library, which hand-written
 * assembly leaves out; glibc 2.31 to 2.43, which refuses such libraries from 2.41 on, but not such programs. Sample, Poly/ML:
 *   `7f3b5ccfc000-7f3b5ed00000 rwxp 00000000 00:00 0`      VmFlags `gu nh`, four stacks of 8 MiB
 *   `7ffd3858f000-7ffd385b0000 rwxp 00000000 00:00 0    [stack]`
 * Cannot tell: without smaps, stacks of another size than the default from code that the program generates.
 */
import { type Claim, type View, claimMapping, isFree } from '../attribution/view';
import { EXECUTE, sizeOf } from '../mapping/mapping';
import { KIB } from '../units';
import { libcOf } from './libc';
import { hasFlag, isPlainNone } from './shapes';
import type { Signature } from './signature';
import { defaultStack } from './thread-stacks';

const LARGEST_GUARD = 64 * KIB;

function hasExecutableStack({ bracketed, mappings }: View): boolean {
  // From above: it is among the highest names.
  for (let n = bracketed.length - 1; n >= 0; n--) {
    const m = mappings[bracketed[n]!]!;
    if (m.name === '[stack]') return (m.access & EXECUTE) !== 0;
  }
  return false;
}

export const executableStacks: Signature = {
  name: 'executable-stacks',
  claim(view) {
    if (view.executable.length === 0 || !hasExecutableStack(view)) return;
    const usual = defaultStack(view, 'glibc');
    const claim: Claim = {
      region: `${libcOf(view).name}.thread-stack`,
      category: 'stack',
      inaccessible: 'guard',
      confidence: 'likely',
      why: 'Executable like the stack of the main thread, and of the size or with the flag of thread stacks.',
    };
    for (const i of view.executable) {
      if (!isFree(view, i)) continue;
      const below = view.mappings[i - 1];
      const guarded = below?.end === view.mappings[i]!.start && isPlainNone(below);
      const size = sizeOf(view.mappings[i]!);
      const bySize = guarded ? size === usual : size % (usual + view.pageSize) === 0;
      if (!(hasFlag(view, i, 'nh') ?? bySize)) continue;
      claimMapping(view, i, claim);
      if (guarded && sizeOf(below) <= LARGEST_GUARD && isFree(view, i - 1)) claimMapping(view, i - 1, claim);
    }
  },
};
