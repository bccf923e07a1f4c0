/**
 * Stacks of programs' own small threads that look merged with what lies above them, where no flag and no stack pointer
 * tells them apart (without smaps, or on kernels before 6.7).
 *
 * Source: glibc elf/dl-minimal-malloc.c (two pages, the first that a dynamic program maps, so they end at [vvar]), Node
 * src/inspector_agent.cc (32 KiB for the thread that waits for SIGUSR1), Rust library/std/src/sys/pal/unix/stack_overflow.rs
 * (8 KiB for the main thread's signal handlers). Sample, Node 16:
 *   `7f0fa6fc2000-7f0fa6fc3000 ---p`, `7f0fa6fc3000-7f0fa6fcd000 rw-p`, `7f0fa6fcd000-7f0fa6fd1000 r--p [vvar]`
 * Cannot tell: such stacks in other programs, unless the loader's pages end the mapping and a power of two is left.
 */
import { type Claim, type View, claimMapping, claimRange, isFree } from '../attribution/view';
import { type Mapping, sizeOf } from '../mapping/mapping';
import { type Bytes, KIB, MIB } from '../units';
import { libcOf } from './libc';
import { isPowerOfTwo } from './shapes';
import type { Signature } from './signature';

const LOADER: Claim = {
  region: 'libc.rtld-alloc',
  category: 'metadata',
  confidence: 'likely',
  why: 'The two pages that the dynamic linker maps before anything else: they end at the kernel’s pages.',
};
const STACK: Claim = {
  region: 'glibc.thread-stack',
  category: 'stack',
  inaccessible: 'guard',
  confidence: 'likely',
  why: 'A guard page below a small stack whose size the program’s runtime has chosen.',
};
const LOADER_BLOCK = 8 * KIB;
const SMALLEST = 8 * KIB;
const LARGEST = MIB;
/** What the runtimes ask for. */
const CHOSEN: ReadonlyMap<string, Bytes> = new Map([
  ['node', 32 * KIB],
  ['deno', 8 * KIB],
]);

export const edgeStacks: Signature = {
  name: 'edge-stacks',
  reserved: 4 * KIB,
  claim(view) {
    // Kernels from 6.7 flag stacks.
    if (view.smaps?.some((entry) => entry?.flags.includes('nh'))) return;
    for (const i of view.guards) {
      const m = view.mappings[i + 1]!;
      if (sizeOf(m) > LARGEST || sizeOf(view.mappings[i]!) !== view.pageSize) continue;
      if (isFree(view, i) && isFree(view, i + 1)) claimEdge(view, i, m);
    }
  },
};

function claimEdge(view: View, guard: number, m: Mapping): void {
  const atKernel = view.mappings[guard + 2]?.name === '[vvar]' && view.mappings[guard + 2]!.start === m.end;
  const loader = atKernel && libcOf(view).name === 'glibc' && libcOf(view).dynamic ? LOADER_BLOCK : 0;
  const rest = sizeOf(m) - loader;
  const chosen = view.runtimes.map(({ name }) => CHOSEN.get(name)).find((bytes) => bytes !== undefined);
  const size = isPowerOfTwo(rest) ? rest : (chosen ?? 0);
  if (size < SMALLEST || size > rest || (loader === 0 && size === rest)) return;
  if (
    view.snapshot.threads?.some((t) => t.stackPointer !== null && t.stackPointer >= m.start && t.stackPointer < m.end)
  ) {
    return;
  }
  claimMapping(view, guard, STACK);
  claimRange(view, m.start, m.start + size, STACK);
  if (loader > 0) claimRange(view, m.end - loader, m.end, LOADER);
}
