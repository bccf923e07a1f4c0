/**
 * tcmalloc (gperftools 2.x and google/tcmalloc) as a library.
 *
 * Source: gperftools src/system-alloc.cc (brk first, then mmap), google/tcmalloc system_allocator.cc. Sample, MySQL 9.7:
 *   `564773436000-564790d24000 rw-p 00000000 00:00 0    [heap]`      473 MiB, and no arena
 * Cannot tell: linked into a program it looks like any other large mapping.
 */
import { filePattern, findFile } from '../attribution/files';
import { type Claim, claimMapping } from '../attribution/view';
import { isRecognised } from './plan';
import type { Signature } from './signature';

const LIBRARY = filePattern(/^libtcmalloc/);
/** What users put before the allocator that a program was linked with. */
const PRELOADED = filePattern(/^lib(jemalloc|mimalloc)/);

const MAPPING: Claim = {
  region: 'tcmalloc.mapping',
  category: 'heap',
  confidence: 'likely',
  why: 'Private writable memory of a process whose allocator is tcmalloc: its library is mapped.',
};

export const tcmalloc: Signature = {
  name: 'tcmalloc',
  files: [LIBRARY],
  claim(view, library) {
    if (isRecognised(view, 'go')) return;
    // Of two allocators the first that was loaded has malloc, and libraries are loaded downwards.
    const other = findFile(view.files, PRELOADED);
    if (other && other.mappings[0]! > library.mappings[0]!) return;
    for (const i of view.writable) claimMapping(view, i, MAPPING);
  },
};
