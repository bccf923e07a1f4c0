/**
 * What is left of a Go process when libc has taken its own: bookkeeping of Go's runtime, or memory that the program mapped.
 *
 * Source: runtime/malloc.go persistentalloc (chunks of 256 KiB), mheap.go (heapArena structures, span tables), mprof.go,
 * mgcsweep.go and mheap.go newMarkBits (64 KiB), all in multiples of 64 KiB but for the heapArena structures. Measured on 70
 * processes of Go 1.11 to 1.27: up to 4.5 MiB beside those structures, and 3 % of a large heap. Sample:
 *   `7f40a90ae000-7f40a9900000 rw-p 00000000 00:00 0`
 * Cannot tell: a map of the program that is no larger than the bookkeeping, where its size could be a sum of theirs.
 */
import { type View, claimRange, claimsOf, freeParts } from '../attribution/view';
import { isInaccessible, sizeOf } from '../mapping/mapping';
import { type Bytes, KIB, MIB } from '../units';
import { ARENA, HEAP, HEAP_ARENA, HEAP_ARENA_BYTES, SCAVENGE, claimOf } from './go-claims';
import { libcOf } from './libc';
import type { Signature } from './signature';

const WHY = 'Small anonymous memory beside the Go heap: bookkeeping of its runtime.';
const PERSISTENT = claimOf('go.persistent-chunk', 'metadata', WHY, false);
const SYS_ALLOC = claimOf('go.sys-alloc', 'metadata', WHY, false);
const USER = {
  ...claimOf(
    'go.user-mmap',
    'heap',
    'Not the bookkeeping of the Go runtime, by its size: memory that the program mapped itself.'
  ),
  confidence: 'guess',
} as const;

/** Memory of the program in one piece, of a size that malloc does not make. */
const USER_STEP = 16 * MIB;
/** Bookkeeping that does not grow with the heap: profiler buckets, chunks, tables of spans. */
const BOOKKEEPING = 4 * MIB;
const SHARE_OF_HEAP = 0.03;
/** The largest that Go maps at once, but for structures of arenas and for indexes. */
const LARGEST_PIECE = 1.5 * MIB;
const STEP = 64 * KIB;
/** Of the scavenge index from 1.21 on; it leaves out the larger heapArena structures. */
const WIDE = 100 * MIB;

interface HeapFacts {
  readonly arenas: number;
  /** Sizes that a heapArena structure can have here. */
  readonly structures: readonly Bytes[];
  readonly most: Bytes;
  /** Arenas of glibc were found: its malloc is there even where it was linked in. */
  readonly malloc: boolean;
}

function heapFacts(view: View): HeapFacts {
  let reserved = 0;
  let opened = 0;
  let scavenge = 0;
  let malloc = false;
  let exact: Bytes | null = null;
  for (let i = 0; i < view.mappings.length; i++) {
    if (view.ledger[i] === undefined) continue;
    const m = view.mappings[i]!;
    if (view.ledger[i] === HEAP_ARENA) {
      exact = HEAP_ARENA_BYTES.find(({ bytes }) => sizeOf(m) % bytes === 0)?.bytes ?? exact;
    }
    for (const { start, end, claim } of claimsOf(view, i)) {
      if (claim === SCAVENGE) scavenge += end - start;
      if (claim.region === 'glibc.arena') malloc = true;
      if (claim.region !== HEAP.region) continue;
      reserved += end - start;
      if (!isInaccessible(m)) opened += end - start;
    }
  }
  const arenas = reserved / ARENA;
  const late = HEAP_ARENA_BYTES.filter(({ bytes }) => bytes < 2 * MIB || scavenge < WIDE);
  const structures = exact === null ? late.map(({ bytes }) => bytes) : [exact];
  return { arenas, structures, most: BOOKKEEPING + arenas * Math.max(...structures) + opened * SHARE_OF_HEAP, malloc };
}

/** True when pieces of 64 KiB and some heapArena structures can make up this size. */
function isSumOfPieces(view: View, size: Bytes, { arenas, structures }: HeapFacts): boolean {
  if (view.pageSize >= STEP || size <= LARGEST_PIECE) return true;
  for (const bytes of structures) {
    for (let n = 0; n <= arenas && n * bytes <= size; n++) if ((size - n * bytes) % STEP === 0) return true;
  }
  return false;
}

export const goRest: Signature = {
  name: 'go-rest',
  runtime: 'go',
  claim(view) {
    if (view.unclaimed === 0) return;
    // With cgo there is malloc as well; what is no bookkeeping is left to it.
    const facts = heapFacts(view);
    const hasMalloc = facts.malloc || libcOf(view).dynamic;
    view.writable.forEach((i) => {
      for (const part of freeParts(view, i)) {
        const size = part.end - part.start;
        const own = size <= facts.most && (!hasMalloc || isSumOfPieces(view, size, facts));
        const whole = size >= USER_STEP && size % MIB === 0;
        if (!own && hasMalloc && !whole) continue;
        const claim = !own ? USER : size % (256 * KIB) === 0 ? PERSISTENT : SYS_ALLOC;
        claimRange(view, part.start, part.end, claim);
      }
    });
  },
};
