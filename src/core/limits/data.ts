/**
 * RLIMIT_DATA: counts private writable memory, the main stack apart, since Linux 4.7 (mm/mmap.c, may_expand_vm).
 * Reservations do not count. status gives the value of now and not its peak, so a little more than that is needed.
 */
import { exactAndIec } from '../explain/format';
import { type Bytes, MIB } from '../units';
import type { LimitFacts } from './facts';
import { optionalImports } from './general';
import { type Segment, tile } from './segments';

/**
 * Managed runtimes take and give back pages of their heaps as they start; Go now and then needs a further 4 MiB of heap as it starts.
 */
const SPREAD: ReadonlyArray<readonly [runtime: RegExp, bytes: Bytes]> = [
  [/^go$/, 5 * MIB],
  [/jvm|node|v8|jsc|bun|dotnet|beam|ruby|ghc|ocaml/, 16 * MIB],
  [/python/, 2 * MIB],
];

export function dataSegments(facts: LimitFacts): Segment[] {
  const need = facts.dataBytes;
  const spread = facts.runtimes.reduce(
    (most, { name }) => Math.max(most, SPREAD.find(([pattern]) => pattern.test(name))?.[1] ?? 0),
    0
  );
  const stack = facts.stacks.count > 0 ? facts.stacks.bytes / facts.stacks.count : 0;
  const several = facts.runtimes.some(({ name }) => name === 'go') ? 2 * stack : 0;
  const fails = need - facts.arenaHeadBytes - spread - several - optionalImports(facts);
  return tile([
    {
      from: 0,
      to: null,
      fails,
      runs: need + Math.max(spread + several, facts.arenas > 0 ? MIB : 0),
      whyRuns: `${exactAndIec(need)} are private and writable; reservations do not count.`,
      whyFails: `${exactAndIec(need)} are private and writable; the next block is refused.`,
      whyUnknown: `${exactAndIec(need)} are private and writable now; how much was at most is not known.`,
    },
  ]);
}
