/** What costs RAM and what does not, whatever the runtime: heap, untouched memory, reservations, shared memory. */
import type { Layout, LayoutRange } from '../../snapshot/layout';
import { MIB } from '../../units';
import { type Finding, finding } from '../finding';
import { ownerOf, sumBy, sumOf } from '../survey';

const WORTH_SAYING = 64 * MIB;
/** Their reservations have findings with the reason. */
const EXPLAINED = new Set(['go', 'glibc', 'jvm', 'asan', 'tsan', 'sanitizer']);
const SHADOWS = new Set(['asan', 'tsan', 'msan', 'sanitizer']);

export function memoryFindings(layout: Layout): Finding[] {
  return [
    ...sanitizer(layout),
    ...reservations(layout),
    ...shared(layout),
    ...untouched(layout),
    ...heap(layout),
    ...notReturned(layout),
  ];
}

function heap(layout: Layout): Finding[] {
  const sum = sumOf(layout, (r) => r.category === 'heap');
  if (sum.bytes === 0) return [];
  const numbers: Record<string, number> = sum.resident
    ? { resident: sum.resident.high, atLeast: sum.resident.low }
    : {};
  return [finding('heap', 'info', sum.bytes, { regions: regionsOf(layout, (r) => r.category === 'heap'), numbers })];
}

/** Accessible, large, and less than a tenth in RAM: a reservation in all but permission. */
function untouched(layout: Layout): Finding[] {
  const regions = sumBy(layout.ranges, (r) => (r.category === 'heap' ? r.region : null)).filter(
    (sum) => sum.resident !== null && sum.bytes >= WORTH_SAYING && sum.resident.high * 10 < sum.bytes
  );
  if (regions.length === 0) return [];
  const bytes = regions.reduce((sum, region) => sum + region.bytes, 0);
  const resident = regions.reduce((sum, region) => sum + (region.resident?.high ?? 0), 0);
  return [
    finding('untouched', 'info', bytes, {
      regions: regions.map((region) => region.key),
      numbers: { resident, reserved: reservedOf(layout, regions[0]!.key) },
      words: { largest: regions[0]!.key },
    }),
  ];
}

function reservedOf(layout: Layout, region: string): number {
  return sumOf(layout, (r) => r.region === region && r.category === 'reservation').bytes;
}

/** Said only when RAM was really given back: the peak of the kernel's own count is far above what is resident now. */
function notReturned(layout: Layout): Finding[] {
  const peak = layout.residentPeakBytes ?? null;
  const resident = layout.residentBytes;
  if (peak === null || resident === null || peak < 2 * resident || peak - resident < WORTH_SAYING) return [];
  // Unmapped memory gave its addresses back too.
  const unmapped = Math.max(0, (layout.peakBytes ?? layout.virtualBytes) - layout.virtualBytes);
  if (2 * unmapped > peak - resident) return [];
  return [
    finding('not.returned', 'info', peak - resident, { numbers: { peak, resident, virtual: layout.virtualBytes } }),
  ];
}

function reservations(layout: Layout): Finding[] {
  const isOpen = (r: LayoutRange): boolean =>
    r.category === 'reservation' && !EXPLAINED.has(ownerOf(r.region)) && !/wasm-memory|linear-memory/.test(r.region);
  return sumBy(layout.ranges, (r) => (isOpen(r) ? r.region : null))
    .filter((sum) => sum.bytes >= WORTH_SAYING && sum.bytes * 50 >= layout.virtualBytes)
    .map((sum) =>
      finding('reservation', 'info', sum.bytes, {
        regions: [sum.key],
        numbers: { accessible: sumOf(layout, (r) => r.region === sum.key && r.category !== 'reservation').bytes },
        words: { region: sum.key },
      })
    );
}

function shared(layout: Layout): Finding[] {
  const sum = sumOf(layout, (r) => r.category === 'shared');
  if (sum.bytes < WORTH_SAYING && sum.bytes * 4 < layout.virtualBytes) return [];
  const numbers: Record<string, number> = sum.resident ? { resident: sum.resident.high } : {};
  return [
    finding('shared', 'info', sum.bytes, { regions: regionsOf(layout, (r) => r.category === 'shared'), numbers }),
  ];
}

function sanitizer(layout: Layout): Finding[] {
  const chosen = (r: LayoutRange): boolean => SHADOWS.has(ownerOf(r.region));
  const sum = sumOf(layout, chosen);
  if (sum.bytes < WORTH_SAYING) return [];
  const numbers: Record<string, number> = sum.resident ? { resident: sum.resident.high } : {};
  return [finding('sanitizer', 'info', sum.bytes, { regions: regionsOf(layout, chosen), numbers })];
}

function regionsOf(layout: Layout, chosen: (range: LayoutRange) => boolean): string[] {
  return sumBy(layout.ranges, (r) => (chosen(r) ? r.region : null)).map((sum) => sum.key);
}
