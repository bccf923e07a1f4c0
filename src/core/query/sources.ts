/** What the query engine asks of the outside world. Adapters implement these; the engine never sees HTTP. */
import type { Layout, LayoutId, LayoutInterval } from '../snapshot/layout';
import type { UnixMillis } from '../units';

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Ascending. */
  readonly timesMs: readonly UnixMillis[];
  readonly values: readonly number[];
}

export interface SeriesAnswer {
  readonly series: readonly Series[];
  /** Warnings of the server, truncation, partial answers: plain sentences. */
  readonly notices: readonly string[];
  /** What was really asked, for the query inspector. */
  readonly executed: string;
}

export interface SeriesSource {
  /** Like query_range. @throws SourceError */
  range(
    expr: string,
    fromMs: UnixMillis,
    toMs: UnixMillis,
    stepMs: number,
    signal?: AbortSignalLike
  ): Promise<SeriesAnswer>;
  /** Raw samples with their own timestamps, for a plain selector. @throws SourceError */
  raw(selector: string, fromMs: UnixMillis, toMs: UnixMillis, signal?: AbortSignalLike): Promise<SeriesAnswer>;
}

export interface KnownProcess {
  /** The `process` label: unique on the host, stable across restarts. */
  readonly process: string;
  readonly host: string;
  readonly pid: number;
  readonly comm: string;
  readonly startMs: UnixMillis | null;
  readonly firstMs: UnixMillis;
  readonly lastMs: UnixMillis;
  readonly runtime: string;
  readonly runtimeVersion: string;
  readonly virtualBytes: number;
  readonly residentBytes: number | null;
  readonly mappings: number;
  /** `snapshot` when layouts are kept, `bounds` when only the Vm* split could be read. */
  readonly evidence: 'snapshot' | 'bounds';
}

export interface StoredSnapshot {
  readonly id: LayoutId;
  readonly fromMs: UnixMillis;
  readonly toMs: UnixMillis;
  /** False when it is the nearest layout and not the one in force at the instant asked for. */
  readonly exact: boolean;
  readonly layout: Layout;
}

export interface LayoutSource {
  processes(fromMs: UnixMillis, toMs: UnixMillis, signal?: AbortSignalLike): Promise<readonly KnownProcess[]>;
  /** All intervals that touch the range, ascending. */
  layouts(
    process: string,
    fromMs: UnixMillis,
    toMs: UnixMillis,
    include: 'categories' | 'regions',
    signal?: AbortSignalLike
  ): Promise<{ readonly items: readonly LayoutInterval[]; readonly notices: readonly string[] }>;
  /** Null when the process has no layout at all. */
  snapshot(
    process: string,
    which: { readonly atMs: UnixMillis } | { readonly id: LayoutId },
    signal?: AbortSignalLike
  ): Promise<StoredSnapshot | null>;
}

/** The part of AbortSignal that the engine passes on; core cannot name the DOM's type. */
export interface AbortSignalLike {
  readonly aborted: boolean;
}

/** A source that could not answer. `text` says what, where and what to do next. */
export class SourceError extends Error {
  constructor(
    readonly source: 'prometheus' | 'collector',
    readonly kind: 'unreachable' | 'timeout' | 'denied' | 'bad-query' | 'bad-answer' | 'not-found',
    text: string
  ) {
    super(text);
    this.name = 'SourceError';
  }
}
