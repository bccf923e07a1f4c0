/**
 * Whom a process is asked: most signatures wait for a file that few processes map, and which patterns a process's files match is
 * known when its files are indexed. To try every signature's condition would cost small processes more than all else.
 */
import type { FilePattern } from '../attribution/files';
import type { View } from '../attribution/view';
import type { Signature } from './signature';

export interface Plan {
  readonly signatures: readonly Signature[];
  /** 1 for each signature that does not wait for a file; and of those, for each that small programs are asked, too. */
  readonly always: Uint8Array;
  readonly small: Uint8Array;
  /** Positions of those that wait for a file of this pattern. */
  readonly waiting: ReadonlyMap<FilePattern, readonly number[]>;
}

export function planOf(signatures: readonly Signature[]): Plan {
  const waiting = new Map<FilePattern, number[]>();
  signatures.forEach(({ files }, position) => {
    for (const pattern of files ?? []) waiting.set(pattern, [...(waiting.get(pattern) ?? []), position]);
  });
  return {
    signatures,
    always: Uint8Array.from(signatures, ({ files }) => (files ? 0 : 1)),
    small: Uint8Array.from(signatures, (one) => (one.files || isForLarge(one) ? 0 : 1)),
    waiting,
  };
}

function isForLarge(signature: Signature): boolean {
  return !signature.files && signature.runtime === undefined && signature.large === true;
}

export function askAll({ signatures, always, small, waiting }: Plan, view: View): void {
  const isLarge = view.largeWritable.length > 0 || view.largeInaccessible.length > 0;
  const asked = (isLarge ? always : small).slice();
  for (const pattern of view.files.met()) {
    for (const position of waiting.get(pattern) ?? []) asked[position] = 1;
  }
  for (let i = 0; i < asked.length; i++) if (asked[i] === 1) ask(signatures[i]!, view);
}

function ask(signature: Signature, view: View): void {
  if (signature.files) {
    const file = view.files.firstOf(signature.files);
    if (file) signature.claim(view, file);
  } else if (signature.runtime !== undefined) {
    if (isRecognised(view, signature.runtime)) signature.claim(view);
  } else if (!signature.reserved || view.inaccessibleBytes >= signature.reserved) {
    signature.claim(view);
  }
}

export function isRecognised({ runtimes }: View, runtime: string): boolean {
  for (let i = 0; i < runtimes.length; i++) if (runtimes[i]!.name === runtime) return true;
  return false;
}
