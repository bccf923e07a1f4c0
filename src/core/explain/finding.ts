/** A fact worth explaining, as data. The words are made from it elsewhere (`sentences.ts`), and only from it. */
import type { Bytes } from '../units';

/** error: it fails or will. warning: it can fail. info: it looks strange and is explained. ok: looked at and right. */
export type Severity = 'error' | 'warning' | 'info' | 'ok';

export const FINDING_KINDS = [
  'ramp',
  'unknown',
  'step.unknown',
  'mappings',
  'go.reservation',
  'go.crypto-buffer',
  'glibc.arenas',
  'jvm.zgc',
  'jvm.heap',
  'jvm.spaces',
  'wasm.memory',
  'v8.wasm',
  'etcd.bbolt',
  'file.mapped',
  'sanitizer',
  'reservation',
  'shared',
  'stacks',
  'untouched',
  'heap',
  'inside',
  'not.returned',
  'guess',
  'limit.as',
  'limit.hole',
  'oom',
] as const;

/** Stable, for filters and alert rules. */
export type FindingKind = (typeof FINDING_KINDS)[number];

export interface Finding {
  readonly kind: FindingKind;
  readonly severity: Severity;
  /** The bytes of address space that it is about. */
  readonly bytes: Bytes;
  /** Regions that hold these bytes. */
  readonly regions: readonly string[];
  /** Counts and sizes that the sentence needs; sizes are bytes. A number that was not measured is absent. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Names that the sentence needs: a runtime with its version, a file. */
  readonly words: Readonly<Record<string, string>>;
}

export function finding(
  kind: FindingKind,
  severity: Severity,
  bytes: Bytes,
  parts: Partial<Pick<Finding, 'regions' | 'numbers' | 'words'>>
): Finding {
  return { kind, severity, bytes, regions: [], numbers: {}, words: {}, ...parts };
}
