/** Layout → findings: errors and warnings first, then by kind in the order of FINDING_KINDS, the larger first. */
import type { Layout } from '../snapshot/layout';
import { FINDING_KINDS, type Finding, type Severity } from './finding';
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

/** Errors and warnings first, then by kind, the larger first. */
export function byWeight(a: Finding, b: Finding): number {
  return (
    RANK[a.severity] - RANK[b.severity] ||
    FINDING_KINDS.indexOf(a.kind) - FINDING_KINDS.indexOf(b.kind) ||
    b.bytes - a.bytes
  );
}
