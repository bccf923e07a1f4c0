import { general } from './general';
import { kernel } from './kernel';
import type { Signature } from './signature';

/**
 * In the order of asking. What the kernel itself names comes first, then images, then runtimes by how sure their
 * evidence is, then libc, which lives in most processes beside them; the general rules take the rest.
 */
export const SIGNATURES: readonly Signature[] = [kernel, general];
