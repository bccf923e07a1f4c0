/**
 * Programs without a behaviour of their own under a limit: what the process had at its peak is what it needs, but for
 * what is known to be optional.
 */
import { exactAndIec } from '../explain/format';
import { type Bytes, MIB } from '../units';
import { arenaBytes, arenaDoubts, withoutArenas } from './arenas';
import { ARENA, type LimitFacts } from './facts';
import { type Segment, tile } from './segments';

/**
 * Reservations whose owner asks for less, or does without, when they are refused; how far is not measured. wasm: the memory
 * is made when a module is loaded, which may be at the first fetch.
 */
const MAY_SHRINK =
  /^(v8\.(wasm|cage|sandbox)|wasmtime|jsc|bun|beam|dotnet|ocaml|mimalloc|sbcl|app\.reservation|php|luajit)/;
/** What `site` imports and the interpreter can do without: a failed import there is a warning. Measured: 5 MiB. */
const PYTHON_OPTIONAL = 6 * MIB;
/** Longest transient of one arena in the making. */
const ONE_ARENA_MADE = 2 * ARENA;

export function generalSegments(facts: LimitFacts): Segment[] {
  const { need, sure } = needOf(facts);
  const optional = optionalOf(facts);
  const fails = need - optional;
  const text = exactAndIec(need);
  return tile(
    [
      {
        from: 0,
        to: null,
        fails,
        runs: (optional > 0 ? need : fails) + (facts.arenas > 0 ? withoutArenas(facts) : 0) + (sure ? 0 : MIB),
        whyRuns:
          facts.arenas > 0
            ? `All that the program cannot do without is ${text}; malloc arenas are left out where they do not fit.`
            : `The program needs ${text} at its peak.`,
        whyFails: `The program needs ${exactAndIec(fails)} to get where it is; the next larger mapping is refused.`,
        whyUnknown:
          optional > 0
            ? `With ${text} it runs; it may do without a part of it, and which part is not known.`
            : `It needs about ${text}; the last bytes differ from run to run.`,
      },
    ],
    arenaDoubts(facts, need)
  );
}

/** Bytes that the program had at its peak, arenas apart. Not sure when status, which knows the peak, was not read. */
export function needOf(facts: LimitFacts): { readonly need: Bytes; readonly sure: boolean } {
  const { virtualBytes, peakBytes } = facts;
  const peak = peakBytes ?? virtualBytes;
  if (facts.arenas === 0) return { need: peak, sure: peakBytes !== null };
  // The peak may hold an arena in the making, which can fail; what is beyond that was needed once and given back.
  const given = Math.max(0, peak - virtualBytes - ONE_ARENA_MADE);
  return { need: virtualBytes - arenaBytes(facts) + given, sure: peakBytes !== null };
}

function optionalOf(facts: LimitFacts): Bytes {
  // Where only status was readable, the owner of what is reserved is not known.
  const unread = facts.region('bounds.rest');
  return optionalImports(facts) + facts.region(MAY_SHRINK, 'reservation') + unread;
}

/** Bytes of Python's imports at start that may fail without ending it. */
export function optionalImports(facts: LimitFacts): Bytes {
  const python = facts.runtimes.some((runtime) => /python/i.test(runtime.name));
  // Threads come after the imports: where their stacks fit, the imports had fitted before.
  return python ? Math.max(0, PYTHON_OPTIONAL - facts.stacks.bytes) : 0;
}
