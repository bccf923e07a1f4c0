import type { FilePattern, MappedFile } from '../attribution/files';
import type { View } from '../attribution/view';
import type { Bytes } from '../units';

/**
 * One runtime, allocator or kernel feature. `claim` looks for its evidence, claims what it recognises in the view's
 * ledger and, for a runtime that a user would name, pushes what it found to `view.runtimes`. It never touches what
 * another signature has claimed, and does nothing where its evidence is missing.
 *
 * A condition that most processes do not meet is stated as data, so that they are not asked at all.
 */
export type Signature = OfFiles | OfRuntime | OfAny;

/** Asked where one of the files is mapped, and given the first of the patterns' files that is. */
interface OfFiles {
  readonly name: string;
  readonly files: readonly FilePattern[];
  readonly claim: (view: View, file: MappedFile) => void;
}

/** Asked where another signature has recognised this runtime. */
interface OfRuntime {
  readonly name: string;
  readonly files?: undefined;
  readonly runtime: string;
  readonly claim: (view: View) => void;
}

/** Asked of every process, or of those that meet a condition on their private anonymous memory. */
interface OfAny {
  readonly name: string;
  readonly files?: undefined;
  readonly runtime?: undefined;
  /** There must be so much of it that is inaccessible. */
  readonly reserved?: Bytes;
  /** Some of it must be a mapping of a MiB or more, writable or inaccessible: small programs have none. */
  readonly large?: true;
  readonly claim: (view: View) => void;
}
