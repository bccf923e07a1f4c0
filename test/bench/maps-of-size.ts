/** Processes with a chosen number of mappings: a small one that is there anyway, and this process after mmap calls. */
import { dlopen, FFIType } from 'bun:ffi';
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';

const PROT_NONE = 0;
const PROT_READ_WRITE = 3;
const PRIVATE_ANONYMOUS = 0x22;
const PAGE = 4096;

const libc = dlopen('libc.so.6', {
  mmap: { args: [FFIType.u64, FFIType.u64, FFIType.i32, FFIType.i32, FFIType.i32, FFIType.i64], returns: FFIType.u64 },
  mprotect: { args: [FFIType.u64, FFIType.u64, FFIType.i32], returns: FFIType.i32 },
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

export function textOf(bytes: number): string {
  return buffer.latin1Slice(0, bytes);
}

export function countLines(path: string): number {
  let lines = 0;
  const bytes = readRaw(path);
  for (let i = 0; i < bytes; i++) if (buffer[i] === 10) lines++;
  return lines;
}

/** Adds mappings to this process until it has about `count`: writable and inaccessible pages by turns never merge. */
export function growTo(count: number): void {
  const missing = count - countLines('/proc/self/maps');
  if (missing <= 0) return;
  const pages = missing;
  const start = libc.symbols.mmap(0n, BigInt(pages * PAGE), PROT_NONE, PRIVATE_ANONYMOUS, -1, 0n);
  for (let page = 0; page < pages; page += 2) {
    const result = libc.symbols.mprotect(BigInt(start) + BigInt(page * PAGE), BigInt(PAGE), PROT_READ_WRITE);
    if (result !== 0) throw new Error(`mprotect failed at mapping ${page}; is vm.max_map_count below ${count}?`);
  }
}

/** A process of about 30 mappings. The caller ends it. */
export function smallProcess(): ChildProcess {
  return spawn('sleep', ['600'], { stdio: 'ignore' });
}
