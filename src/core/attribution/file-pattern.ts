/** Questions about the base names of files. They are asked of every process, so each name is answered once and kept. */
export interface FilePattern {
  readonly base: RegExp;
}

/** What is known of a path, whichever process maps it. */
export interface KnownPath {
  /** Last part of the path, without ` (deleted)`. */
  readonly base: string;
  /** The patterns that its base name matches. */
  readonly matches: readonly FilePattern[];
  /** Not a file of a disk: shared memory, a device, or what else the kernel gives a path to. */
  readonly memory: boolean;
}

const DELETED = ' (deleted)';
const MEMORY = /^\/(dev\/|memfd:|SYSV|anon_hugepage)/;
const MOST_KNOWN = 8192;
const patterns: FilePattern[] = [];
const known = new Map<string, KnownPath>();

export function baseName(name: string): string {
  const path = name.endsWith(DELETED) ? name.slice(0, -DELETED.length) : name;
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Makes a question. To be called once, when a module is loaded. @param base without flags that keep state */
export function filePattern(base: RegExp): FilePattern {
  const pattern = { base };
  patterns.push(pattern);
  known.clear();
  return pattern;
}

export function knownPath(name: string): KnownPath {
  let path = known.get(name);
  if (!path) {
    if (known.size >= MOST_KNOWN) known.clear();
    const base = baseName(name);
    path = { base, matches: patterns.filter((pattern) => pattern.base.test(base)), memory: MEMORY.test(name) };
    known.set(name, path);
  }
  return path;
}
