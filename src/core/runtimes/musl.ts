/**
 * musl's malloc (mallocng and the older one).
 *
 * Source: musl src/malloc/mallocng (groups of slots, each group its own mmap when large; 1.2). Sample:
 *   `7fc922bde000-7fc925600000 rw-p 00000000 00:00 0`      hundreds of groups that have merged
 * Cannot tell: a group from a map of the program itself.
 */
import { type Claim, claimMapping } from '../attribution/view';
import { libcOf } from './libc';
import type { Signature } from './signature';

const GROUPS: Claim = {
  region: 'musl.malloc',
  category: 'heap',
  confidence: 'guess',
  why: 'Private writable memory of a process with musl that nobody else claims: groups of its malloc.',
};

export const musl: Signature = {
  name: 'musl',
  claim(view) {
    if (libcOf(view).name !== 'musl') return;
    for (const i of view.writable) claimMapping(view, i, GROUPS);
  },
};
