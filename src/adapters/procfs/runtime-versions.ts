/**
 * Exact versions that lie in a small file beside what a process maps: the `release` file of a JDK, the header of Node.js.
 *
 * Source: every JDK since 7 has `release` in its folder (`JAVA_VERSION="21.0.5"`, JDK 8 `"1.8.0_432"`); `bin/node` of the tarballs and packages of
 * nodejs.org has `include/node/node_version.h` beside it. Read as the process sees them, through /proc/PID/root, and only where
 * that may be followed.
 */
import { join, posix } from 'node:path';
import type { Mapping } from '../../core/mapping/mapping';
import { readText, valueOf } from './read-file';

/** Folders between libjvm.so and the one with `release`: lib/server, jre/lib/amd64/server. */
const LEVELS = [2, 3, 4, 5];

/**
 * @param directory /proc/PID
 * @returns runtime → version; runtimes that are not there or say nothing are left out
 */
export function readRuntimeVersions(
  directory: string,
  mappings: readonly Mapping[],
  exe: string | null
): Record<string, string> {
  const versions: Record<string, string> = {};
  const read = (path: string): string => valueOf(readText(join(directory, 'root', path))) ?? '';
  for (const { name } of mappings) {
    if (!name.endsWith('/libjvm.so')) continue;
    const java = javaVersion(name, read);
    if (java !== null) versions['jvm'] = java;
    break;
  }
  if (exe !== null && /\/bin\/node$/.test(exe)) {
    const node = nodeVersion(read(posix.join(posix.dirname(exe), '../include/node/node_version.h')));
    if (node !== null) versions['node'] = node;
  }
  return versions;
}

function javaVersion(library: string, read: (path: string) => string): string | null {
  let folder = posix.dirname(library);
  for (let level = 1; level <= LEVELS.at(-1)!; level++) {
    folder = posix.dirname(folder);
    if (!LEVELS.includes(level)) continue;
    const version = /^JAVA_VERSION="([\w.+-]+)"$/m.exec(read(posix.join(folder, 'release')))?.[1];
    // 1.8.0_432 is what everybody calls 8u432.
    if (version !== undefined) return version.replace(/^1\.([5-8])\.0_/, '$1u');
  }
  return null;
}

function nodeVersion(header: string): string | null {
  const [major, minor, patch] = ['MAJOR', 'MINOR', 'PATCH'].map(
    (part) => new RegExp(`^#define NODE_${part}_VERSION (\\d+)$`, 'm').exec(header)?.[1]
  );
  return major && minor && patch ? `${major}.${minor}.${patch}` : null;
}
