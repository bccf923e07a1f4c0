/**
 * The rules for what no signature claimed: permissions, file kind and neighbours. Always `guess`, except where the
 * kernel's own words (a path, a permission) leave no choice.
 */
import { type Claim, claimMapping, isWhole } from '../attribution/view';
import { type Mapping, EXECUTE, SHARED, WRITE, isInaccessible, sizeOf } from '../mapping/mapping';
import { KIB } from '../units';
import type { Signature } from './signature';

const SMALL_GUARD = 64 * KIB;

const rule = (region: string, category: Claim['category'], why: string, inaccessible?: Claim['category']): Claim => ({
  region,
  category,
  confidence: 'guess',
  why,
  ...(inaccessible ? { inaccessible } : {}),
});

const GUARD = rule('anon.guard', 'guard', 'Inaccessible and at most 64 KiB: too small for a reservation.', 'guard');
const RESERVATION = rule('app.reservation', 'reservation', 'Inaccessible anonymous memory that no runtime claimed.');
const JIT = rule('anon.executable', 'code', 'Anonymous executable memory: generated code.');
const HEAP = rule('anon.heap', 'heap', 'Private writable memory that no runtime claimed.');
const READ_ONLY = rule('anon.read-only', 'data', 'Private anonymous memory that is read-only now.');
const FILE_SHARED = rule('file.shared', 'file', 'A file mapped shared.', 'file');
const FILE_PRIVATE = rule('file.private', 'file', 'A file mapped private.', 'file');
const SHMEM = rule('shared.shm', 'shared', 'Shared memory without a runtime that owns it.', 'shared');

function ruleFor(m: Mapping): Claim {
  if (m.inode !== 0 || m.name.startsWith('/')) {
    if (/^\/dev\/zero/.test(m.name)) return m.access & SHARED ? SHMEM : HEAP;
    if (/^\/(dev\/shm\/|memfd:|SYSV)/.test(m.name)) return SHMEM;
    return m.access & SHARED ? FILE_SHARED : FILE_PRIVATE;
  }
  if (isInaccessible(m)) return sizeOf(m) <= SMALL_GUARD ? GUARD : RESERVATION;
  if (m.access & SHARED) return SHMEM;
  if (m.access & EXECUTE) return JIT;
  return m.access & WRITE ? HEAP : READ_ONLY;
}

export const general: Signature = {
  name: 'general',
  claim(view) {
    if (view.unclaimed === 0) return;
    for (let i = 0; i < view.mappings.length; i++) {
      const entry = view.ledger[i];
      if (entry === undefined || !isWhole(entry)) claimMapping(view, i, ruleFor(view.mappings[i]!));
    }
  },
};
