/** How near the process is to a limit, and how much of the answer is not sure. */
import type { Layout } from '../../snapshot/layout';
import { type Finding, type Severity, finding } from '../finding';
import { sumBy, sumOf } from '../survey';

export function boundFindings(layout: Layout): Finding[] {
  return [...unknown(layout), ...addressSpace(layout), ...mappings(layout), ...guessed(layout), ...charged(layout)];
}

function unknown(layout: Layout): Finding[] {
  const { bytes } = sumOf(layout, (r) => r.category === 'unknown');
  if (bytes === 0) return [];
  const severity = bytes * 100 > layout.virtualBytes ? 'warning' : 'info';
  return [finding('unknown', severity, bytes, { regions: ['unknown'], numbers: { virtual: layout.virtualBytes } })];
}

function addressSpace(layout: Layout): Finding[] {
  const limit = layout.limits?.addressSpace ?? null;
  if (limit === null) {
    // Worth a word only where most of VSZ is address space that nobody touches. For Go there is a better one.
    if (layout.ranges.some((r) => r.region.startsWith('go.page-summary'))) return [];
    const { bytes } = sumOf(layout, (r) => r.category === 'reservation');
    return bytes * 2 > layout.virtualBytes ? [finding('limit.as', 'info', layout.virtualBytes, {})] : [];
  }
  const severity = severityOf(layout.virtualBytes / limit);
  return [
    finding('limit.as', severity, layout.virtualBytes, { numbers: { limit, left: limit - layout.virtualBytes } }),
  ];
}

function mappings(layout: Layout): Finding[] {
  const limit = layout.maxMapCount;
  if (limit === null || layout.mappings * 10 < limit) return [];
  const [largest] = sumBy(layout.ranges, (r) => r.region).sort((a, b) => b.mappings - a.mappings);
  return [
    finding('mappings', severityOf(layout.mappings / limit), layout.virtualBytes, {
      regions: largest ? [largest.key] : [],
      numbers: { count: layout.mappings, limit, ...(largest ? { most: largest.mappings } : {}) },
      words: largest ? { most: largest.key } : {},
    }),
  ];
}

function severityOf(used: number): Severity {
  return used >= 0.98 ? 'error' : used >= 0.8 ? 'warning' : 'info';
}

function guessed(layout: Layout): Finding[] {
  const { bytes } = sumOf(layout, (r) => r.confidence === 'guess' && r.category !== 'unknown');
  if (bytes * 20 < layout.virtualBytes) return [];
  const regions = sumBy(layout.ranges, (r) => (r.confidence === 'guess' && r.category !== 'unknown' ? r.region : null));
  return [
    finding('guess', 'info', bytes, {
      regions: regions.map((sum) => sum.key),
      numbers: { virtual: layout.virtualBytes },
    }),
  ];
}

/** Said where VSZ is far from what a container is charged for. */
function charged(layout: Layout): Finding[] {
  const resident = layout.residentBytes;
  if (resident === null || layout.virtualBytes < 4 * resident) return [];
  return [finding('oom', 'info', layout.virtualBytes, { numbers: { resident } })];
}
