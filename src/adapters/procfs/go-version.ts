/**
 * Go version in the build information of a program file.
 *
 * Source: debug/buildinfo of the Go standard library. The blob begins with `\xff Go buildinf:`, 16-byte aligned; since
 * Go 1.18 flag bit 1 says that the version follows inline at offset 32: a varint length and the text `go1.26.8`. Before
 * (1.13 to 1.17) two pointers stand there, which are not followed: the geometry of the runtime tells those versions.
 * A stripped program has no section table, so the blob is looked for at the beginning of each writable segment.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { attempt, valueOf } from './read-file';

const MAGIC = '\xff Go buildinf:';
const PT_LOAD = 1;
const WRITABLE = 2;
const SEARCHED = 1 << 20;

/** @returns `1.26.8`, or null when the file is no 64-bit little-endian Go program of 1.18 or later */
export function readGoVersion(path: string): string | null {
  const fd = valueOf(attempt(path, () => openSync(path, 'r')));
  if (fd === null) return null;
  try {
    return valueOf(attempt(path, () => searchFile(fd)));
  } finally {
    closeSync(fd);
  }
}

function searchFile(fd: number): string | null {
  const header = readAt(fd, 0, 64);
  if (header.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') return null;
  const table = readAt(fd, Number(header.readBigUInt64LE(32)), header.readUInt16LE(54) * header.readUInt16LE(56));
  for (let at = 0; at + 56 <= table.length; at += header.readUInt16LE(54)) {
    if (table.readUInt32LE(at) !== PT_LOAD || (table.readUInt32LE(at + 4) & WRITABLE) === 0) continue;
    const size = Math.min(Number(table.readBigUInt64LE(at + 32)), SEARCHED);
    const version = versionIn(readAt(fd, Number(table.readBigUInt64LE(at + 8)), size));
    if (version !== null) return version;
  }
  return null;
}

function versionIn(segment: Buffer): string | null {
  const at = segment.indexOf(MAGIC, 0, 'latin1');
  if (at < 0 || at + 33 > segment.length || (segment[at + 15]! & 2) === 0) return null;
  const end = at + 33 + segment[at + 32]!;
  if (end > segment.length) return null;
  return /(?:^|\s)go(\d+\.\d+\S*)/.exec(segment.toString('latin1', at + 33, end))?.[1] ?? null;
}

function readAt(fd: number, position: number, size: number): Buffer {
  const buffer = Buffer.alloc(size);
  return buffer.subarray(0, readSync(fd, buffer, 0, size, position));
}
