/**
 * /proc/PID/auxv → the page size. The vector is pairs of machine words (type, value) ended by type 0; auxv.hex of a
 * captured process is the same in hex digits. Source: getauxval(3), include/uapi/linux/auxvec.h (AT_PAGESZ = 6).
 * The file does not say how wide its words are: 64-bit is tried first and 32-bit when that gives no page size.
 */
import type { Bytes } from '../units';

const AT_PAGESZ = 6;
/** Those that Linux can be built with on the machines of today. */
export const PAGE_SIZES: readonly Bytes[] = [4096, 16384, 65536];

/** @returns bytes, or null when the vector is empty (a kernel thread) or holds no page size */
export function parsePageSize(auxv: Uint8Array): Bytes | null {
  const data = new DataView(auxv.buffer, auxv.byteOffset, auxv.byteLength);
  for (const word of [8, 4]) {
    for (let at = 0; at + 2 * word <= auxv.byteLength; at += 2 * word) {
      const value = data.getUint32(at + word, true);
      if (data.getUint32(at, true) === AT_PAGESZ && PAGE_SIZES.includes(value)) return value;
    }
  }
  return null;
}

/** Hex digits to bytes; an odd last digit and everything after a character that is no digit are dropped. */
export function bytesOfHex(text: string): Uint8Array {
  const digits = /^[0-9a-fA-F]*/.exec(text.trim())![0];
  const bytes = new Uint8Array(digits.length >> 1);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
