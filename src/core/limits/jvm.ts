/**
 * HotSpot under RLIMIT_AS.
 *
 * Source: hotspot/share/runtime/arguments.cpp (limit_heap_by_allocatable_memory: MaxVirtMemFraction 2), os_linux.cpp
 * (has_allocatable_memory_limit). A heap that nobody asked for becomes at most half of the limit; an explicit -Xmx is
 * not reduced. Class space, code cache and metaspace are reserved at their full size or the start fails. The threads of
 * the VM make malloc arenas first and what main loads comes last, so most arenas have taken their place before the last
 * need arises. Measured on JDK 17 with 15 arenas: it runs from about the need with 6 to 8 of them.
 */
import { exactAndIec } from '../explain/format';
import { titleOf } from '../explain/names';
import type { Bytes } from '../units';
import { arenaBytes, withoutArenas } from './arenas';
import type { LimitFacts } from './facts';
import { type Segment, tile } from './segments';

/** Share of the arenas that is surely, and at most, in place when the start has its last need. */
const ARENAS_FIRST = 0.25;
const ARENAS_LAST = 0.75;
const EXPLICIT_HEAP = /^-(Xmx|XX:(MaxHeapSize|MaxRAM\w*|\w*RAMPercentage|MaxRAMFraction))/;

/** @returns null when this is no JVM */
export function jvmSegments(facts: LimitFacts): Segment[] | null {
  const heap = facts.region('jvm.java-heap');
  if (!facts.runtimes.some((runtime) => runtime.name === 'jvm') || heap === 0) return null;
  const title = titleOf(facts.runtimes, 'jvm');
  const reached = Math.max(facts.virtualBytes, facts.arenas > 0 ? 0 : (facts.peakBytes ?? 0));
  const bare = reached - arenaBytes(facts);
  const least = bare + ARENAS_FIRST * arenaBytes(facts);
  const most = bare + Math.max(ARENAS_LAST * arenaBytes(facts), withoutArenas(facts));
  const whyUnknown =
    'The malloc arenas of the VM threads may take the place of what Java needs; it depends on which thread is faster.';
  const explicit = isHeapExplicit(facts);
  if (explicit === true) {
    return tile([
      {
        from: 0,
        to: null,
        fails: least,
        runs: most,
        whyRuns: `${title} reserves a heap of ${exactAndIec(heap)}, its class space and code cache at start, and they fit.`,
        whyFails: `${title} needs about ${exactAndIec(least)}: the heap that was asked for is not reduced, and class space and code cache must be reserved whole.`,
        whyUnknown,
      },
    ]);
  }
  // G1's tables grow and shrink with the heap: about 4 % of it, of which RLIMIT_AS takes its half.
  const shrunk = (need: Bytes): Bytes => 2 * (need - heap);
  const runs = Math.min(most, Math.max(shrunk(most), 2 * facts.region('jvm.java-heap', 'heap')));
  const fails =
    explicit === false ? Math.min(least, shrunk(least - gcTables(facts))) : Math.min(least, shrunk(least) / 2);
  return tile([
    {
      from: 0,
      to: null,
      fails,
      runs: explicit === false ? runs : most,
      whyRuns: `${title} makes its heap at most half of the limit, and the rest, about ${exactAndIec(most - heap)}, fits in the other half.`,
      whyFails: `${title} makes its heap half of the limit, and its class space, code cache and libraries do not fit in the other half.`,
      whyUnknown:
        explicit === false
          ? whyUnknown
          : 'It is not known whether the Java heap was asked for (-Xmx): then it is not reduced under a limit, else it becomes half of it.',
    },
  ]);
}

function gcTables(facts: LimitFacts): Bytes {
  return facts.region('jvm.gc-structures');
}

/** Null when the command line is not known. */
function isHeapExplicit(facts: LimitFacts): boolean | null {
  return facts.commandLine === null ? null : facts.commandLine.some((word) => EXPLICIT_HEAP.test(word));
}
