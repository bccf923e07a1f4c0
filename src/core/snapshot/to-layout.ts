/**
 * Attribution → layout, the form that is stored and served.
 *
 * Addresses: a relative layout holds no address at all, only sizes and the gaps between ranges, and each gap rounded up
 * to a power of two, so that it does not give away where ASLR put anything. File names: images (anything that is mapped
 * executable, and what lies where packages install) and names of the kernel and of runtimes stay; any other file keeps
 * its base name only. An absolute layout keeps both as they are, for the local user and where it was allowed.
 */
import type { Attribution } from '../attribution/attribute';
import { EXECUTE } from '../mapping/mapping';
import { type Bytes, toHex } from '../units';
import type { Layout, LayoutRange } from './layout';

export interface LayoutOptions {
  readonly addresses: 'relative' | 'absolute';
}

const INSTALLED = /^\/(usr|lib|lib32|lib64|bin|sbin|opt|nix|snap)\//;
const KERNEL_NAME = /^(\[|\/memfd:|\/dev\/zero|\/SYSV|anon_inode:)/;

export function toLayout(attribution: Attribution, options: LayoutOptions = { addresses: 'relative' }): Layout {
  const { view } = attribution;
  const { snapshot } = view;
  const absolute = options.addresses === 'absolute';
  const nameOf = absolute ? (name: string): string => name : publicNames(attribution);
  let below = 0;
  const ranges = attribution.ranges.map((range): LayoutRange => {
    const gap = range.start - below;
    below = range.end;
    return {
      ...(absolute ? { start: toHex(range.start) } : {}),
      gap: absolute ? gap : powerOfTwoAbove(gap),
      size: range.end - range.start,
      permissions: range.permissions,
      category: range.category,
      region: range.region,
      confidence: range.confidence,
      why: range.why,
      name: nameOf(view.mappings[range.mapping]?.name ?? ''),
      mapping: range.mapping,
      resident: view.smaps?.[range.mapping]?.rss ?? null,
    };
  });
  const { limits, status } = snapshot;
  return {
    schema: 1,
    comm: snapshot.comm,
    virtualBytes: attribution.virtualBytes,
    mappings: view.mappingCount,
    runtimes: attribution.runtimes,
    threads: snapshot.threads?.length ?? status?.threads ?? null,
    maxMapCount: snapshot.system.maxMapCount,
    ...(limits ? { limits: { addressSpace: limits.addressSpace, data: limits.data } } : {}),
    residentBytes: status?.vmRss ?? sumResident(attribution),
    peakBytes: status?.vmPeak ?? null,
    residentPeakBytes: status?.vmHwm ?? null,
    ranges,
  };
}

/**
 * What the layout id is the hash of. Resident sizes, peaks and the thread count change while the mappings stand, so they
 * are left out: two snapshots with equal mappings have one id.
 */
export function canonicalText(layout: Layout): string {
  const { schema, comm, virtualBytes, mappings, runtimes, maxMapCount, limits, ranges } = layout;
  const lines = ranges.map((r) =>
    [r.start ?? '', r.gap, r.size, r.permissions, r.category, r.region, r.confidence, r.mapping, r.name, r.why].join(
      '\t'
    )
  );
  const head = [schema, comm, virtualBytes, mappings, runtimes, maxMapCount, limits ?? null];
  return `${JSON.stringify(head)}\n${lines.join('\n')}\n`;
}

/** @param sha256 hex digest of `canonicalText`; the hash itself is made where a hash function is at hand */
export function layoutIdOf(sha256: string): string {
  return sha256.slice(0, 13);
}

function powerOfTwoAbove(gap: Bytes): Bytes {
  return gap === 0 ? 0 : 2 ** Math.ceil(Math.log2(gap));
}

function sumResident({ view }: Attribution): Bytes | null {
  return view.smaps ? view.smaps.reduce((sum, entry) => sum + (entry?.rss ?? 0), 0) : null;
}

function publicNames({ view }: Attribution): (name: string) => string {
  const images = new Set<string>();
  for (const m of view.mappings) if (m.access & EXECUTE && m.name !== '') images.add(m.name);
  const known = new Map<string, string>();
  return (name) => {
    let shown = known.get(name);
    if (shown === undefined) {
      const clear = name === '' || images.has(name) || INSTALLED.test(name) || KERNEL_NAME.test(name);
      shown = clear ? name : name.slice(name.lastIndexOf('/') + 1);
      known.set(name, shown);
    }
    return shown;
  };
}
