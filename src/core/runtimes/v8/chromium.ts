/**
 * What Chromium and Electron reserve: PartitionAlloc pools, the V8 sandbox, its tables and the cage of the C++ heap.
 *
 * Source: base/allocator/partition_allocator/partition_address_space.h (pools of 16 GiB at a 16 GiB border, metadata apart
 * in a region of the same size), v8/src/sandbox/sandbox.cc (1 TiB between guards of 32 GiB and more, and the lowest 4 GiB
 * kept shut), v8/src/sandbox/external-entity-table.h (segments of 64 KiB in reservations of 128 MiB and more),
 * v8/src/heap/cppgc/caged-heap.h, base/allocator (`[anon:partition_alloc]` where the kernel shows names).
 * Sample: `d1800220000-d1c00002000 ---p`, `146300240000-15ab00000000 ---p` (nr dd), `558268680000-558288680000 rwxp`.
 * Cannot tell: a pool from a cage when neither is named; both are heap. Everything here is `likely`: no source of truth
 * of a running process confirms it.
 */
import { type Claim, type View, claimMapping, claimRange, isFree } from '../../attribution/view';
import { type Mapping, EXECUTE, SHARED, WRITE, isAnonymous, isInaccessible, sizeOf } from '../../mapping/mapping';
import { type Bytes, GIB, KIB, MIB } from '../../units';
import { type Run, runsOf } from '../shapes';
import type { Signature } from '../signature';
import { namedHost } from './host';

const POOL = 16 * GIB;
const SANDBOX = 256 * GIB;
const TABLE = 64 * MIB;
const SEGMENT = 64 * KIB;
const CAGE_TABLE = 32 * MIB;

const part = (region: string, category: Claim['category'], why: string): Claim => ({
  region,
  category,
  confidence: 'likely',
  why,
});

const SANDBOX_CLAIM = part('v8.sandbox', 'heap', 'Hundreds of GiB in one reservation: the V8 sandbox with its guards.');
const LOW_GUARD = part(
  'v8.sandbox',
  'heap',
  'The lowest 4 GiB kept shut, so that 32-bit offsets from a null pointer hit nothing.'
);
const TABLES = part(
  'v8.tables',
  'metadata',
  'Reservations of 64 MiB and more that hold single segments of 64 KiB: pointer tables of V8.'
);
const CODE_RANGE = part('v8.code-range', 'code', 'Half a GiB of writable and executable memory: the code range of V8.');
const CAGE = part('cppgc.cage', 'heap', 'A 16 GiB reservation whose first 32 MiB stay shut: the cage of the C++ heap.');
const POOL_CLAIM = part(
  'partition-alloc.pool',
  'heap',
  'A pool of PartitionAlloc: 16 GiB or a power of two at its own border.'
);
const TYPE_TABLE = part('v8.mapping', 'heap', 'The table of types of the C++ heap, 512 KiB.');

export const chromium: Signature = {
  name: 'chromium',
  claim(view) {
    if (namedHost(view)?.name !== 'chromium') return;
    view.mappings.forEach((m, i) => {
      if (isFree(view, i) && /^\[anon:partition_alloc/.test(m.name)) claimMapping(view, i, POOL_CLAIM);
    });
    for (const run of runsOf(view, (m, i) => isFree(view, i) && isAnonymous(m) && (m.access & SHARED) === 0)) {
      claimRun(view, run);
    }
  },
};

function claimRun(view: View, run: Run): void {
  const pieces = view.mappings.slice(run.from, run.to);
  const claim = claimFor(run, pieces);
  if (claim) claimRange(view, run.start, run.end, claim);
}

function claimFor(run: Run, pieces: readonly Mapping[]): Claim | null {
  const bytes = run.end - run.start;
  const reserved = pieces.filter(isInaccessible).reduce((sum: Bytes, m) => sum + sizeOf(m), 0);
  const first = pieces[0]!;
  if (run.start < MIB && reserved === bytes && run.end >= 4 * GIB) return LOW_GUARD;
  if (bytes >= SANDBOX) return SANDBOX_CLAIM;
  if (pieces.every((m) => (m.access & (EXECUTE | WRITE)) === (EXECUTE | WRITE)) && bytes >= 32 * MIB) return CODE_RANGE;
  if (bytes >= TABLE && pieces.length > 1 && pieces.every((m) => isInaccessible(m) || sizeOf(m) <= 4 * SEGMENT)) {
    return bytes % POOL === 0 ? POOL_CLAIM : TABLES;
  }
  if (bytes === 512 * KIB && pieces.length === 2 && isInaccessible(pieces[1]!)) return TYPE_TABLE;
  if (bytes === POOL && isInaccessible(first) && sizeOf(first) === CAGE_TABLE) return CAGE;
  // The pools' own sizes; reservations of ordinary programs are not multiples of GiB at such a border.
  return bytes >= GIB && bytes % GIB === 0 && (run.start % GIB === 0 || bytes % POOL === 0) ? POOL_CLAIM : null;
}
