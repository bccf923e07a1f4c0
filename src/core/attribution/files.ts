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
  /** The same for the first of the patterns that any matches. */
  firstOf(patterns: readonly FilePattern[]): MappedFile | undefined;
  /** The patterns that any of them matches. */
  met(): readonly FilePattern[];
}

const SLASH = 47;

/** True for what the kernel prints as a path: files, and shared memory that it backs with unnamed files. */
export function hasPath(m: Mapping): boolean {
  return m.name.charCodeAt(0) === SLASH;
}

type Draft = { -readonly [K in keyof Omit<MappedFile, 'mappings'>]: MappedFile[K] } & { readonly mappings: number[] };

/** Indexes made so far: each has its own number. */
let made = 0;

/** Files met so far, in order. */
export interface FileIndex {
  readonly number: number;
  readonly list: Draft[];
  readonly met: FilePattern[];
  last: Draft | null;
}

export function createFileIndex(): FileIndex {
  makeRoom();
  return { number: ++made, list: [], met: [], last: null };
}

/** @param position of the mapping, which has a path; ascending from call to call */
export function indexMapping(index: FileIndex, position: number, m: Mapping): void {
  const { name, access, start, end } = m;
  let file = index.last;
  if (file?.name === name) file.mappings.push(position);
  else index.last = file = fileWith(position, name, index);
  file.bytes += end - start;
  if (m.offset === 0) file.header = true;
  if (access & EXECUTE) file.executable = true;
  if (access & WRITE) file.writable = true;
  if (access & SHARED) file.shared = true;
}

export function mappedFiles({ number, list, met }: FileIndex): MappedFiles {
  const first = (pattern: FilePattern): Draft | undefined => {
    if (pattern.metBy === number) return list[pattern.place];
    return number === made ? undefined : list.find((one) => isMatch(one, pattern));
  };
  return {
    values: () => list,
    met: () => met,
    // Where a later index has been made, what it met hides what this one did.
    get(name) {
      const path = knownPath(name);
      if (path.metBy === number) return list[path.place];
      return number === made ? undefined : list.find((one) => one.name === name);
    },
    first,
    firstOf(patterns) {
      for (let i = 0; i < patterns.length; i++) {
        const file = first(patterns[i]!);
        if (file) return file;
      }
      return undefined;
    },
  };
}

/** The file of that name, which is put into the index when it is new, with one more mapping. */
function fileWith(position: number, name: string, { number, list, met }: FileIndex): Draft {
  const path = knownPath(name);
  if (path.metBy === number) {
    const known = list[path.place]!;
    known.mappings.push(position);
    return known;
  }
  path.metBy = number;
  path.place = list.length;
  const { base, matches, memory } = path;
  for (let i = 0; i < matches.length; i++) {
    const pattern = matches[i]!;
    if (pattern.metBy === number) continue;
    pattern.metBy = number;
    pattern.place = list.length;
    met.push(pattern);
  }
  const file: Draft = {
    name,
    base,
    matches,
    memory,
    mappings: [position],
    bytes: 0,
    header: false,
    executable: false,
    writable: false,
    shared: false,
  };
  list.push(file);
  return file;
}

/** True when the base name of the file matches. A loop, because the lists are short and this is asked of every file. */
export function isMatch({ matches }: MappedFile, pattern: FilePattern): boolean {
  for (let i = 0; i < matches.length; i++) if (matches[i] === pattern) return true;
  return false;
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
