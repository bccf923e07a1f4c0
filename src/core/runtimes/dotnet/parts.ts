/** What the files of this runtime share. */
import type { Claim } from '../../attribution/view';
import { type Bytes, MIB } from '../../units';

/** Stack of a thread when the process has no limit of its own. */
export const STACK: Bytes = 8 * MIB;

export function part(name: string, category: Claim['category'], confidence: Claim['confidence'], why: string): Claim {
  return { region: `dotnet.${name}`, category, confidence, why };
}
