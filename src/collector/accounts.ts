/** What the collector counts about itself: every swallowed error, and the time spent reading. */
import { ERROR_REASONS, type ErrorReason } from '../contract/metrics';

export const READ_FILES = ['statm', 'stat', 'maps', 'status', 'smaps'] as const;
export type ReadFile = (typeof READ_FILES)[number];

export interface Accounts {
  readonly errors: Record<ErrorReason, number>;
  readonly readSeconds: Record<ReadFile, number>;
  readonly reads: Record<ReadFile, number>;
  cycles: number;
  cycleSeconds: number;
  skippedLayouts: number;
  fail(reason: ErrorReason): void;
  /** Runs a read and books its time. */
  timed<T>(file: ReadFile, read: () => T): T;
}

const zeros = <K extends string>(keys: readonly K[]): Record<K, number> =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;

export function createAccounts(): Accounts {
  const accounts: Accounts = {
    errors: zeros(ERROR_REASONS),
    readSeconds: zeros(READ_FILES),
    reads: zeros(READ_FILES),
    cycles: 0,
    cycleSeconds: 0,
    skippedLayouts: 0,
    fail(reason) {
      accounts.errors[reason]++;
    },
    timed(file, read) {
      const start = performance.now();
      try {
        return read();
      } finally {
        accounts.readSeconds[file] += (performance.now() - start) / 1000;
        accounts.reads[file]++;
      }
    },
  };
  return accounts;
}
