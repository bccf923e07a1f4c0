/**
 * Files that are not program images: databases, indexes, locales, archives.
 *
 * Source: fs/proc/task_mmu.c; the path is the kernel's. Sample, etcd's database:
 *   `7f9920000000-7f9ba0000000 r--s 00000000 08:01 99   /srv/etcd1/member/snap/db`
 * Cannot tell: how much of the file is cached in memory; the mapping itself costs none.
 */
import { type Claim, claimMapping, isClaimed } from '../attribution/view';
import { SHARED } from '../mapping/mapping';
import type { Signature } from './signature';

const SHARED_FILE: Claim = {
  region: 'file.shared',
  category: 'file',
  inaccessible: 'file',
  confidence: 'certain',
  why: 'A file mapped shared: its pages are those of the page cache.',
};
const PRIVATE_FILE: Claim = {
  region: 'file.private',
  category: 'file',
  inaccessible: 'file',
  confidence: 'certain',
  why: 'A file mapped private.',
};

export const files: Signature = {
  name: 'files',
  claim(view) {
    const files = view.files.values();
    for (let n = 0; n < files.length && view.unclaimed > 0; n++) {
      const { memory, name, mappings } = files[n]!;
      if (memory && name.startsWith('/dev/zero')) continue;
      for (let i = 0; i < mappings.length; i++) {
        const index = mappings[i]!;
        if (isClaimed(view, index)) continue;
        claimMapping(view, index, view.mappings[index]!.access & SHARED ? SHARED_FILE : PRIVATE_FILE);
      }
    }
  },
};
