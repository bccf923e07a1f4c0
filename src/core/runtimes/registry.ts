import { brk } from './brk';
import { elf } from './elf';
import { files } from './files';
import { general } from './general';
import { glibcArenas, glibcRest, libcBlocks } from './glibc';
import { go, goRest } from './go';
import { jemalloc } from './jemalloc';
import { jvm } from './jvm/jvm';
import { kernel } from './kernel';
import { mimalloc, mimallocSegments } from './mimalloc';
import { musl } from './musl';
import { mysql } from './mysql';
import { reservation } from './reservation';
import { sanitizerRest, sanitizers } from './sanitizers';
import { sharedMemory } from './shared-memory';
import type { Signature } from './signature';
import { smallStacks } from './small-stacks';
import { tcmalloc } from './tcmalloc';
import { threadStacks } from './thread-stacks';
import { valgrind } from './valgrind';
import { vmaNames } from './vma-names';

/**
 * In the order of asking. What the kernel itself names comes first, then images, then runtimes by how sure their
 * evidence is, then libc, which lives in most processes beside them; the general rules take the rest.
 */
export const SIGNATURES: readonly Signature[] = [
  kernel,
  brk,
  elf,
  // Runtimes with their own reservations.
  go,
  sanitizers,
  valgrind,
  mimallocSegments,
  jvm,
  // Libc's structures, before anybody takes the rest of the anonymous memory.
  glibcArenas,
  vmaNames,
  threadStacks,
  smallStacks,
  libcBlocks,
  // What is left: reservations first, then who owns the rest of the writable memory.
  mysql,
  reservation,
  sanitizerRest,
  goRest,
  mimalloc,
  tcmalloc,
  jemalloc,
  musl,
  sharedMemory,
  files,
  glibcRest,
  general,
];
