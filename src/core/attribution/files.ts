/**
 * Which files a process has mapped, from one pass over its mappings: signatures ask this instead of walking again.
 */
import { EXECUTE, type Mapping, WRITE } from '../mapping/mapping';

export interface MappedFile {
  /** As printed, ` (deleted)` included. */
  readonly name: string;
  /** Last part of the path, without ` (deleted)`. */
  readonly base: string;
  /** Indices of its mappings, ascending. */
  readonly mappings: readonly number[];
  readonly executable: boolean;
  readonly writable: boolean;
}

const DELETED = ' (deleted)';
const SLASH = 47;

export function baseName(name: string): string {
  const path = name.endsWith(DELETED) ? name.slice(0, -DELETED.length) : name;
  return path.slice(path.lastIndexOf('/') + 1);
}

/** True for what the kernel prints as a path: files, and shared memory that it backs with unnamed files. */
export function hasPath(m: Mapping): boolean {
  return m.name.charCodeAt(0) === SLASH;
}

export function indexFiles(mappings: readonly Mapping[]): Map<string, MappedFile> {
  const files = new Map<
    string,
    { name: string; base: string; mappings: number[]; executable: boolean; writable: boolean }
  >();
  let last: (MappedFile & { mappings: number[]; executable: boolean; writable: boolean }) | undefined;
  for (let i = 0; i < mappings.length; i++) {
    const m = mappings[i]!;
    if (m.name.charCodeAt(0) !== SLASH) continue;
    if (last === undefined || last.name !== m.name) {
      const known = files.get(m.name);
      last = known ?? { name: m.name, base: baseName(m.name), mappings: [], executable: false, writable: false };
      if (!known) files.set(m.name, last);
    }
    last.mappings.push(i);
    if (m.access & EXECUTE) last.executable = true;
    if (m.access & WRITE) last.writable = true;
  }
  return files;
}

/** Base names repeat from process to process and signatures ask the same questions: answers are kept. */
const answers = new Map<string, Map<string, boolean>>();
const MOST_ANSWERS = 4096;

/** The first mapped file whose base name matches, or undefined. The pattern has no flags that keep state. */
export function findFile(files: ReadonlyMap<string, MappedFile>, base: RegExp): MappedFile | undefined {
  let known = answers.get(base.source);
  if (!known || known.size > MOST_ANSWERS) {
    known = new Map();
    answers.set(base.source, known);
  }
  for (const file of files.values()) {
    let matches = known.get(file.base);
    if (matches === undefined) {
      matches = base.test(file.base);
      known.set(file.base, matches);
    }
    if (matches) return file;
  }
  return undefined;
}
