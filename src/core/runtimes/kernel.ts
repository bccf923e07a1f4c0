/**
 * Mappings that the kernel makes in every process.
 *
 * Source: arch/x86/entry/vdso/vma.c (`[vdso]`, `[vvar]`, since 6.13 `[vvar_vclock]`), kernel/events/uprobes.c
 * (`[uprobes]`), fs/proc/task_mmu.c (`[stack]`, `[heap]`). `[heap]` is libc's brk and claimed there.
 * Sample: `7f9fa5d45000-7f9fa5d47000 r-xp 00000000 00:00 0    [vdso]`
 */
import { claimMapping } from '../attribution/view';
import type { Signature } from './signature';

const NAMES: Readonly<Record<string, string>> = {
  '[vdso]': 'kernel.vdso',
  '[vvar]': 'kernel.vvar',
  '[vvar_vclock]': 'kernel.vvar_vclock',
  '[uprobes]': 'kernel.uprobes',
  '[sigpage]': 'kernel.sigpage',
  '[vectors]': 'kernel.vectors',
};

export const kernel: Signature = {
  name: 'kernel',
  claim(view) {
    view.bracketed.forEach((i) => {
      const m = view.mappings[i]!;
      const region = NAMES[m.name];
      if (region) {
        claimMapping(view, i, {
          region,
          category: 'kernel',
          inaccessible: 'kernel',
          confidence: 'certain',
          why: `The kernel names it ${m.name}.`,
        });
      } else if (m.name === '[stack]') {
        claimMapping(view, i, {
          region: 'stack.main',
          category: 'stack',
          inaccessible: 'guard',
          confidence: 'certain',
          why: 'The kernel names it [stack]: the stack of the main thread.',
        });
      }
    });
  },
};
