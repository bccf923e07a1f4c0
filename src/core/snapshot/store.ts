/** What the collector keeps and the API serves. Implemented by adapters/store; one conformance suite runs against all. */
import type { KnownProcess, StoredSnapshot } from '../query/sources';
import type { Bytes, UnixMillis } from '../units';
import type { Layout, LayoutId, LayoutInterval } from './layout';
import type { ProcessIdentity } from './snapshot';

/** One life of a process label: the label survives a restart, the life does not. */
export interface Life extends ProcessIdentity {
  /** The `process` label. */
  readonly process: string;
  readonly comm: string;
  readonly runtime: string;
  readonly runtimeVersion: string;
  readonly evidence: KnownProcess['evidence'];
}

/** Equal for the same life, also over a restart of the collector. */
export function lifeKey(life: ProcessIdentity & { readonly process: string }): string {
  return `${life.host}\t${life.pid}\t${life.startMs ?? ''}\t${life.process}`;
}

export interface LayoutPage {
  /** Ascending by `fromMs`. */
  readonly items: readonly LayoutInterval[];
  /** Opaque; absent on the last page. */
  readonly next?: string;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string;
  readonly include: 'categories' | 'regions';
}

export interface LayoutStore {
  /**
   * The layout was seen in force. Extends the last interval of this life when it holds the same layout and the gap is
   * not larger than the store's, else opens a new one. Idempotent.
   */
  put(life: Life, seenMs: UnixMillis, layout: Layout): Promise<LayoutId>;
  /**
   * Cheap, called each second: the process was alive, and still had layout `id`. With null only the life is seen: its
   * layout is newer than the last one kept. Buffered until `flush` or the next read.
   *
   * @returns false when no interval could be extended (removed by `expire`, or the silence was too long): `put` again
   */
  touch(
    life: Life,
    seenMs: UnixMillis,
    sizes: { readonly virtualBytes: Bytes; readonly residentBytes: Bytes | null },
    id: LayoutId | null
  ): boolean;
  /** The process has ended: nothing more has to be remembered to extend its last interval. */
  end(life: Life): void;
  /** One entry per label, that of its latest life in the range; `firstMs` and `lastMs` cover all lives kept. */
  processes(fromMs: UnixMillis, toMs: UnixMillis): Promise<readonly KnownProcess[]>;
  /** @throws CursorError when `page.cursor` was not made by this store */
  layouts(process: string, fromMs: UnixMillis, toMs: UnixMillis, page: PageRequest): Promise<LayoutPage>;
  /** In force at that instant, else the nearest with `exact: false`; null when none is kept (or none with that id). */
  snapshot(
    process: string,
    which: { readonly atMs: UnixMillis } | { readonly id: LayoutId }
  ): Promise<StoredSnapshot | null>;
  /** Removes intervals that ended before `beforeMs`, then the oldest until at most `maxBytes` are used. @returns intervals removed */
  expire(beforeMs: UnixMillis, maxBytes: Bytes): Promise<number>;
  usage(): Promise<{ readonly layouts: number; readonly bytes: Bytes }>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** A cursor that no page of this store ended with. */
export class CursorError extends Error {}
