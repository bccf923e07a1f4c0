/**
 * glibc's malloc arenas under a limit: what a program can do without takes the place of what it needs.
 *
 * Source: glibc malloc/arena.c (new_heap, arena_get2), nptl/allocatestack.c. A thread's first malloc maps 128 MiB, keeps
 * the aligned 64 MiB in it and unmaps the rest. When that fails it tries 64 MiB where they happen to be aligned, and
 * when that fails too, malloc maps each block by itself: nothing breaks. A thread stack that cannot be mapped does break
 * pthread_create. So a start-up fails when a stack is asked for while arenas, or the 128 MiB of one in the making, have
 * taken what is left of the limit, and whether they have depends on which thread is faster.
 *
 * Measured: C with four threads runs from its need without arenas, except between 138 and 162 MiB, where the outcome
 * differs from run to run: exactly while one arena in the making and a stack do not fit together.
 */
import { type Bytes, KIB, MIB } from '../units';
import { ARENA, type LimitFacts } from './facts';
import type { Doubt } from './segments';

const USUAL_STACK = 8 * MIB;
const IN_THE_MAKING = 2 * ARENA;
/** Threads that make an arena at the same instant; three at once were never seen. */
const MOST_AT_ONCE = 2;
/** Blocks that are mapped one by one where an arena is missing, measured: 8 to 12 KiB for a thread that mallocs little. */
const WITHOUT_ARENA = 64 * KIB;
/** A fresh arena's writable head. */
const FRESH_HEAD = 132 * KIB;
const AFTER_STEP = 3 * MIB;
const WHY_STEP =
  'One malloc arena more just fits and takes the place of what the runtime needs after it; it depends on which thread is faster.';
const WHY = 'Malloc arenas of the threads may take the place of a thread stack; it depends on which thread is faster.';

/** Bytes of the arenas: what the program can do without. */
export function arenaBytes(facts: LimitFacts): Bytes {
  return facts.arenas * ARENA;
}

/** Most that malloc maps block by block when no arena is to be had. */
export function withoutArenas(facts: LimitFacts): Bytes {
  const grown = Math.max(0, facts.arenaHeadBytes - facts.arenas * FRESH_HEAD);
  // A block of 256 B takes a page of its own then; smaller ones are rare enough in what has grown.
  return Math.min(arenaBytes(facts), facts.arenas * WITHOUT_ARENA + 16 * grown);
}

/**
 * Limits under which the outcome depends on the order of the threads.
 *
 * @param required bytes of all that cannot be done without, stacks included
 * @param spare threads more than the layout shows that another run may start
 */
export function arenaDoubts(facts: LimitFacts, required: Bytes, spare = 0): Doubt[] {
  const { arenas, stacks } = facts;
  if (arenas === 0) return [];
  // Each arena was made by a thread, also where its stack was not recognised.
  const known = Math.max(stacks.count, arenas);
  const stack = stacks.count === 0 ? USUAL_STACK : stacks.bytes / stacks.count;
  const most = known + spare;
  const base = required - Math.max(stacks.bytes, known * stack);
  const slack = withoutArenas(facts);
  // What the program allocates itself may come before the threads or after them.
  const early = base - facts.allocatedBytes - MIB;
  const first = early + stack + IN_THE_MAKING;
  const doubts: Doubt[] = [];
  for (let making = 0; making <= MOST_AT_ONCE; making++) {
    for (let made = 0; made + making <= Math.min(arenas + spare, most); made++) {
      if (made + making === 0) continue;
      const taken = made * ARENA + making * IN_THE_MAKING;
      const from = Math.max(first, early + stack * (made + making) + taken);
      const to = base + stack * most + taken + slack;
      if (made + making < most && from < to) doubts.push({ from, to, why: WHY });
    }
  }
  return doubts;
}

/**
 * For runtimes whose own threads make arenas while the runtime still starts: what it needs last comes after most
 * arenas, and finds no room just below the limits at which one arena more fits.
 *
 * @param required bytes of all that cannot be done without
 * @param first arenas that are in place before the last need
 * @param lastNeeds bytes that the runtime asks for after its arenas, at most
 */
export function arenaSteps(facts: LimitFacts, required: Bytes, first: number, lastNeeds: Bytes): Doubt[] {
  const doubts: Doubt[] = [];
  for (let made = first; made <= facts.arenas; made++) {
    const full = required + made * ARENA;
    doubts.push({ from: full - lastNeeds, to: full + AFTER_STEP, why: WHY_STEP });
  }
  return doubts;
}
