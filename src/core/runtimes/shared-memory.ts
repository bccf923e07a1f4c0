/**
 * Shared memory and what else the kernel backs with unnamed files.
 *
 * Source: mm/shmem.c (shmem_zero_setup: `/dev/zero (deleted)`, memfd_create: `/memfd:NAME (deleted)`), ipc/shm.c
 * (`/SYSV%08x (deleted)`), /dev/shm (POSIX), fs/hugetlbfs (`/anon_hugepage (deleted)`), io_uring,
 * net/packet/af_packet.c (`socket:[INODE]`), buffers of graphics drivers. Sample:
 *   `7fdf83d0f000-7fdf8cba7000 rw-s 00000000 00:01 1042   /dev/zero (deleted)`
 * PostgreSQL's shared buffers, nginx zones and PHP's opcache are such mappings. Cannot tell: who shares them.
 */
import { type Claim, claimMapping } from '../attribution/view';
import { EXECUTE, type Mapping, SHARED, isInaccessible } from '../mapping/mapping';
import type { Signature } from './signature';

const kind = (region: string, why: string, category: Claim['category'] = 'shared'): Claim => ({
  region,
  category,
  inaccessible: 'reservation',
  confidence: 'certain',
  why,
});

const ANONYMOUS = kind('shared.anon-shmem', 'Anonymous shared memory: the kernel backs it with /dev/zero.');
const POSIX = kind('shared.shm', 'POSIX shared memory: a file in /dev/shm.');
const MEMFD = kind('shared.memfd', 'Shared memory made by memfd_create.');
const SYSV = kind('shared.sysv', 'System V shared memory.');
const PACKETS = kind('shared.packet-ring', 'A ring of packets that a socket shares with the kernel.');
const RING = kind('shared.io-uring', 'Rings of io_uring or another kernel object, shared with the kernel.');
const DEVICE = kind('shared.device', 'Memory of a device.');
const HUGE = kind('shared.hugetlb', 'Shared huge pages.');
const JIT = kind('jit.shared-code', 'Executable shared memory: generated code.', 'code');
const PRIVATE_HUGE = kind('anon.huge-pages', 'Private huge pages that the program mapped itself.', 'heap');

const SLASH = 47;

function kindOf(m: Mapping): Claim | null {
  const { name } = m;
  const shared = (m.access & SHARED) !== 0;
  if (name.startsWith('anon_inode:')) return RING;
  if (name.startsWith('socket:')) return PACKETS;
  if (name.charCodeAt(0) !== SLASH) return shared && m.inode === 0 && !isInaccessible(m) ? ANONYMOUS : null;
  if (name.startsWith('/dev/zero')) return shared ? executableOr(m, ANONYMOUS) : null;
  if (name.startsWith('/memfd:')) return executableOr(m, MEMFD);
  if (name.startsWith('/SYSV')) return executableOr(m, SYSV);
  if (name.startsWith('/anon_hugepage')) return shared ? HUGE : PRIVATE_HUGE;
  if (name.startsWith('/dev/shm/')) return executableOr(m, POSIX);
  if (name.startsWith('/dev/hugepages/')) return HUGE;
  return shared ? DEVICE : null;
}

function executableOr(m: Mapping, otherwise: Claim): Claim {
  return m.access & EXECUTE ? JIT : otherwise;
}

export const sharedMemory: Signature = {
  name: 'shared-memory',
  claim(view) {
    for (const file of view.files.values()) {
      if (!file.memory) continue;
      for (const index of file.mappings) {
        const claim = kindOf(view.mappings[index]!);
        if (claim) claimMapping(view, index, claim);
      }
    }
    for (const index of view.sharedPathless) {
      const claim = kindOf(view.mappings[index]!);
      if (claim) claimMapping(view, index, claim);
    }
  },
};
