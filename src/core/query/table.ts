/** Host-independent result of a query; the backend turns it into frames, the command into text. */
export interface Column {
  readonly name: string;
  readonly type: 'time' | 'number' | 'string' | 'boolean' | 'json';
  /** Equal lengths within a table; null = no value. Times are Unix ms. */
  readonly values: ReadonlyArray<number | string | boolean | object | null>;
  readonly labels?: Readonly<Record<string, string>>;
  /** Grafana unit id: `bytes`, `percentunit`, `ms`, ... */
  readonly unit?: string;
  readonly displayName?: string;
  readonly description?: string;
  /** Fixed colour, hex. */
  readonly color?: string;
  /**
   * How a time series panel draws it: in the stack (`empty-stack`: without a place in legend and tooltip, as it is zero
   * throughout), as a line outside of it, or not at all.
   */
  readonly draw?: 'stack' | 'empty-stack' | 'line' | 'dotted-line' | 'hidden';
}

export interface Notice {
  readonly severity: 'info' | 'warning' | 'error';
  readonly text: string;
}

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly notices: readonly Notice[];
  readonly executed: string;
  readonly visualisation: 'graph' | 'table' | 'flamegraph';
  /** Grafana's data plane type, where the table keeps its rules: one table per query. */
  readonly frameType?: 'timeseries-wide';
  /** Facts for the query inspector: layout ids, evidence counts. */
  readonly custom?: Readonly<Record<string, unknown>>;
}
