/**
 * One read of a kernel file. That a process is gone or not ours is an ordinary answer, so it is a value: the caller
 * counts it, nobody catches it. Works under Node and Bun (node:fs only).
 */
import { readFileSync, readlinkSync } from 'node:fs';

export interface ReadFailure {
  /** gone: no such process or file. denied: exists, not ours. failed: anything else, `code` says what. */
  readonly kind: 'gone' | 'denied' | 'failed';
  readonly path: string;
  /** errno name: ENOENT, ESRCH, EACCES, ... */
  readonly code: string;
}

export type Read<T> = { readonly kind: 'ok'; readonly value: T } | ReadFailure;

export function readText(path: string): Read<string> {
  return attempt(path, () => readFileSync(path, 'utf8'));
}

export function readBytes(path: string): Read<Uint8Array> {
  return attempt(path, () => readFileSync(path));
}

export function readLink(path: string): Read<string> {
  return attempt(path, () => readlinkSync(path));
}

export function attempt<T>(path: string, read: () => T): Read<T> {
  try {
    return { kind: 'ok', value: read() };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return { kind: kindOf(code), path, code };
  }
}

/** The value, or null when it could not be had: for parts that may be missing. */
export function valueOf<T>(read: Read<T>): T | null {
  return read.kind === 'ok' ? read.value : null;
}

function kindOf(code: string): ReadFailure['kind'] {
  // ESRCH: the task ended between open and read. ENOTDIR: a plain file where a process directory was expected.
  if (code === 'ENOENT' || code === 'ESRCH' || code === 'ENOTDIR') return 'gone';
  return code === 'EACCES' || code === 'EPERM' ? 'denied' : 'failed';
}
