/** Questions about the base names of files. They are asked of every process, so each name is answered once and kept. */
export interface FilePattern {
  readonly base: RegExp;
  /** Which index met a file that matches last, and as which of its files: saves every index a table of answers. */
  metBy: number;
  place: number;
}

/** What is known of a path, whichever process maps it. */
export interface KnownPath {
  /** Last part of the path, without ` (deleted)`. */
  readonly base: string;
  /** The patterns that its base name matches. */
  readonly matches: readonly FilePattern[];
  /** Not a file of a disk: shared memory, a device, or what else the kernel gives a path to. */
  readonly memory: boolean;
  /** Which index met it last, and as which of its files: saves every index a table of names. */
  metBy: number;
  place: number;
}

const DELETED = ' (deleted)';
const MEMORY = /^\/(dev\/|memfd:|SYSV|anon_hugepage|dmabuf|i915 |drm mm )/;
/** More than any process maps: an index whose files do not fit asks every question again. */
const MOST_KNOWN = 32_768;
const patterns: FilePattern[] = [];
const known = new Map<string, KnownPath>();

function baseName(name: string): string {
  const path = name.endsWith(DELETED) ? name.slice(0, -DELETED.length) : name;
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Makes a question. To be called once, when a module is loaded. @param base without flags that keep state */
export function filePattern(base: RegExp): FilePattern {
  const pattern = { base, metBy: 0, place: 0 };
  patterns.push(pattern);
  known.clear();
  return pattern;
}

/** To be called before an index is made: what is known then stays known until it is complete. */
export function makeRoom(): void {
  if (known.size >= MOST_KNOWN) known.clear();
}

export function knownPath(name: string): KnownPath {
  let path = known.get(name);
  if (!path) {
    const base = baseName(name);
    const matches = patterns.filter((pattern) => pattern.base.test(base));
    path = { base, matches, memory: MEMORY.test(name), metBy: 0, place: 0 };
    known.set(name, path);
  }
  return path;
}
