/** What the signatures of Go share: sizes of its structures, claims, and how it is announced. */
import type { Claim, View } from '../attribution/view';
import { type Bytes, MIB } from '../units';
import { alignUp } from './shapes';

export const ARENA = 64 * MIB;
export const ARENA_INDEX = 32 * MIB;

/** heapArena structures of one arena, bytes: the heap bitmap left them in 1.20 and 1.22. */
export const HEAP_ARENA_BYTES: ReadonlyArray<{ readonly bytes: Bytes; readonly versions: string }> = [
  { bytes: 2_166_784, versions: '1.12-1.19' },
  { bytes: 2_162_688, versions: '1.11' },
  { bytes: 1_134_592, versions: '1.20-1.21' },
  { bytes: 73_728, versions: '1.25-1.27' },
  { bytes: 69_632, versions: '1.22-1.24' },
];
export const LATE = '1.22-1.27';

/** As mapped: in whole pages. */
export function heapArenaBytes(view: View, bytes: Bytes): Bytes {
  return alignUp(bytes, view.pageSize);
}

/** The versions whose heapArena structure takes this many bytes; with large pages the small ones take the same. */
export function versionsBySize(view: View, size: Bytes): string | null {
  const fitting = HEAP_ARENA_BYTES.filter(({ bytes }) => heapArenaBytes(view, bytes) === size);
  return fitting.length > 1 ? LATE : (fitting[0]?.versions ?? null);
}

export const claimOf = (region: string, category: Claim['category'], why: string, sure = true): Claim => ({
  region,
  category,
  confidence: sure ? 'certain' : 'likely',
  why,
});

export const HEAP = claimOf(
  'go.heap-arena',
  'heap',
  'Go heap arena: the page tables describe this part of the address space.'
);
export const SCAVENGE = claimOf(
  'go.scavenge-index',
  'metadata',
  'Go keeps here what it may give back to the kernel; it lies below the page tables and opens at the same place.'
);
export const FAR_INDEX = claimOf(
  'go.arena-index-L2',
  'metadata',
  'Index of all Go heap arenas: 32 MiB in one piece.',
  false
);
export const HEAP_ARENA = claimOf(
  'go.heapArena-metadata',
  'metadata',
  'Bookkeeping of one Go heap arena: its size fits.',
  false
);

/** Adds Go to the runtimes of the process; the program's own build information goes before what sizes tell. */
export function announceGo(view: View, version: string, evidence: string): void {
  const exact = view.snapshot.goVersion;
  view.runtimes.push({
    name: 'go',
    version: exact ?? version,
    evidence: exact ? `Build information of the program; ${evidence}` : evidence,
  });
}
