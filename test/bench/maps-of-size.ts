/** Processes with a chosen number of mappings: a small one that is there anyway, and this process after mmap calls. */
import { dlopen, FFIType } from 'bun:ffi';
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';

const PROT_NONE = 0;
const PROT_READ = 1;
const PROT_READ_WRITE = 3;
const PRIVATE_ANONYMOUS = 0x22;
const PRIVATE_FIXED = 0x12;
const PAGE = 4096;

const libc = dlopen('libc.so.6', {
  mmap: { args: [FFIType.u64, FFIType.u64, FFIType.i32, FFIType.i32, FFIType.i32, FFIType.i64], returns: FFIType.u64 },
  mprotect: { args: [FFIType.u64, FFIType.u64, FFIType.i32], returns: FFIType.i32 },
  munmap: { args: [FFIType.u64, FFIType.u64], returns: FFIType.i32 },
});

const buffer = Buffer.alloc(8 * 1024 * 1024);

/** Reads all of a /proc file into one buffer: as little of our own work as a reader can do. @returns bytes read */
export function readRaw(path: string): number {
  const file = openSync(path, 'r');
  let at = 0;
  for (;;) {
    const read = readSync(file, buffer, at, buffer.length - at, null);
    if (read === 0) break;
    at += read;
  }
  closeSync(file);
  return at;
}

/** What was read last, not copied: valid until the next read. */
export function bytesRead(bytes: number): Uint8Array {
  return buffer.subarray(0, bytes);
}

export function countLines(path: string): number {
  let lines = 0;
  const bytes = readRaw(path);
  for (let i = 0; i < bytes; i++) if (buffer[i] === 10) lines++;
  return lines;
}

/** mixed: as in the captured processes, five of ten mappings are of files. anonymous: none is. */
export type Mix = 'mixed' | 'anonymous';

/**
 * Adds mappings to this process until it has about `count`. Neighbours differ in permissions or in file offset, so none
 * merge.
 * @returns takes them away again
 */
export function growTo(count: number, mix: Mix): () => void {
  const missing = Math.max(0, count - countLines('/proc/self/maps'));
  if (missing === 0) return () => undefined;
  const bytes = BigInt(missing * PAGE);
  const start = libc.symbols.mmap(0n, bytes, PROT_NONE, PRIVATE_ANONYMOUS, -1, 0n);
  const file = openSync(process.execPath, 'r');
  for (let page = 0; page < missing; page++) {
    const at = BigInt(start) + BigInt(page * PAGE);
    if (mix === 'mixed' && page % 10 < 5) {
      const offset = BigInt(((page * 7) % 2000) * PAGE);
      if (libc.symbols.mmap(at, BigInt(PAGE), PROT_READ, PRIVATE_FIXED, file, offset) !== at) fail(count);
    } else if (page % 2 === 1) {
      if (libc.symbols.mprotect(at, BigInt(PAGE), PROT_READ_WRITE) !== 0) fail(count);
    }
  }
  closeSync(file);
  return () => void libc.symbols.munmap(start, bytes);
}

function fail(count: number): never {
  throw new Error(`a mapping could not be made; is vm.max_map_count below ${count}?`);
}

/** A process of about 30 mappings. The caller ends it. */
export function smallProcess(): ChildProcess {
  return spawn('sleep', ['600'], { stdio: 'ignore' });
}
