/** Regions that move on their own, as a reader would call them; categories where only these are known. */
import { runtimeName } from './names';

const NOUNS: Readonly<Record<string, string>> = {
  'app.reservation': 'the program (its own reservation)',
  'beam.mseg-carrier': "Erlang's carriers",
  'beam.super-carrier': "Erlang's super carrier",
  'cpython.pymalloc-arena': "Python's object arenas",
  'dotnet.gc-heap': "the .NET collector's range",
  code: 'program code',
  data: 'data of program images',
  'ghc.two-step-heap': "GHC's heap reservation",
  'glibc.arena': 'malloc (glibc arenas)',
  'go.heap-arena': 'the Go heap',
  'go.metadata': "Go's book-keeping",
  'go.page-summary': "Go's page tables",
  file: 'mapped files',
  guard: 'guard zones',
  heap: 'heap',
  'jemalloc.mapping': "jemalloc's memory",
  'jsc.jit-pool': "JavaScriptCore's code pool",
  'jvm.cds-archive': 'the shared class archive',
  'jvm.class-space': 'the compressed class space',
  'jvm.code-cache': 'the code cache',
  'jvm.gc-structures': "the collector's tables",
  'jvm.java-heap': 'the Java heap',
  'jvm.metaspace': 'the metaspace',
  metadata: "the runtime's book-keeping",
  'mimalloc.mapping': "mimalloc's segments",
  reservation: 'reserved address space',
  'ruby.heap-page': "Ruby's heap pages",
  shared: 'shared memory',
  stack: 'stacks',
  'stack.main': 'the main stack',
  'v8.code-range': "V8's code",
  'v8.wasm-memory': 'wasm memory',
  'v8.cage': "V8's pointer cage",
  'v8.heap': "V8's heap",
  'v8.mapping': "V8's mappings",
};

/** `the Java heap`; a region without a noun by its owner and part. */
export function nounOf(region: string): string {
  const noun = NOUNS[region];
  if (noun !== undefined) return noun;
  const dot = region.indexOf('.');
  if (dot < 0) return region;
  return `${region.slice(dot + 1).replace(/-/g, ' ')} of ${runtimeName(region.slice(0, dot))}`;
}
