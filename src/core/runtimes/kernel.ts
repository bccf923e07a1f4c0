/**
 * Mappings that the kernel makes in every process.
 *
 * Source: arch/x86/entry/vdso/vma.c (`[vdso]`, `[vvar]`, since 6.13 `[vvar_vclock]`), kernel/events/uprobes.c
 * (`[uprobes]`), fs/proc/task_mmu.c (`[stack]`, `[heap]`), mm/mmap.c (brk). glibc and tcmalloc grow the brk area, musl keeps an
 * inaccessible page at its start. Sample:
 *   `7f9fa5d45000-7f9fa5d47000 r-xp 00000000 00:00 0    [vdso]`
 *   `55c4c3b08000-55c4c3b29000 rw-p 00000000 00:00 0    [heap]`
 * Cannot tell: which allocator of the process uses the brk area.
 */
import { type Claim, claimMapping } from '../attribution/view';
import type { Signature } from './signature';

const STACK: Claim = {
  region: 'stack.main',
  category: 'stack',
  inaccessible: 'guard',
  confidence: 'certain',
  why: 'The kernel names it [stack]: the stack of the main thread.',
};

const BRK: Claim = {
  region: 'libc.brk',
  category: 'heap',
  inaccessible: 'guard',
  confidence: 'certain',
  why: 'The kernel names it [heap]: memory that malloc gets with brk.',
};

const CLAIMS = new Map<string, Claim>([
  ['[stack]', STACK],
  ['[heap]', BRK],
]);
for (const name of ['vdso', 'vvar', 'vvar_vclock', 'uprobes', 'sigpage', 'vectors']) {
  CLAIMS.set(`[${name}]`, {
    region: `kernel.${name}`,
    category: 'kernel',
    inaccessible: 'kernel',
    confidence: 'certain',
    why: `The kernel names it [${name}].`,
  });
}

export const kernel: Signature = {
  name: 'kernel',
  claim(view) {
    const { bracketed, mappings } = view;
    for (let i = 0; i < bracketed.length; i++) {
      const claim = CLAIMS.get(mappings[bracketed[i]!]!.name);
      if (claim) claimMapping(view, bracketed[i]!, claim);
    }
  },
};
