/**
 * Steps of telling sizes. A size alone proves nothing; with the runtime known it is worth saying, as a guess. Sizes:
 * Go runtime/malloc.go (64 MiB arenas), glibc malloc/arena.c (64 MiB) and nptl (8 MiB stack + guard page), V8
 * backing-store.cc (10 GiB round a wasm memory), ERTS (1 GiB for literals), .NET gcconfig.h (256 GiB), GHC (1 TiB).
 */
import { GIB, MIB, TIB, type Bytes } from '../units';
import type { Category } from '../attribution/categories';
import type { Cause, CauseKind } from './cause';

interface Quantum {
  readonly kind: CauseKind;
  readonly region: string;
  readonly category: Category;
  readonly bytes: Bytes;
  /** Largest distance from a multiple, bytes. */
  readonly slack: Bytes;
}

const quantum = (kind: CauseKind, region: string, category: Category, bytes: Bytes, slack = 0): Quantum => ({
  kind,
  region,
  category,
  bytes,
  slack,
});

const WASM = quantum('wasm', 'v8.wasm-memory', 'reservation', 10 * GIB, 64 * MIB);
const GO_ARENA = quantum('go.heap', 'go.heap-arena', 'reservation', 64 * MIB);
const ARENA = quantum('arenas', 'glibc.arena', 'reservation', 64 * MIB);
const STACK = quantum('threads', 'glibc.thread-stack', 'stack', 8 * MIB + 4096);
/** A thread that calls malloc brings both. */
const STACK_AND_ARENA = quantum('threads', 'glibc.thread-stack', 'reservation', 72 * MIB + 4096);
const LITERALS = quantum('region', 'beam.super-carrier', 'reservation', GIB, 2 * MIB);
const DOTNET_RANGE = quantum('region', 'dotnet.gc-heap', 'reservation', 256 * GIB, 64 * MIB);
const GHC_RANGE = quantum('region', 'ghc.two-step-heap', 'reservation', TIB, 64 * MIB);
const CLASS_SPACE = quantum('region', 'jvm.class-space', 'reservation', GIB, MIB);
const CODE_RANGE = quantum('isolates', 'v8.code-range', 'reservation', 512 * MIB, MIB);

const NATIVE: readonly Quantum[] = [STACK, STACK_AND_ARENA, ARENA];

/** What each runtime is known to take, the surest first. */
const BY_RUNTIME: Readonly<Record<string, readonly Quantum[]>> = {
  go: [GO_ARENA, STACK, STACK_AND_ARENA],
  node: [WASM, CODE_RANGE, ...NATIVE],
  deno: [WASM, CODE_RANGE, ...NATIVE],
  electron: [WASM, CODE_RANGE, ...NATIVE],
  jvm: [CLASS_SPACE, ...NATIVE],
  beam: [LITERALS, ...NATIVE],
  dotnet: [DOTNET_RANGE, ...NATIVE],
  ghc: [GHC_RANGE, ...NATIVE],
};

const MOST_THINGS = 4096;

/** @returns null where the size says nothing about this runtime, or no runtime is known */
export function guessCause(bytes: Bytes, runtime: string): Cause | null {
  if (runtime === '') return null;
  const size = Math.abs(bytes);
  for (const candidate of BY_RUNTIME[runtime] ?? NATIVE) {
    const count = Math.round(size / candidate.bytes);
    if (count < 1 || count > MOST_THINGS) continue;
    if (Math.abs(size - count * candidate.bytes) > candidate.slack * count) continue;
    const { kind, region, category } = candidate;
    return { kind, region, category, bytes, count, numbers: { each: candidate.bytes }, words: { runtime } };
  }
  return null;
}
