/** Questions "many 64 MiB blocks" and "what do my threads cost". */
import type { Layout } from '../../snapshot/layout';
import { MIB } from '../../units';
import { type Finding, finding } from '../finding';
import { sumBy, sumOf } from '../survey';

/** HEAP_MAX_SIZE of glibc's malloc on 64-bit machines. */
const ARENA = 64 * MIB;
const WORTH_SAYING = 8 * MIB;

export function libcFindings(layout: Layout): Finding[] {
  return [...arenas(layout), ...stacks(layout)];
}

function arenas(layout: Layout): Finding[] {
  const all = sumOf(layout, (r) => r.region === 'glibc.arena').bytes;
  const reserved = sumOf(layout, (r) => r.region === 'glibc.arena' && r.category === 'reservation').bytes;
  const count = Math.round(all / ARENA);
  if (count === 0 || reserved === 0) return [];
  return [
    finding('glibc.arenas', 'info', all, {
      regions: ['glibc.arena'],
      numbers: {
        count,
        reserved,
        held: all - reserved,
        ...(layout.threads === null ? {} : { threads: layout.threads }),
      },
    }),
  ];
}

function stacks(layout: Layout): Finding[] {
  const isThreadStack = (region: string): boolean => /thread-stack|^jvm\.thread/.test(region);
  const sum = sumOf(layout, (r) => r.category === 'stack' && isThreadStack(r.region));
  if (sum.bytes < WORTH_SAYING) return [];
  const regions = sumBy(layout.ranges, (r) => (r.category === 'stack' && isThreadStack(r.region) ? r.region : null));
  return [
    finding('stacks', 'info', sum.bytes, {
      regions: regions.map((region) => region.key),
      numbers: {
        ...(layout.threads === null ? {} : { threads: layout.threads }),
        ...(sum.resident ? { resident: sum.resident.high } : {}),
      },
    }),
  ];
}
