/** A size as people write it: `800000000`, `700M`, `1.5GiB`, `unlimited`. K, M, G and T are binary, as for ulimit tools. */
import { type Bytes, GIB, KIB, MIB, TIB } from '../units';

const UNITS: Readonly<Record<string, Bytes>> = { '': 1, k: KIB, m: MIB, g: GIB, t: TIB };

/** @returns bytes, null for unlimited, undefined when the text is no size */
export function parseSize(text: string): Bytes | null | undefined {
  const plain = text.trim().toLowerCase();
  if (plain === 'unlimited' || plain === 'infinity') return null;
  const match = /^(\d+(?:\.\d+)?) ?(?:([kmgt])(?:i?b)?|b)?$/.exec(plain.replace(/(?<=\d)[_,](?=\d{3})/g, ''));
  if (!match) return undefined;
  const bytes = Math.floor(Number(match[1]) * UNITS[match[2] ?? '']!);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
