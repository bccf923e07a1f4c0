/** Questions "600 to 1200 MiB after a Go upgrade" and "32 MiB more after a Go upgrade". */
import { MIB } from '../../units';
import type { Layout, LayoutRange } from '../../snapshot/layout';
import { type Finding, finding } from '../finding';
import { titleOf } from '../names';
import { sumBy, sumOf } from '../survey';

/** Size of `crypto/internal/fips140/drbg.memory`, in .bss of every Go >= 1.26 program that uses crypto. */
const CRYPTO_BUFFER = 32 * MIB;

export function goFindings(layout: Layout): Finding[] {
  const findings: Finding[] = [];
  const reserved = (part: string): number =>
    sumOf(layout, (r) => r.category === 'reservation' && r.region.startsWith(`go.${part}`)).bytes;
  const pageTables = reserved('page-summary');
  const scavengeIndex = reserved('scavenge-index');
  const heapGrowth = reserved('heap-arena');
  const bytes = pageTables + scavengeIndex + heapGrowth;
  if (pageTables + scavengeIndex > 0) {
    findings.push(
      finding('go.reservation', 'info', bytes, {
        regions: sumBy(layout.ranges, (r) => (isStartReservation(r) ? r.region : null)).map((sum) => sum.key),
        numbers: { pageTables, scavengeIndex, heapGrowth },
        words: { runtime: titleOf(layout.runtimes, 'go') },
      })
    );
  }
  const version = layout.runtimes.find((runtime) => runtime.name === 'go')?.version;
  const bss = sumOf(layout, (r) => r.region === 'elf.bss').bytes;
  if (version && isAtLeast(version, 1, 26) && bss >= CRYPTO_BUFFER && bss < 2 * CRYPTO_BUFFER) {
    findings.push(
      finding('go.crypto-buffer', 'info', CRYPTO_BUFFER, {
        regions: ['elf.bss'],
        words: { runtime: titleOf(layout.runtimes, 'go') },
      })
    );
  }
  return findings;
}

function isStartReservation(range: LayoutRange): boolean {
  return range.category === 'reservation' && /^go\.(page-summary|scavenge-index|heap-arena)/.test(range.region);
}

/** False also for a range of versions (`1.14-1.16`) whose lower end is older. */
function isAtLeast(version: string, major: number, minor: number): boolean {
  const match = /^(\d+)\.(\d+)/.exec(version);
  if (!match) return false;
  return Number(match[1]) > major || (Number(match[1]) === major && Number(match[2]) >= minor);
}
