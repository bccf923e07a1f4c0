/** Which C library a process uses, from the files it maps; the owner of what nobody else claims. */
import { filePattern, findFile } from '../attribution/files';
import type { LibcFacts, View } from '../attribution/view';
import { isInaccessible } from '../mapping/mapping';

export type { Libc } from '../attribution/view';

const LINKER = filePattern(/^(ld-linux.*|ld64)\.so\.\d+$|^ld-\d\.\d+\.so$/);
/** Loader and library are one file, which distributions other than Alpine call libc.so; glibc's file of that name is a text. */
const MUSL = filePattern(/^ld-musl-.*\.so\.1$|^libc\.musl-.*\.so\.1$|^libc\.so$/);
const GLIBC = filePattern(/^libc(\.so\.6|-\d\.\d+\.so)$/);

export function libcOf(view: View): LibcFacts {
  view.libc ??= detect(view);
  return view.libc;
}

function detect(view: View): LibcFacts {
  const linker = findFile(view.files, LINKER);
  const musl = findFile(view.files, MUSL);
  const libc = findFile(view.files, GLIBC);
  if (libc) {
    const version = libc.base === 'libc.so.6' ? null : (/^libc-(\d\.\d+)\.so$/.exec(libc.base)?.[1] ?? null);
    return { name: 'glibc', dynamic: true, version };
  }
  if (musl) return { name: 'musl', dynamic: true, version: null };
  // A static musl program keeps an inaccessible page at the start of its brk area (mallocng, src/malloc/mallocng/malloc.c).
  const guarded = view.bracketed.some((i) => view.mappings[i]!.name === '[heap]' && isInaccessible(view.mappings[i]!));
  return { name: guarded ? 'musl' : 'glibc', dynamic: linker !== undefined, version: null };
}
