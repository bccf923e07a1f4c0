/**
 * Which regions move together, for one reason: a thread has a stack and a guard, a loaded library has text, data and
 * relocations. Sizes: glibc malloc/arena.c (HEAP_MAX_SIZE), V8 src/wasm and src/heap/code-range.cc, Go
 * runtime/malloc.go (heapArenaBytes on amd64).
 */
import { GIB, MIB, type Bytes } from '../units';
import type { CauseKind } from './cause';

export interface CauseGroup {
  readonly kind: CauseKind;
  /** Regions with the same key are one cause. */
  readonly key: string;
  /** What one of its things takes, most usual first; empty where sizes differ. */
  readonly units: readonly Bytes[];
}

const group = (kind: CauseKind, key: string, units: readonly Bytes[] = []): CauseGroup => ({ kind, key, units });

/** Stack of RLIMIT_STACK's default and one guard page. */
const USUAL_STACK = 8 * MIB + 4096;
const WASM_SIZES = [10 * GIB, 8 * GIB, 4 * GIB + 64 * MIB, 4 * GIB + 32 * MIB, 4 * GIB + 8 * MIB, 4 * GIB, 6 * GIB];
/** Blocks that an allocator or the program mapped one by one. */
const BLOCKS = /^(glibc\.mmap-chunk|musl\.malloc|anon\.heap|anon\.huge-pages|go\.user-mmap)$/;

export function groupOf(region: string): CauseGroup {
  const owner = region.slice(0, Math.max(0, region.indexOf('.')));
  if (region === 'glibc.arena') return group('arenas', region, [64 * MIB]);
  if (/thread-stack|thread-struct|sigaltstack/.test(region)) return group('threads', 'threads', [USUAL_STACK]);
  if (/wasm-memory|linear-memory/.test(region)) return group('wasm', region, WASM_SIZES);
  if (region === 'v8.code-range') return group('isolates', region, [512 * MIB, 128 * MIB]);
  if (region === 'go.heap-arena') return group('go.heap', region, [64 * MIB]);
  if (BLOCKS.test(region)) return group('blocks', 'blocks');
  if (region === 'app.reservation') return group('reserved', region);
  if (region === 'libc.brk') return group('brk', region);
  if (owner === 'file') return group('file', owner);
  if (owner === 'shared') return group('shared', owner);
  if (owner === 'elf' || region === 'libc.rtld-alloc') return group('images', 'elf');
  if (region === 'unknown') return group('unknown', region);
  return group('region', region);
}
