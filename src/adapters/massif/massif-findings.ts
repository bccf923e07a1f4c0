/** What a reader of massif's numbers has to know, as sentences with the numbers of this file. */
import { exactAndIec, iec, share } from '../../core/explain/format';
import type { Bytes } from '../../core/units';
import type { ExplainedMassif } from './attribute-massif';
import { type MassifFile, totalOf } from './massif';

export interface MassifFinding {
  readonly kind: 'massif.reserved' | 'massif.counted-twice' | 'massif.peak-mark' | 'massif.unknown' | 'massif.cut';
  readonly severity: 'info' | 'warning';
  readonly bytes: Bytes;
  readonly text: string;
}

export function findingsOfMassif(file: MassifFile, explained: ExplainedMassif): MassifFinding[] {
  const findings: MassifFinding[] = [];
  const largest = explained.snapshots[explained.largest]!;
  const reserved = largest.categories.reservation;
  if (reserved > 0) {
    findings.push({
      kind: 'massif.reserved',
      severity: 'info',
      bytes: reserved,
      text:
        `${exactAndIec(reserved)} of the ${exactAndIec(largest.totalBytes)} are address space that the program reserved. ` +
        'Massif counts it like memory, because it counts every mmap; it costs no RAM until it is opened.',
    });
  }
  if (explained.countedTwice > 0) {
    findings.push({
      kind: 'massif.counted-twice',
      severity: 'info',
      bytes: explained.countedTwice,
      text:
        `${exactAndIec(explained.countedTwice)} are counted twice: Go reserves an arena and then maps it over itself, and massif ` +
        `adds both. The process had ${iec(largest.totalBytes - explained.countedTwice)}.`,
    });
  }
  if (explained.peak !== explained.largest) {
    const marked = file.snapshots[explained.peak]!;
    findings.push({
      kind: 'massif.peak-mark',
      severity: 'info',
      bytes: totalOf(marked),
      text:
        `Massif marks snapshot ${marked.index} as the peak, with ${exactAndIec(totalOf(marked))}. It looks for one only when memory is ` +
        `freed; the largest is snapshot ${file.snapshots[explained.largest]!.index}.`,
    });
  }
  const { unknown } = largest.categories;
  if (unknown > 0.01 * largest.totalBytes) {
    findings.push({
      kind: 'massif.unknown',
      severity: 'info',
      bytes: unknown,
      text:
        `${exactAndIec(unknown)} (${share(unknown, largest.totalBytes)}) are not explained: massif names no function for them, or ` +
        'the program asked the kernel itself. A lower --threshold and a larger --depth name more.',
    });
  }
  if (file.broken) {
    findings.push({
      kind: 'massif.cut',
      severity: 'warning',
      bytes: 0,
      text: `The file is damaged: ${file.broken.message}. What stands before is explained.`,
    });
  }
  return findings;
}
