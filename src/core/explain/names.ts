/** Names of runtimes as their makers write them. */
import type { Runtime } from '../attribution/view';

const NAMES: Readonly<Record<string, string>> = {
  go: 'Go',
  'go-race': 'Go race detector',
  jvm: 'JVM',
  node: 'Node.js',
  v8: 'V8',
  chromium: 'Chromium',
  electron: 'Electron',
  deno: 'Deno',
  bun: 'Bun',
  javascriptcore: 'JavaScriptCore',
  jsc: 'JavaScriptCore',
  spidermonkey: 'SpiderMonkey',
  mozjemalloc: 'mozjemalloc',
  cpython: 'Python',
  ruby: 'Ruby',
  php: 'PHP',
  perl: 'Perl',
  beam: 'Erlang/OTP',
  ocaml: 'OCaml',
  ocaml5: 'OCaml 5',
  ghc: 'Haskell (GHC)',
  lua: 'Lua',
  luajit: 'LuaJIT',
  sbcl: 'SBCL',
  guile: 'Guile',
  mono: 'Mono',
  'native-image': 'GraalVM native image',
  dotnet: '.NET',
  r: 'R',
  rust: 'Rust',
  wasmtime: 'Wasmtime',
  wasmer: 'Wasmer',
  wasmedge: 'WasmEdge',
  postgres: 'PostgreSQL',
  mysql: 'MySQL',
  mariadb: 'MariaDB',
  redis: 'Redis',
  valkey: 'Valkey',
  memcached: 'memcached',
  mongodb: 'MongoDB',
  clickhouse: 'ClickHouse',
  haproxy: 'HAProxy',
  apache: 'Apache httpd',
  envoy: 'Envoy',
  'partition-alloc': 'PartitionAlloc',
  glibc: 'glibc',
  musl: 'musl',
  jemalloc: 'jemalloc',
  tcmalloc: 'tcmalloc',
  mimalloc: 'mimalloc',
  scudo: 'Scudo',
  asan: 'AddressSanitizer',
  tsan: 'ThreadSanitizer',
  valgrind: 'Valgrind',
};

/** Null for an owner that is no runtime or allocator of a known name, such as `app` or `anon`. */
export function knownRuntimeName(name: string): string | null {
  return NAMES[name] ?? null;
}

export function runtimeName(name: string): string {
  return NAMES[name] ?? name;
}

/** `Go 1.15.15`, or the name alone when the version is not known. */
export function runtimeTitle(runtime: Runtime): string {
  return runtime.version === null ? runtimeName(runtime.name) : `${runtimeName(runtime.name)} ${runtime.version}`;
}

/** Title of the runtime called `name` in this process, else its plain name. */
export function titleOf(runtimes: readonly Runtime[], name: string): string {
  const runtime = runtimes.find((candidate) => candidate.name === name);
  return runtime ? runtimeTitle(runtime) : runtimeName(name);
}
