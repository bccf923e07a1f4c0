/** What lies at an address, or between two, as far as Go's tables and arenas are concerned. */
import { type View, claimsOf, indexAt } from '../attribution/view';
import type { Address } from '../units';
import { isPlain, isPlainNone, isPlainWritable } from './shapes';

export function isShut(view: View, address: Address): boolean {
  const m = view.mappings[indexAt(view, address)];
  return m !== undefined && m.start <= address && isPlainNone(m);
}

export function opensAt(view: View, address: Address): boolean {
  const m = view.mappings[indexAt(view, address)];
  return m !== undefined && m.start <= address && isPlainWritable(m);
}

/** True when all of [start, end) is anonymous private memory, accessible or not, and nothing claims a part of it. */
export function isReserved(view: View, start: Address, end: Address): boolean {
  let at = start;
  for (let i = indexAt(view, start); i < view.mappings.length && at < end; i++) {
    const m = view.mappings[i]!;
    if (m.start > at || !isPlain(m)) return false;
    if (view.ledger[i] !== undefined && claimsOf(view, i).some((part) => part.start < end && part.end > start)) {
      return false;
    }
    at = m.end;
  }
  return at >= end;
}
