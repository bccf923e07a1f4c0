import { readText } from './read-file';

/** Soft RLIMIT_NOFILE of this process; null when it cannot be told or is unlimited. */
export function readOpenFileLimit(): number | null {
  const limits = readText('/proc/self/limits');
  const soft = limits.kind === 'ok' ? /^Max open files +(\d+)/m.exec(limits.value)?.[1] : undefined;
  return soft === undefined ? null : Number(soft);
}
