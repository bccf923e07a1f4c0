import { beam, beamRest } from './beam';
import { coroutines } from './coroutines';
import { cpython, cpythonRest } from './cpython';
import { dotnet } from './dotnet/dotnet';
import { edgeStacks } from './edge-stacks';
import { elf } from './elf';
import { executableStacks } from './executable-stacks';
import { files } from './files';
import { general } from './general';
import { ghc } from './ghc';
import { glibcArenas, glibcRest } from './glibc';
import { go } from './go';
import { go32 } from './go-32';
import { goRest } from './go-rest';
import { googleTcmalloc } from './google-tcmalloc';
import { jemalloc } from './jemalloc';
import { jsc } from './jsc';
import { jvm } from './jvm/jvm';
import { kernel } from './kernel';
import { luajit, luajitRest } from './luajit';
import { libcBlocks, libcTls, linkerPages, vgetrandom } from './libc-blocks';
import { mappedHeaps, mappedStacks } from './mapped-heaps';
import { mimalloc, mimallocSegments } from './mimalloc';
import { musl } from './musl';
import { mono, monoRest } from './mono';
import { mariadbPool, mysql } from './mysql';
import { nativeImage } from './native-image';
import { ocaml, ocamlRest } from './ocaml';
import { perfDump } from './perf-dump';
import { php, phpChunks } from './php';
import { plainLanguages } from './plain-languages';
import { cLibrary, programs } from './programs';
import { reservation } from './reservation';
import { ruby, rubyRest } from './ruby';
import { sanitizerRest } from './sanitizer-rest';
import { sanitizers } from './sanitizers';
import { sbcl } from './sbcl';
import { scudo } from './scudo';
import { sharedMemory } from './shared-memory';
import type { Signature } from './signature';
import { smallStacks } from './small-stacks';
import { spidermonkey } from './spidermonkey';
import { tcmalloc } from './tcmalloc';
import { threadStacks } from './thread-stacks';
import { v8 } from './v8/v8';
import { valgrind } from './valgrind';
import { vmaNames } from './vma-names';
import { wasmMemories } from './wasm-memories';
import { wasmtime } from './wasmtime';

/**
 * In the order of asking. What the kernel itself names comes first, then images, then runtimes by how sure their
 * evidence is, then libc, which lives in most processes beside them; the general rules take the rest.
 */
export const SIGNATURES: readonly Signature[] = [
  kernel,
  vgetrandom,
  // Images take what touches their end for .bss, and a dump for an image; these know better.
  sbcl,
  cpython,
  phpChunks,
  perfDump,
  linkerPages,
  elf,
  // Runtimes with their own reservations.
  mariadbPool,
  go,
  go32,
  sanitizers,
  valgrind,
  jvm,
  googleTcmalloc,
  v8,
  dotnet,
  mono,
  nativeImage,
  jsc,
  spidermonkey,
  wasmtime,
  wasmMemories,
  beam,
  ruby,
  php,
  luajit,
  ocaml,
  ghc,
  programs,
  plainLanguages,
  mappedStacks,
  mimallocSegments,
  scudo,
  // Libc's structures, before anybody takes the rest of the anonymous memory.
  glibcArenas,
  vmaNames,
  libcTls,
  edgeStacks,
  threadStacks,
  executableStacks,
  coroutines,
  smallStacks,
  libcBlocks,
  // What is left: reservations first, then who owns the rest of the writable memory.
  beamRest,
  monoRest,
  rubyRest,
  cpythonRest,
  luajitRest,
  ocamlRest,
  mappedHeaps,
  mysql,
  sanitizerRest,
  reservation,
  mimalloc,
  tcmalloc,
  jemalloc,
  goRest,
  musl,
  sharedMemory,
  files,
  glibcRest,
  general,
  cLibrary,
];
