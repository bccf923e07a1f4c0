/**
 * Which files a process has mapped, from one pass over its mappings: signatures ask this instead of walking again.
 */
import { EXECUTE, type Mapping, SHARED, WRITE } from '../mapping/mapping';
import type { Bytes } from '../units';
import { type FilePattern, knownPath, makeRoom } from './file-pattern';

export { type FilePattern, filePattern } from './file-pattern';

export interface MappedFile {
  /** As printed, ` (deleted)` included. */
  readonly name: string;
  /** Last part of the path, without ` (deleted)`. */
  readonly base: string;
  /** The patterns that the base name matches. */
  readonly matches: readonly FilePattern[];
  /** Not a file of a disk: shared memory, a device, or what else the kernel gives a path to. */
  readonly memory: boolean;
  /** Indices of its mappings, ascending. */
  readonly mappings: readonly number[];
  /** Of all its mappings. */
  readonly bytes: Bytes;
  /** True where a mapping begins with the first byte of the file. */
  readonly header: boolean;
  /** True where any of its mappings is: executable, writable, shared. */
  readonly executable: boolean;
  readonly writable: boolean;
  readonly shared: boolean;
}

/** In order of the lowest mapping of each. */
export interface MappedFiles {
  values(): readonly MappedFile[];
  get(name: string): MappedFile | undefined;
  /** The first whose base name matches. */
  first(pattern: FilePattern): MappedFile | undefined;
}

const SLASH = 47;

/** True for what the kernel prints as a path: files, and shared memory that it backs with unnamed files. */
export function hasPath(m: Mapping): boolean {
  return m.name.charCodeAt(0) === SLASH;
}

type Draft = { -readonly [K in keyof Omit<MappedFile, 'mappings'>]: MappedFile[K] } & { readonly mappings: number[] };

/** Indexes made so far: each has its own number. */
let made = 0;

/** @param indices of mappings with a path, ascending */
export function indexFiles(mappings: readonly Mapping[], indices: readonly number[]): MappedFiles {
  makeRoom();
  const number = ++made;
  const list: Draft[] = [];
  let file: Draft | null = null;
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    const { name, access, start, end, offset } = mappings[index]!;
    if (file === null || file.name !== name) file = fileOf(name, list, number);
    file.mappings.push(index);
    file.bytes += end - start;
    if (offset === 0) file.header = true;
    if (access & EXECUTE) file.executable = true;
    if (access & WRITE) file.writable = true;
    if (access & SHARED) file.shared = true;
  }
  return {
    values: () => list,
    get: (name) => list.find((one) => one.name === name),
    first(pattern) {
      if (pattern.metBy === number) return list[pattern.place];
      // Where a later index has been made, what it met hides what this one did.
      return number === made ? undefined : list.find((one) => one.matches.includes(pattern));
    },
  };
}

/** The file in the list of index `number`, where it is put when it is new. */
function fileOf(name: string, list: Draft[], number: number): Draft {
  const path = knownPath(name);
  if (path.metBy === number) return list[path.place]!;
  path.metBy = number;
  path.place = list.length;
  const { base, matches, memory } = path;
  for (const pattern of matches) {
    if (pattern.metBy === number) continue;
    pattern.metBy = number;
    pattern.place = list.length;
  }
  const file: Draft = {
    name,
    base,
    matches,
    memory,
    mappings: [],
    bytes: 0,
    header: false,
    executable: false,
    writable: false,
    shared: false,
  };
  list.push(file);
  return file;
}

/** True when the base name of a path matches, whether it is mapped or not. */
export function nameMatches(path: string, pattern: FilePattern): boolean {
  return knownPath(path).matches.includes(pattern);
}

/**
 * The first mapped file whose base name matches, or undefined.
 * @param base a pattern; a bare expression is for questions that few processes are asked, for it is tried on every file
 */
export function findFile(files: MappedFiles, base: FilePattern | RegExp): MappedFile | undefined {
  if (!(base instanceof RegExp)) return files.first(base);
  return files.values().find((file) => base.test(file.base));
}
