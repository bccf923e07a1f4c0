/**
 * jemalloc 4 and 5, as a library or inside a program.
 *
 * Source: src/pages.c (os_overcommits: MAP_NORESERVE, hence VmFlag `nr`), src/extent_mmap.c, base.c (2 MiB blocks). Sample:
 *   `7f3158880000-7f3159000000 rw-p 00000000 00:00 0`      7.5 MiB, VmFlags `nr`
 * Cannot tell: its heap from its bookkeeping. Inside a program (DuckDB, ClickHouse, Redis builds) it shows in smaps only:
 * nothing else of a C program makes writable memory that the kernel does not reserve.
 */
import { filePattern, findFile } from '../attribution/files';
import { type Claim, claimRange, freeParts } from '../attribution/view';
import { KIB } from '../units';
import { isRecognised } from './plan';
import { hasFlag } from './shapes';
import type { Signature } from './signature';

const LIBRARY = filePattern(/^libjemalloc(\.|_)/);

const BY_LIBRARY: Claim = {
  region: 'jemalloc.mapping',
  category: 'heap',
  confidence: 'likely',
  why: 'Private writable memory of a process whose allocator is jemalloc: its library is mapped.',
};
const BY_FLAG: Claim = {
  region: 'jemalloc.mapping',
  category: 'heap',
  confidence: 'guess',
  why: 'Writable memory that the kernel does not reserve, in multiples of 512 KiB: an allocator such as jemalloc.',
};
/** Extents of the large size classes; smaller requests are cut from them. */
const EXTENT = 512 * KIB;

export const jemalloc: Signature = {
  name: 'jemalloc',
  claim(view) {
    const library = findFile(view.files, LIBRARY);
    // Go's own memory has no flag; of a Go process only what has one can be the C allocator's.
    const flagOnly = !library || isRecognised(view, 'go');
    if (flagOnly && !view.smaps) return;
    view.writable.forEach((i) => {
      const flagged = hasFlag(view, i, 'nr') === true;
      if (flagOnly && !flagged) return;
      for (const part of freeParts(view, i)) {
        const extents = (part.end - part.start) % EXTENT === 0;
        if (library) claimRange(view, part.start, part.end, BY_LIBRARY);
        else if (extents) claimRange(view, part.start, part.end, BY_FLAG);
      }
    });
  },
};
