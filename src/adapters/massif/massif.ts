import type { ParseError } from '../../core/errors';
import type { Bytes } from '../../core/units';

/** One line of a heap tree. Children's bytes add up to at most the node's. */
export interface MassifNode {
  readonly bytes: Bytes;
  /** Function name; null for a sum of places below massif's threshold. */
  readonly function: string | null;
  /** `malloc.c:2435` or `in /usr/lib/libfoo.so`, where massif knew. */
  readonly place: string | null;
  readonly children: readonly MassifNode[];
}

export interface MassifSnapshot {
  readonly index: number;
  /** In the file's own unit. */
  readonly time: number;
  readonly heapBytes: Bytes;
  /** Allocator overhead; 0 with --pages-as-heap=yes. */
  readonly extraBytes: Bytes;
  readonly stackBytes: Bytes;
  readonly kind: 'plain' | 'detailed' | 'peak';
  /** Only of detailed and peak snapshots; null as well where the file ends inside the tree. */
  readonly tree: MassifNode | null;
}

export interface MassifFile {
  /** Massif's own options, as given on its command line. */
  readonly options: string;
  readonly command: string;
  /** i: instructions, ms: milliseconds, B: bytes allocated and freed. */
  readonly timeUnit: 'i' | 'ms' | 'B';
  readonly pagesAsHeap: boolean;
  readonly snapshots: readonly MassifSnapshot[];
  /** Why the file ends early; what stands before is in `snapshots`. */
  readonly broken: ParseError | null;
}

/** Massif's own total of a snapshot: what ms_print shows as total(B). */
export function totalOf(snapshot: MassifSnapshot): Bytes {
  return snapshot.heapBytes + snapshot.extraBytes + snapshot.stackBytes;
}
