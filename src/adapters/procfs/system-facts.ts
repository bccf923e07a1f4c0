/** What is true for the whole machine: read once per run, from /proc and the kernel's own words. */
import { join } from 'node:path';
import { parsePageSize } from '../../core/mapping/parse-auxv';
import { parseBootTime } from '../../core/mapping/parse-system';
import { DEFAULT_SYSTEM, type SystemFacts } from '../../core/snapshot/snapshot';
import { readBytes, readText, valueOf } from './read-file';

/**
 * @param root a /proc; everything that it does not hold keeps its usual value. USER_HZ is 100 on every architecture that
 *   Linux runs on today except alpha and ia64, and nothing under /proc tells it.
 */
export function readSystemFacts(root = '/proc'): SystemFacts {
  const auxv = valueOf(readBytes(join(root, 'self/auxv')));
  const stat = valueOf(readText(join(root, 'stat')));
  const limit = valueOf(readText(join(root, 'sys/vm/max_map_count')));
  return {
    ...DEFAULT_SYSTEM,
    pageSize: (auxv && parsePageSize(auxv)) ?? DEFAULT_SYSTEM.pageSize,
    kernel: valueOf(readText(join(root, 'sys/kernel/osrelease')))?.trim() || null,
    machine: valueOf(readText(join(root, 'sys/kernel/arch')))?.trim() || null,
    maxMapCount: limit !== null && /^\d+\s*$/.test(limit) ? Number(limit) : null,
    bootMs: stat === null ? null : parseBootTime(stat),
  };
}
