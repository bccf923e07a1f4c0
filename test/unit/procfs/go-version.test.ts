import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readGoVersion } from '../../../src/adapters/procfs/go-version';

const scratch = mkdtempSync(join(tmpdir(), 'plateau-go-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A 64-bit ELF file with one writable segment that holds `data`. */
function elf(name: string, data: Buffer): string {
  const header = Buffer.alloc(64 + 56);
  header.write('\x7fELF\x02\x01\x01', 'latin1');
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt32LE(1, 64);
  header.writeUInt32LE(6, 68);
  header.writeBigUInt64LE(120n, 72);
  header.writeBigUInt64LE(BigInt(data.length), 96);
  return file(name, Buffer.concat([header, data]));
}

function file(name: string, content: Buffer | string): string {
  const path = join(scratch, name);
  writeFileSync(path, content);
  return path;
}

function buildInfo(version: string, flags = 2): Buffer {
  const blob = Buffer.alloc(33 + version.length);
  blob.write('\xff Go buildinf:', 'latin1');
  blob[14] = 8;
  blob[15] = flags;
  blob[32] = version.length;
  blob.write(version, 33);
  return Buffer.concat([Buffer.alloc(64), blob, Buffer.alloc(16)]);
}

describe('Go version of a program file', () => {
  test.each([
    ['go1.26.8', '1.26.8'],
    ['go1.18', '1.18'],
    ['go1.27rc1', '1.27rc1'],
    ['devel go1.28-3f2a', '1.28-3f2a'],
    ['something else', null],
  ])('%s', (text, version) => expect(readGoVersion(elf('program', buildInfo(text)))).toBe(version));

  test('is not told by the pointer format before 1.18', () => {
    expect(readGoVersion(elf('old', buildInfo('go1.17', 0)))).toBeNull();
  });

  test.each([
    ['a C program', (): string => elf('c', Buffer.alloc(100))],
    ['a blob that is cut off', (): string => elf('cut', buildInfo('go1.26.8').subarray(0, 100))],
    ['a script', (): string => file('script', '#!/bin/sh\n')],
    ['an empty file', (): string => file('empty', '')],
    ['a header alone', (): string => file('header', Buffer.from('\x7fELF\x02\x01', 'latin1'))],
    ['no file', (): string => join(scratch, 'missing')],
    ['a directory', (): string => scratch],
  ])('%s has none', (_, path) => expect(readGoVersion(path())).toBeNull());
});
