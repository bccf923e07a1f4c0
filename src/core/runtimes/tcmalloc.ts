/**
 * tcmalloc (gperftools 2.x and google/tcmalloc) as a library.
 *
 * Source: gperftools src/system-alloc.cc (brk first, then mmap), google/tcmalloc system_allocator.cc. Sample, MySQL 9.7:
 *   `564773436000-564790d24000 rw-p 00000000 00:00 0    [heap]`      473 MiB, and no arena
 * Cannot tell: linked into a program it looks like any other large mapping.
 */
import { filePattern, findFile } from '../attribution/files';
import { type Claim, claimMapping } from '../attribution/view';
import type { Signature } from './signature';

const LIBRARY = filePattern(/^libtcmalloc/);

const MAPPING: Claim = {
  region: 'tcmalloc.mapping',
  category: 'heap',
  confidence: 'likely',
  why: 'Private writable memory of a process whose allocator is tcmalloc: its library is mapped.',
};

export const tcmalloc: Signature = {
  name: 'tcmalloc',
  claim(view) {
    if (!findFile(view.files, LIBRARY) || view.runtimes.some(({ name }) => name === 'go')) return;
    for (const i of view.writable) claimMapping(view, i, MAPPING);
  },
};
