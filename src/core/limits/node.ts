/**
 * Node under RLIMIT_AS.
 *
 * Source: V8 heap/code-range.cc: each isolate, so each worker too, reserves a code range (512 MiB on x86-64) or ends with
 * 'out of memory'. The first thread of the platform, and each worker, has made a malloc arena before its code range is
 * reserved. Measured on Node 20: a hello runs from its VSZ with that arena; with two workers from its need with three
 * arenas. WebAssembly memories of 10 GiB are reserved when a module is loaded, and whether that is fatal is up to the
 * program.
 */
import { exactAndIec } from '../explain/format';
import { type Bytes, KIB, MIB } from '../units';
import { arenaBytes, arenaSteps } from './arenas';
import { ARENA, type LimitFacts } from './facts';
import { type Segment, tile } from './segments';

const CODE_RANGE = 512 * MIB;
/** Two starts differ by a few pages of the heap. */
const SPREAD = 512 * KIB;

/** Workers' heaps grow after their arenas; failures were seen up to 15 MiB below a limit under which one arena more fits. */
const LAST_NEEDS = 24 * MIB;

/** @returns null when this is not Node */
export function nodeSegments(facts: LimitFacts): Segment[] | null {
  if (!facts.runtimes.some((runtime) => runtime.name === 'node')) return null;
  // A code range that merged with what lies beside it may be a reservation without an owner.
  const ranges512 = facts.region('v8.code-range') + facts.region('app.reservation', 'reservation');
  const isolates = Math.max(1, Math.round(ranges512 / CODE_RANGE));
  const wasm = facts.region('v8.wasm-memory', 'reservation');
  const bare = facts.virtualBytes - arenaBytes(facts);
  const first = Math.min(isolates, facts.arenas);
  const need: Bytes = bare + first * ARENA;
  // Without further arenas the peak is exact.
  const peak = facts.arenas > first ? need : Math.max(need, facts.peakBytes ?? need);
  const ranges =
    isolates === 1 ? 'a code range of 512 MiB' : `${isolates} code ranges of 512 MiB, one for each isolate,`;
  return tile(
    [
      {
        from: 0,
        to: null,
        fails: need - wasm - SPREAD - (first > 1 ? 4 * MIB : 0),
        runs: peak + SPREAD + (first > 1 ? 12 * MIB : 0),
        whyRuns: `Node needs ${exactAndIec(peak)}: V8 reserves ${ranges} and they fit.`,
        whyFails: `Node needs ${exactAndIec(need - wasm)}: V8 must reserve ${ranges} or ends with 'out of memory'.`,
        whyUnknown:
          wasm > 0
            ? `The ${exactAndIec(wasm)} of WebAssembly memory are reserved when a module is loaded; whether the program goes on without is not known.`
            : 'Starts of Node differ by about as much as this limit differs from the need.',
      },
    ],
    arenaSteps(facts, bare, first + 1, LAST_NEEDS)
  );
}
