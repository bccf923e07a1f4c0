/**
 * HotSpot under RLIMIT_AS.
 *
 * Source: hotspot/share/runtime/arguments.cpp (MaxVirtMemFraction), os_posix.cpp (has_allocatable_memory_limit). A heap
 * that nobody asked for becomes at most half of the limit; an explicit -Xmx is not reduced. Class space, code cache and
 * metaspace are reserved at their full size or the start fails. The threads of the VM make malloc arenas before main is
 * loaded, so some have taken their place before the last need. Measured on JDK 17 with 15 arenas: -Xmx64m runs from its
 * need with 6 of them, the default heap from its need with 8.
 */
import { exactAndIec } from '../explain/format';
import { titleOf } from '../explain/names';
import { type Bytes, MIB } from '../units';
import { arenaBytes, arenaSteps } from './arenas';
import { ARENA, type LimitFacts } from './facts';
import { type Segment, tile } from './segments';

/** Share of all arenas that are in place when the start has its last need: at least, and at most. */
const ARENAS_FIRST = 0.4;
const ARENAS_LAST = 0.6;
/** Bitmaps and card tables beside each byte of a G1 heap, measured. */
const TABLES = 0.0415;
/** Failures were seen up to 11 MiB below a limit under which one arena more fits. */
const LAST_NEEDS = 14 * MIB;
const EXPLICIT_HEAP = /^-(Xmx|XX:(MaxHeapSize|MaxRAM))/;
const WHY_UNKNOWN =
  'The malloc arenas of the VM threads may take the place of what Java needs; it depends on which thread is faster.';

/** @returns null when this is no JVM */
export function jvmSegments(facts: LimitFacts): Segment[] | null {
  const heap = facts.region('jvm.java-heap');
  if (heap === 0) return null;
  const explicit = isHeapExplicit(facts);
  const bare = facts.virtualBytes - arenaBytes(facts);
  if (facts.zgc) return zgc(facts, heap, bare);
  if (explicit === true) return fixedHeap(facts, heap, bare);
  const rest = bare - heap - TABLES * heap;
  // The limit L holds the heap of L/2, its tables, and the rest with `arenas`.
  const halved = (arenas: number): Bytes => pages((rest + arenas * ARENA) / (0.5 - TABLES / 2));
  const full = facts.virtualBytes;
  const first = Math.min(halved(ARENAS_FIRST * facts.arenas), bare + ARENAS_FIRST * arenaBytes(facts));
  const last = Math.min(1.03 * halved(facts.arenas), full + ARENA);
  const title = titleOf(facts.runtimes, 'jvm');
  return tile([
    {
      from: 0,
      to: null,
      fails: pages(0.98 * first),
      runs: pages(explicit === false ? last : full + ARENA),
      whyRuns: `${title} makes its heap at most half of the limit, and the rest, ${exactAndIec(full - heap)}, fits beside it.`,
      whyFails: `${title} makes its heap half of the limit; class space, code cache and libraries do not fit in the other half.`,
      whyUnknown:
        explicit === false
          ? WHY_UNKNOWN
          : 'It is not known whether the heap was asked for (-Xmx): then it is not reduced under a limit, else it becomes half of it.',
    },
  ]);
}

function fixedHeap(facts: LimitFacts, heap: Bytes, bare: Bytes): Segment[] {
  const title = titleOf(facts.runtimes, 'jvm');
  const first = Math.floor(ARENAS_FIRST * facts.arenas);
  const need = bare + first * ARENA;
  // Another collector has more threads before main, so the arenas in place are not sure.
  const most = facts.region('jvm.gc-structures') > 64 * MIB ? Math.ceil(ARENAS_LAST * facts.arenas) : first;
  return tile(
    [
      {
        from: 0,
        to: null,
        fails: need - 8 * MIB,
        runs: bare + most * ARENA + 4 * MIB,
        whyRuns: `${title} needs ${exactAndIec(need)}: the heap of ${exactAndIec(heap)} that was asked for, class space and code cache fit.`,
        whyFails: `${title} needs ${exactAndIec(need)}: the heap of ${exactAndIec(heap)} that was asked for is not reduced, and class space and code cache must be reserved whole.`,
        whyUnknown: WHY_UNKNOWN,
      },
    ],
    arenaSteps(facts, bare, first, LAST_NEEDS)
  );
}

/** ZGC reserves many times its heap and tries less when that is refused; how far was not measured. */
function zgc(facts: LimitFacts, heap: Bytes, bare: Bytes): Segment[] {
  const title = titleOf(facts.runtimes, 'jvm');
  const full = facts.virtualBytes + ARENA;
  const least = bare - heap;
  return tile([
    {
      from: 0,
      to: null,
      fails: least,
      runs: full,
      whyRuns: `${title} with ZGC needs ${exactAndIec(full)} at most, its views and reservations of the heap included.`,
      whyFails: `${title} needs ${exactAndIec(least)} beside its heap.`,
      whyUnknown: 'ZGC tries to reserve less when it is refused; whether it starts then is not known.',
    },
  ]);
}

/** Null when the command line is not known. */
function isHeapExplicit(facts: LimitFacts): boolean | null {
  return facts.commandLine === null ? null : facts.commandLine.some((word) => EXPLICIT_HEAP.test(word));
}

function pages(bytes: Bytes): Bytes {
  return Math.round(bytes / 4096) * 4096;
}
