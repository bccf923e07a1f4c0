import { brk } from './brk';
import { elf } from './elf';
import { files } from './files';
import { general } from './general';
import { glibcArenas, glibcRest, libcBlocks } from './glibc';
import { go, goRest } from './go';
import { kernel } from './kernel';
import { sharedMemory } from './shared-memory';
import type { Signature } from './signature';
import { threadStacks } from './thread-stacks';

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
  // Libc's structures, before anybody takes the rest of the anonymous memory.
  glibcArenas,
  threadStacks,
  libcBlocks,
  // Who owns the rest of the anonymous memory.
  goRest,
  sharedMemory,
  files,
  glibcRest,
  general,
];
