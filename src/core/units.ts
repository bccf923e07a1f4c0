/**
 * Units that must not be mixed up. A brand costs nothing at run time; parsers convert foreign units once, and only
 * `Bytes` and `Address` travel on.
 *
 * Addresses and sizes are plain numbers. They are multiples of the page size (4 KiB at least), so every value below
 * 2^65 is exact in a double, 57-bit user addresses included.
 */
declare const unit: unique symbol;

export type Bytes = number & { readonly [unit]?: 'bytes' };
export type Address = number & { readonly [unit]?: 'address' };
export type Pages = number & { readonly [unit]: 'pages' };
export type KiB = number & { readonly [unit]: 'KiB' };
export type UnixMillis = number & { readonly [unit]?: 'unix-ms' };

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;
export const TIB = 1024 * GIB;

export function kibToBytes(value: KiB): Bytes {
  return value * KIB;
}

export function pagesToBytes(value: Pages, pageSize: Bytes): Bytes {
  return value * pageSize;
}

/** Lower-case hex without 0x, as in /proc/PID/maps but without zero padding. Exact for page-aligned addresses. */
export function toHex(address: Address): string {
  return address.toString(16);
}
