/** Bun's runner has the functions of Vitest that these tests use. */
declare module 'bun:test' {
  export { describe, expect, test } from 'vitest';
}
