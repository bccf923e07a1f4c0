/**
 * The brk area, which the kernel names `[heap]`.
 *
 * Source: mm/mmap.c (brk), fs/proc/task_mmu.c; glibc and tcmalloc grow it, musl keeps an inaccessible page at its start.
 * Sample: `55c4c3b08000-55c4c3b29000 rw-p 00000000 00:00 0    [heap]`
 * Cannot tell: which allocator of the process uses it.
 */
import { type Claim, claimMapping } from '../attribution/view';
import type { Signature } from './signature';

const BRK: Claim = {
  region: 'libc.brk',
  category: 'heap',
  inaccessible: 'guard',
  confidence: 'certain',
  why: 'The kernel names it [heap]: memory that malloc gets with brk.',
};

export const brk: Signature = {
  name: 'brk',
  claim(view) {
    const { bracketed, mappings } = view;
    for (let i = 0; i < bracketed.length; i++) {
      if (mappings[bracketed[i]!]!.name === '[heap]') claimMapping(view, bracketed[i]!, BRK);
    }
  },
};
