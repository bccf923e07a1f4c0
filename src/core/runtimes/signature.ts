import type { View } from '../attribution/view';

/**
 * One runtime, allocator or kernel feature. `claim` looks for its evidence, claims what it recognises in the view's
 * ledger and, for a runtime that a user would name, pushes what it found to `view.runtimes`. It never touches what
 * another signature has claimed, and does nothing where its evidence is missing.
 */
export interface Signature {
  readonly name: string;
  readonly claim: (view: View) => void;
}
