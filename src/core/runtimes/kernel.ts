/**
 * Mappings that the kernel makes in every process.
 *
 * Source: arch/x86/entry/vdso/vma.c (`[vdso]`, `[vvar]`, since 6.13 `[vvar_vclock]`), kernel/events/uprobes.c
 * (`[uprobes]`), fs/proc/task_mmu.c (`[stack]`, `[heap]`). `[heap]` is libc's brk and claimed there.
 * Sample: `7f9fa5d45000-7f9fa5d47000 r-xp 00000000 00:00 0    [vdso]`
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

const CLAIMS = new Map<string, Claim>([['[stack]', STACK]]);
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
