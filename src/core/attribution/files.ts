/**
 * Which files a process has mapped, from one pass over its mappings: signatures ask this instead of walking again.
 */
import { EXECUTE, type Mapping, WRITE } from '../mapping/mapping';
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
  readonly executable: boolean;
  readonly writable: boolean;
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
  // The answers of this process: a handful of patterns, and the first file of each.
  const asked: FilePattern[] = [];
  const answers: Draft[] = [];
  let byName: Map<string, Draft> | null = null;

  const fileOf = (name: string): Draft => {
    const path = knownPath(name);
    if (path.metBy === number) return list[path.place]!;
    path.metBy = number;
    path.place = list.length;
    const { base, matches, memory } = path;
    const file: Draft = { name, base, matches, memory, mappings: [], executable: false, writable: false };
    list.push(file);
    for (const pattern of matches) {
      if (asked.includes(pattern)) continue;
      asked.push(pattern);
      answers.push(file);
    }
    return file;
  };

  let file: Draft | null = null;
  for (const index of indices) {
    const { name, access } = mappings[index]!;
    if (file === null || file.name !== name) file = fileOf(name);
    file.mappings.push(index);
    if (access & EXECUTE) file.executable = true;
    if (access & WRITE) file.writable = true;
  }

  return {
    values: () => list,
    get(name) {
      byName ??= new Map(list.map((one) => [one.name, one]));
      return byName.get(name);
    },
    first(pattern) {
      const at = asked.indexOf(pattern);
      return at < 0 ? undefined : answers[at];
    },
  };
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
