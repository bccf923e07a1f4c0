/**
 * The brk area, which the kernel names `[heap]`.
 *
 * Source: mm/mmap.c (brk), fs/proc/task_mmu.c; glibc and tcmalloc grow it, musl keeps an inaccessible page at its start.
 * Sample: `55c4c3b08000-55c4c3b29000 rw-p 00000000 00:00 0    [heap]`
 * Cannot tell: which allocator of the process uses it.
 */
import { claimMapping } from '../attribution/view';
import type { Signature } from './signature';

export const brk: Signature = {
  name: 'brk',
  claim(view) {
    view.bracketed.forEach((i) => {
      if (view.mappings[i]!.name !== '[heap]') return;
      claimMapping(view, i, {
        region: 'libc.brk',
        category: 'heap',
        inaccessible: 'guard',
        confidence: 'certain',
        why: 'The kernel names it [heap]: memory that malloc gets with brk.',
      });
    });
  },
};
