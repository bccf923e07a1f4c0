/** Which C library a process uses, from the files it maps; the owner of what nobody else claims. */
import { filePattern, findFile } from '../attribution/files';
import type { View } from '../attribution/view';
import { isInaccessible } from '../mapping/mapping';

const LINKER = filePattern(/^(ld-linux.*|ld64)\.so\.\d+$|^ld-\d\.\d+\.so$/);
const MUSL = filePattern(/^ld-musl-.*\.so\.1$|^libc\.musl-.*\.so\.1$/);
const GLIBC = filePattern(/^libc(\.so\.6|-\d\.\d+\.so)$/);

export type Libc = 'glibc' | 'musl';

export interface LibcFacts {
  readonly name: Libc;
  /** True when the dynamic linker is mapped. */
  readonly dynamic: boolean;
  /** From `libc-2.31.so`; later releases carry no version in the file name. */
  readonly version: string | null;
}

const known = new WeakMap<View, LibcFacts>();

export function libcOf(view: View): LibcFacts {
  let facts = known.get(view);
  if (!facts) {
    facts = detect(view);
    known.set(view, facts);
  }
  return facts;
}

function detect(view: View): LibcFacts {
  const linker = findFile(view.files, LINKER);
  const musl = findFile(view.files, MUSL);
  const libc = findFile(view.files, GLIBC);
  if (libc) return { name: 'glibc', dynamic: true, version: /^libc-(\d\.\d+)\.so$/.exec(libc.base)?.[1] ?? null };
  if (musl) return { name: 'musl', dynamic: true, version: null };
  // A static musl program keeps an inaccessible page at the start of its brk area (mallocng, src/malloc/mallocng/malloc.c).
  const guarded = view.bracketed.some((i) => view.mappings[i]!.name === '[heap]' && isInaccessible(view.mappings[i]!));
  return { name: guarded ? 'musl' : 'glibc', dynamic: linker !== undefined, version: null };
}
