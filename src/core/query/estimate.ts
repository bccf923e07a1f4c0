/**
 * What Go's own metrics tell about a Go process without any layout.
 *
 * Source: runtime/mstats.go (what each go_memstats_*_sys_bytes holds), runtime/mpagealloc_64bit.go (the summary levels
 * reserved at start: 585 MiB since 1.14, and 512 MiB more of scavenge index since 1.21), runtime/malloc.go (arenas of
 * 64 MiB, and a 32 MiB heap index that is not in Sys). It cannot tell the image, libraries, files and what C code maps:
 * that rest is unknown. Below zero the constants do not fit this build and nothing is estimated.
 */
import type { Category } from '../attribution/categories';
import type { Parts } from '../plateau/join';
import { MIB } from '../units';

export const GO_METRICS = [
  'go_memstats_heap_sys_bytes',
  'go_memstats_stack_sys_bytes',
  'go_memstats_mspan_sys_bytes',
  'go_memstats_mcache_sys_bytes',
  'go_memstats_buck_hash_sys_bytes',
  'go_memstats_gc_sys_bytes',
  'go_memstats_other_sys_bytes',
] as const;
export type GoMetric = (typeof GO_METRICS)[number];

const ARENA = 64 * MIB;
const SUMMARY_LEVELS = 613_400_576;
const SCAVENGE_INDEX = 512 * MIB;
const HEAP_INDEX = 32 * MIB;

/** `go1.22.5` → 22; null for development versions and anything older than 1.11, whose arena was different. */
export function goMinor(version: string): number | null {
  const found = /^(?:go)?1\.(\d+)/.exec(version);
  return found && Number(found[1]) >= 11 ? Number(found[1]) : null;
}

/** @returns null when the formula does not fit: its parts would exceed the sample */
export function estimateGo(
  virtualBytes: number,
  minor: number,
  metric: (name: GoMetric) => number,
  keyOf: (region: string, category: Category) => string
): Parts | null {
  const heap = metric('go_memstats_heap_sys_bytes');
  const stack = metric('go_memstats_stack_sys_bytes');
  const metadata =
    HEAP_INDEX +
    metric('go_memstats_mspan_sys_bytes') +
    metric('go_memstats_mcache_sys_bytes') +
    metric('go_memstats_buck_hash_sys_bytes') +
    metric('go_memstats_gc_sys_bytes') +
    metric('go_memstats_other_sys_bytes');
  const arenas = Math.ceil((heap + stack) / ARENA) * ARENA - (heap + stack);
  const summaries = (minor >= 14 ? SUMMARY_LEVELS : 0) + (minor >= 21 ? SCAVENGE_INDEX : 0);
  const rest = virtualBytes - heap - stack - metadata - arenas - summaries;
  if (!(rest >= 0)) return null;
  return new Map([
    [keyOf('go.metadata', 'metadata'), metadata],
    [keyOf('go.stack', 'stack'), stack],
    [keyOf('go.heap-arena', 'heap'), heap],
    [keyOf('go.reservation', 'reservation'), arenas + summaries],
    [keyOf('unknown', 'unknown'), rest],
  ]);
}
