import type { Address, Bytes } from '../units';

/** Bits of `Mapping.access`. */
export const READ = 4;
export const WRITE = 2;
export const EXECUTE = 1;
export const SHARED = 8;

/** One line of /proc/PID/maps. Strings are interned by the parser: equal names are the same object. */
export interface Mapping {
  readonly start: Address;
  readonly end: Address;
  /** As printed: `rw-p`. */
  readonly permissions: string;
  /** The same as bits: READ | WRITE | EXECUTE | SHARED. */
  readonly access: number;
  /** Offset in the mapped file, bytes. */
  readonly offset: Bytes;
  /** `major:minor`, hex as printed. */
  readonly device: string;
  readonly inode: number;
  /** Path, `[heap]`, `[anon:NAME]` or empty; newlines stay escaped (`\012`) as the kernel prints them. */
  readonly name: string;
}

export function sizeOf(mapping: Mapping): Bytes {
  return mapping.end - mapping.start;
}

/** PROT_NONE: address space that cannot be touched now. */
export function isInaccessible(mapping: Mapping): boolean {
  return (mapping.access & (READ | WRITE | EXECUTE)) === 0;
}

/** No file, no kernel name, or a name that a runtime gave to anonymous memory. */
export function isAnonymous(mapping: Mapping): boolean {
  return mapping.inode === 0 && (mapping.name === '' || mapping.name.startsWith('[anon:'));
}

/** Addresses of the kernel's half begin here; no process has memory of its own there. */
const KERNEL_HALF = 2 ** 63;

/** The page of the kernel that it prints for every process of x86-64 and does not count in VmSize. */
export function isVsyscall(mapping: Mapping): boolean {
  return mapping.start >= KERNEL_HALF && mapping.name === '[vsyscall]';
}
