/**
 * Which files a process has mapped, from one pass over its mappings: signatures ask this instead of walking again.
 */
import { EXECUTE, type Mapping, WRITE } from '../mapping/mapping';
import { type FilePattern, knownPath } from './file-pattern';

export { type FilePattern, baseName, filePattern } from './file-pattern';

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

/** Below this many files a search is cheaper than a table. */
const FEW = 32;

export class FileIndex implements MappedFiles {
  private readonly list: Draft[] = [];
  /** Only where there are many. */
  private byName: Map<string, Draft> | undefined;
  /** The answers of this process: a handful of patterns, and the first file of each. */
  private readonly asked: FilePattern[] = [];
  private readonly answers: Draft[] = [];
  private last: Draft | undefined;

  /** @param m must have a path; to be called in ascending order */
  add(m: Mapping, index: number): void {
    let file = this.last;
    if (file?.name !== m.name) {
      file = this.get(m.name);
      if (file) file.mappings.push(index);
      else file = this.addFile(m.name, index);
      this.last = file;
    } else {
      file.mappings.push(index);
    }
    if (m.access & EXECUTE) file.executable = true;
    if (m.access & WRITE) file.writable = true;
  }

  values(): readonly MappedFile[] {
    return this.list;
  }

  get(name: string): Draft | undefined {
    if (this.byName) return this.byName.get(name);
    for (const file of this.list) if (file.name === name) return file;
    return undefined;
  }

  first(pattern: FilePattern): MappedFile | undefined {
    const at = this.asked.indexOf(pattern);
    return at < 0 ? undefined : this.answers[at];
  }

  private addFile(name: string, index: number): Draft {
    const { base, matches, memory } = knownPath(name);
    const file = { name, base, matches, memory, mappings: [index], executable: false, writable: false };
    this.list.push(file);
    if (this.byName) this.byName.set(name, file);
    else if (this.list.length > FEW) this.byName = new Map(this.list.map((one) => [one.name, one]));
    for (const pattern of matches) {
      if (this.asked.includes(pattern)) continue;
      this.asked.push(pattern);
      this.answers.push(file);
    }
    return file;
  }
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
