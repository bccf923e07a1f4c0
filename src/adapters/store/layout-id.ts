import { createHash } from 'node:crypto';
import type { Layout } from '../../core/snapshot/layout';
import { canonicalText } from '../../core/snapshot/to-layout';

/** Full SHA-256 of the canonical body, lower-case hex: the key of a stored body. */
export function layoutHash(layout: Layout): string {
  return createHash('sha256').update(canonicalText(layout)).digest('hex');
}
