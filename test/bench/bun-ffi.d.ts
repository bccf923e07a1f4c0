/** The part of bun:ffi that the benchmarks use. */
declare module 'bun:ffi' {
  export const FFIType: { readonly u64: number; readonly i64: number; readonly i32: number };
  interface Signature {
    readonly args: readonly number[];
    readonly returns: number;
  }
  export function dlopen<T extends Record<string, Signature>>(
    library: string,
    symbols: T
  ): { readonly symbols: { readonly [K in keyof T]: (...values: ReadonlyArray<number | bigint>) => number | bigint } };
}
