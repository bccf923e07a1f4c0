/** The process of the design's terminal picture: a cgo daemon of Go 1.26, 2.64 GiB virtual, 468 MiB resident. */
import type { Pictured } from '../../../src/cli/terminal/picture';
import { findingsOf } from '../../../src/core/explain/findings';
import type { Layout } from '../../../src/core/snapshot/layout';
import { snapshotOf } from '../../../src/core/snapshot/snapshot';
import { drawLayout } from '../explain/draw-layout';

const DAEMON = `
  elf.text                code         6115328  ?
  elf.rodata              code         5607424  ?
  elf.data                data         425984   ?
  elf.relro               data         24576    ?
  elf.bss                 data         33882112 ?
  go.arena-index-L2       metadata     32MiB    ?
  go.persistent-chunk     metadata     6791168  ?
  kernel.vvar             kernel       16KiB    ?
  kernel.vvar_vclock      kernel       16KiB    ?
  glibc.thread-stack      guard        56KiB    0
  glibc.thread-stack      stack        112MiB   ?
  stack.main              stack        135168   ?
  go.heap-arena           heap         490876928 ?
  glibc.arena             heap         1884160  ?
  glibc.arena             reservation  937635840 0
  go.scavenge-index       reservation  512MiB   0
  go.page-summary-L4      reservation  585MiB   0
  go.heap-arena           reservation  46104576 0
`;

const RESIDENT: Readonly<Record<string, number>> = {
  'go.heap-arena': 475000000,
  'glibc.arena': 1884160,
  'stack.main': 135168,
  'elf.text': 5609472,
  'elf.rodata': 3932160,
  'elf.data': 425984,
  'go.arena-index-L2': 3145728,
  'kernel.vvar': 8192,
};

export function daemon(parts: { readonly layout?: Partial<Layout>; readonly measured?: boolean } = {}): Pictured {
  const drawn = drawLayout(DAEMON, {
    comm: 'daemon',
    threads: 15,
    runtimes: [{ name: 'go', version: '1.26', evidence: 'Drawn.' }],
    residentBytes: 490500096,
    ...parts.layout,
  });
  const layout: Layout = {
    ...drawn,
    ranges: drawn.ranges.map((range) => ({
      ...range,
      resident: parts.measured === false ? null : (range.resident ?? RESIDENT[range.region] ?? 0),
    })),
  };
  const snapshot = snapshotOf([], {
    pid: 4242,
    comm: 'daemon',
    takenMs: Date.UTC(2026, 10, 23, 7, 54, 2),
    statmBytes: layout.virtualBytes,
  });
  return { snapshot, layout, findings: findingsOf(layout) };
}
