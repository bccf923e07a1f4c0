/** A fact worth explaining, as data. The words are made from it elsewhere (`sentences.ts`), and only from it. */
import type { Bytes } from '../units';

/** error: it fails or will. warning: it can fail. info: it looks strange and is explained. ok: looked at and right. */
export type Severity = 'error' | 'warning' | 'info' | 'ok';

export interface Finding {
  /** `go.reservation`, `glibc.arenas`, ...: stable, for filters and alert rules. */
  readonly kind: string;
  readonly severity: Severity;
  /** The bytes of address space that it is about. */
  readonly bytes: Bytes;
  /** Regions that hold these bytes. */
  readonly regions: readonly string[];
  /** Counts and sizes that the sentence needs; sizes are bytes. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Names that the sentence needs: a runtime with its version, a file. */
  readonly words: Readonly<Record<string, string>>;
}
