/** The parts of Bun that the store uses. Bun's own types replace half of Node's, so they are not installed. */
declare module 'bun:sqlite' {
  type Value = string | number | null | Uint8Array;

  export class Statement<Row> {
    get(...values: Value[]): Row | null;
    all(...values: Value[]): Row[];
    run(...values: Value[]): { readonly changes: number; readonly lastInsertRowid: number };
  }

  export class Database {
    constructor(path: string, options?: { create?: boolean; readwrite?: boolean; strict?: boolean });
    /** Compiled once and cached by text. */
    query<Row>(sql: string): Statement<Row>;
    exec(sql: string): void;
    transaction<A extends unknown[]>(work: (...values: A) => void): (...values: A) => void;
    close(throwOnError?: boolean): void;
  }
}

declare namespace Bun {
  function zstdCompressSync(data: string | Uint8Array, options?: { level?: number }): Uint8Array;
  function zstdDecompressSync(data: Uint8Array): Uint8Array;
}
