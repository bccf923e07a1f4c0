/** Questions "VSZ grows to 37 GB" (mapped data files) and "what is that 10 GB block" (one database file). */
import type { Layout, LayoutRange } from '../../snapshot/layout';
import { GIB, MIB } from '../../units';
import { type Finding, finding } from '../finding';
import { sumBy, sumOf } from '../survey';

const WORTH_SAYING = 32 * MIB;

export function fileFindings(layout: Layout): Finding[] {
  const findings: Finding[] = [];
  const files = sumBy(layout.ranges, (r) => (r.category === 'file' ? r.name : null));
  const database = files.find((file) => isBoltFile(layout, file.key) && file.bytes >= GIB);
  if (database) {
    findings.push(
      finding('etcd.bbolt', 'info', database.bytes, {
        regions: regionsOf(layout, (r) => r.category === 'file' && r.name === database.key),
        numbers: database.resident ? { resident: database.resident.high } : {},
        words: { file: database.key },
      })
    );
  }
  const rest = files.filter((file) => file !== database);
  const bytes = rest.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes >= WORTH_SAYING || bytes * 4 >= layout.virtualBytes) {
    const chosen = (r: LayoutRange): boolean => r.category === 'file' && r.name !== database?.key;
    const { resident } = sumOf(layout, chosen);
    const single = sumBy(layout.ranges, (r) => (chosen(r) ? fileOf(r) : null));
    findings.push(
      finding('file.mapped', 'info', bytes, {
        regions: regionsOf(layout, chosen),
        numbers: {
          files: single.length,
          share: bytes / layout.virtualBytes,
          largest: single[0]?.bytes ?? 0,
          ...(resident ? { resident: resident.high } : {}),
        },
        words: { largest: single[0]?.key.split('\t')[0] ?? '' },
      })
    );
  }
  return findings;
}

/** etcd keeps its data in one bbolt file, `member/snap/db`; without its folders only the program tells. */
function isBoltFile(layout: Layout, name: string): boolean {
  return name.endsWith('/member/snap/db') || (name === 'db' && layout.comm === 'etcd');
}

/** In a relative layout files of different folders share one base name; their sizes tell most of them apart. */
function fileOf({ name, size }: LayoutRange): string {
  return name.includes('/') ? name : `${name}\t${size}`;
}

function regionsOf(layout: Layout, chosen: (range: LayoutRange) => boolean): string[] {
  return sumBy(layout.ranges, (r) => (chosen(r) ? r.region : null)).map((sum) => sum.key);
}
