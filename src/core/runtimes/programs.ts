/**
 * Servers that are known by the name of their program, and the C library where a path tells its version. They are named here and
 * claim nothing: what they map is told by the signatures of allocators, shared memory and files.
 *
 * Source: the names under which distributions install them; glibc before 2.34 has its version in the name of its file. Sample:
 *   `/usr/lib/postgresql/15/bin/postgres`, `/opt/nginx-1.25.3/sbin/nginx`, `/usr/lib/x86_64-linux-gnu/libc-2.31.so`
 * Cannot tell the version of a server whose path does not carry it, nor one that was given another name.
 */
import { type FilePattern, type MappedFile, filePattern, isMatch, nameMatches } from '../attribution/files';
import type { View } from '../attribution/view';
import { libcOf } from './libc';
import type { Signature } from './signature';

const PROGRAMS: ReadonlyArray<readonly [name: string, pattern: FilePattern]> = [
  ['postgres', filePattern(/^postgres$/)],
  ['redis', filePattern(/^redis-(server|sentinel|check-rdb)$/)],
  ['valkey', filePattern(/^valkey-(server|sentinel|check-rdb)$/)],
  ['memcached', filePattern(/^memcached$/)],
  ['mongodb', filePattern(/^mongo[ds]$/)],
  ['clickhouse', filePattern(/^clickhouse(-server)?$/)],
  ['nginx', filePattern(/^nginx$/)],
  ['haproxy', filePattern(/^haproxy$/)],
  ['apache', filePattern(/^(apache2|httpd)$/)],
  ['envoy', filePattern(/^envoy$/)],
];

/** One question for the many processes that are none of them. */
const ANY = filePattern(new RegExp(PROGRAMS.map(([, pattern]) => pattern.base.source).join('|')));

export const programs: Signature = {
  name: 'programs',
  files: [ANY],
  claim(view, file) {
    if (!isProgram(view, file)) return;
    const [name] = PROGRAMS.find(([, pattern]) => isMatch(file, pattern))!;
    view.runtimes.push({ name, version: versionIn(file.name), evidence: `the program is ${file.name}` });
  },
};

/** The executable itself: a client may map a library, but not a server. */
function isProgram({ snapshot: { exe } }: View, file: MappedFile): boolean {
  return file.executable && (exe === null || nameMatches(exe, ANY));
}

/** The last folder that is a version or ends in one. */
function versionIn(path: string): string | null {
  return [...path.matchAll(/[/-]v?(\d+(?:\.\d+)*)(?=\/)/g)].at(-1)?.[1] ?? null;
}

/** After the runtimes: most readers ask for the C library last. */
export const cLibrary: Signature = {
  name: 'c-library',
  claim(view) {
    const { name, dynamic, version } = libcOf(view);
    if (name === 'musl') {
      const evidence = dynamic ? 'its dynamic linker is mapped' : 'an inaccessible page at the start of its brk area';
      view.runtimes.push({ name, version, evidence });
    } else if (version !== null) {
      view.runtimes.push({ name, version, evidence: `libc-${version}.so is mapped` });
    }
  },
};
