/**
 * What Chromium and programs built like it reserve (Electron, QtWebEngine, CEF; measured with symbols: mini-racer 0.12 and
 * 0.14, workerd 2023 and 2026): PartitionAlloc pools, the V8 sandbox, cages and pointer tables.
 *
 * Source: base/allocator/partition_allocator/partition_address_space.h (pools of 16 GiB at a 16 GiB border, metadata apart
 * in a region of the same size), v8/src/sandbox/sandbox.cc (1 TiB between guards of 32 GiB and more, and the lowest 4 GiB
 * kept shut), v8/src/sandbox/segmented-table.h (segments of 64 KiB in reservations of 64 MiB and more),
 * v8/src/init/isolate-group.cc (4 GiB for compressed pointers, 1 GiB for trusted objects), v8/src/heap/cppgc/caged-heap.h,
 * base/allocator (`[anon:partition_alloc]` where the kernel shows names).
 * Sample: `d1800220000-d1c00002000 ---p`, `146300240000-15ab00000000 ---p` (nr dd), `558268680000-558288680000 rwxp`,
 *   `7f39aca00000-7f39aca10000 r--p`, `7f39aca10000-7f39aca20000 rw-p`, `7f39aca20000-7f39cca00000 ---p` (nr): a table.
 * Cannot tell: a pool from a cage of the same size when neither is named; both are heap. Everything here is `likely`: in
 * Chromium itself no source of truth of a running process confirms it.
 */
import { type Claim, type View, claimMapping, claimRange, isFree } from '../../attribution/view';
import { type Mapping, SHARED, WRITE, isAnonymous, isInaccessible, sizeOf } from '../../mapping/mapping';
import { type Address, type Bytes, GIB, KIB, MIB } from '../../units';
import { type Run, runsOf } from '../shapes';
import { TABLE_UNIT, claimTables } from './tables';

const POOL = 16 * GIB;
const SMALLEST_POOL = 8 * GIB;
const SANDBOX = 256 * GIB;
const SEGMENT = 64 * KIB;
const CAGE_TABLE = 32 * MIB;
const LEAST_CODE = 32 * MIB;

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
const V8_CAGE = part(
  'v8.cage',
  'heap',
  'A reservation of 1 or 4 GiB at its own border: compressed or trusted pointers.'
);
const CAGE = part(
  'cppgc.cage',
  'heap',
  'A reservation of 16 GiB of which the low end stays shut: the cage of the C++ heap.'
);
const POOL_CLAIM = part(
  'partition-alloc.pool',
  'heap',
  'A pool of PartitionAlloc: 16 GiB or a power of two at its own border.'
);
const TYPE_TABLE = part('v8.mapping', 'heap', 'The table of types of the C++ heap, 512 KiB.');

/** Claims what lies in a process that has V8 the way Chromium has it. */
export function claimSandboxed(view: View): void {
  for (const i of view.bracketed) {
    if (isFree(view, i) && view.mappings[i]!.name.startsWith('[anon:partition_alloc')) {
      claimMapping(view, i, POOL_CLAIM);
    }
  }
  for (const i of view.executable) {
    const m = view.mappings[i]!;
    if ((m.access & WRITE) !== 0 && sizeOf(m) >= LEAST_CODE && isFree(view, i)) claimMapping(view, i, CODE_RANGE);
  }
  // Cages are at borders of their own size; tables lie where mmap puts them.
  const table = (bytes: Bytes, start: Address): Claim | null => (bytes < GIB || start % GIB !== 0 ? TABLES : null);
  claimTables(view, { table, types: TYPE_TABLE });
  for (const i of view.inaccessible) {
    // A table that nothing uses yet.
    const bytes = sizeOf(view.mappings[i]!);
    if (bytes % TABLE_UNIT === 0 && bytes < GIB && isFree(view, i)) claimMapping(view, i, TABLES);
  }
  for (const run of runsOf(view, (m, i) => isFree(view, i) && isAnonymous(m) && (m.access & SHARED) === 0)) {
    claimRun(view, run);
  }
}

function claimRun(view: View, run: Run): void {
  const claim = claimFor(run, view.mappings.slice(run.from, run.to));
  if (claim) claimRange(view, run.start, run.end, claim);
}

function claimFor(run: Run, pieces: readonly Mapping[]): Claim | null {
  const bytes = run.end - run.start;
  if (bytes < TABLE_UNIT) return null;
  const reserved = pieces.filter(isInaccessible).reduce((sum: Bytes, m) => sum + sizeOf(m), 0);
  const first = pieces[0]!;
  if (run.start < MIB && reserved === bytes && run.end >= 4 * GIB) return LOW_GUARD;
  if (bytes >= SANDBOX) return SANDBOX_CLAIM;
  if ((bytes === GIB || bytes === 4 * GIB) && run.start % bytes === 0) return V8_CAGE;
  if (pieces.length > 1 && pieces.every((m) => isInaccessible(m) || sizeOf(m) <= 4 * SEGMENT)) {
    return bytes % POOL === 0 ? POOL_CLAIM : null;
  }
  if (bytes === POOL && isInaccessible(first) && (sizeOf(first) === CAGE_TABLE || reserved === bytes)) return CAGE;
  // The pools' own sizes; reservations of ordinary programs are not multiples of GiB at such a border.
  return bytes >= SMALLEST_POOL && bytes % GIB === 0 && (run.start % GIB === 0 || bytes % POOL === 0)
    ? POOL_CLAIM
    : null;
}
