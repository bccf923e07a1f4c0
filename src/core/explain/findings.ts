/** Layout → findings: errors and warnings first, then what explains the most bytes. */
import type { Layout } from '../snapshot/layout';
import { FINDING_KINDS, type Finding, type FindingKind, type Severity } from './finding';
import { boundFindings } from './findings/bounds';
import { fileFindings } from './findings/files';
import { goFindings } from './findings/go';
import { jvmFindings } from './findings/jvm';
import { limitFindings } from './findings/limits';
import { libcFindings } from './findings/libc';
import { memoryFindings } from './findings/memory';
import { wasmFindings } from './findings/wasm';

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2, ok: 3 };

export function findingsOf(layout: Layout): Finding[] {
  return [
    ...boundFindings(layout),
    ...limitFindings(layout),
    ...goFindings(layout),
    ...libcFindings(layout),
    ...jvmFindings(layout),
    ...wasmFindings(layout),
    ...fileFindings(layout),
    ...memoryFindings(layout),
  ].sort(byWeight);
}

/** Said of the process as a whole, whose bytes are no measure of what they mean: first and last, in this order. */
const LEADING: readonly FindingKind[] = ['ramp', 'unknown', 'step.unknown', 'mappings'];
const CLOSING: readonly FindingKind[] = ['heap', 'inside', 'not.returned', 'guess', 'limit.hole', 'limit.as', 'oom'];

function place(kind: FindingKind): number {
  const leading = LEADING.indexOf(kind);
  return leading >= 0 ? leading - LEADING.length : CLOSING.indexOf(kind) + 1;
}

/** Errors and warnings first; among equals what explains the most bytes. */
export function byWeight(a: Finding, b: Finding): number {
  return (
    RANK[a.severity] - RANK[b.severity] ||
    place(a.kind) - place(b.kind) ||
    b.bytes - a.bytes ||
    FINDING_KINDS.indexOf(a.kind) - FINDING_KINDS.indexOf(b.kind)
  );
}
