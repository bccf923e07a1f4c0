/**
 * Go under RLIMIT_AS.
 *
 * Source: Go runtime/mpagealloc_64bit.go (pageAlloc.sysInit, scavengeIndex.sysInit), measured on Go 1.20, 1.21, 1.24 and
 * 1.26 to the page. The 585.125 MiB of page tables must be reserved. Since 1.21 the 512 MiB of the scavenge index are
 * asked for right after them and the answer is not looked at: under a limit that leaves no room for them Go goes on
 * without and needs 512 MiB less. Under a limit that leaves just room for them, nothing is left for the 32 MiB heap index and
 * the first 64 MiB arena, and the start fails. So the limits under which it runs have a hole.
 *
 * Go 1.26 begins its heap at a random place of an arena; when that is close to the arena's end, a second one of 64 MiB is
 * reserved at once. Measured: one start in 50 to 75. The verdict leaves that out, the reason says it.
 */
import { titleOf } from '../explain/names';
import { exactAndIec } from '../explain/format';
import { type Bytes, KIB, MIB } from '../units';
import { arenaBytes, arenaDoubts, withoutArenas } from './arenas';
import type { LimitFacts } from './facts';
import { type Doubt, type Regime, type Segment, tile } from './segments';

/** Levels 0 to 4 of the page summary: 128 KiB + 1 + 8 + 64 + 512 MiB. */
const PAGE_TABLES = 613_548_032;
const SCAVENGE_INDEX = 512 * MIB;
/** The first block of persistentalloc, mapped before the page tables. */
const FIRST_CHUNK = 256 * KIB;
/** Two runs of one program differ by a block of persistentalloc. */
const CHUNK = 256 * KIB;
const ARENA = 64 * MIB;
const PAGE = 4 * KIB;

export interface GoNeed {
  /** Bytes with all reservations; malloc arenas of cgo, which are optional, apart. */
  readonly full: Bytes;
  /** What it needs without the scavenge index, and the limit from which on it has to do with it; null before Go 1.21. */
  readonly withoutIndex: { readonly need: Bytes; readonly until: Bytes } | null;
}

/** @returns null when this is no Go program with page tables (before 1.14, or 32-bit) */
export function goNeed(facts: LimitFacts): GoNeed | null {
  if (!isGo(facts)) return null;
  const reached = facts.arenas > 0 ? facts.virtualBytes - arenaBytes(facts) : (facts.peakBytes ?? facts.virtualBytes);
  const index = facts.region('go.scavenge-index');
  const hasIndex = index >= SCAVENGE_INDEX / 2;
  // A process that was started under such a limit shows no index, although its version asks for it.
  const asksIndex = hasIndex || (isSince(facts, 1, 21) && index < MIB);
  if (!asksIndex) return { full: reached, withoutIndex: null };
  const full = hasIndex ? reached : reached + SCAVENGE_INDEX - PAGE;
  return { full, withoutIndex: { need: full - SCAVENGE_INDEX + PAGE, until: scavengeIndexFits(facts) } };
}

/** @returns null when this is no Go program with page tables */
export function goSegments(facts: LimitFacts): Segment[] | null {
  const goes = goNeed(facts);
  if (!goes) return null;
  const { full, withoutIndex } = goes;
  const title = titleOf(facts.runtimes, 'go');
  const cgo = facts.arenas > 0;
  const stack = facts.stacks.count > 0 ? facts.stacks.bytes / facts.stacks.count : 0;
  // With cgo a run may start one or two threads less or more; without, their stacks lie in the Go heap.
  const spread = 1.5 * CHUNK + (facts.stacks.count > 0 ? 2 * stack : 0);
  const extra = cgo ? withoutArenas(facts) : 0;
  const now = isSince(facts, 1, 26)
    ? ' One start in about 60 needs 64 MiB more, because the heap begins at a random place.'
    : '';
  const whyUnknown = 'Runs of this program differ by about as much as this limit differs from the need.';
  const regime = (from: Bytes, to: Bytes | null, need: Bytes, whyRuns: string, whyFails: string): Regime => ({
    from,
    to,
    fails: need - spread - CHUNK,
    runs: need + spread + extra,
    whyRuns,
    whyFails,
    whyUnknown,
  });
  const doubts = (need: Bytes): Doubt[] => (cgo ? arenaDoubts(facts, need, 2) : []);
  const stops = "Go stops with 'out of memory'.";
  if (!withoutIndex) {
    const whyRuns = `${title} and what it has grown to need ${exactAndIec(full)}, page tables included.${now}`;
    const whyFails = `${title} needs ${exactAndIec(full)}: its page tables and the first arena must be reserved, used or not. Below, ${stops}`;
    return tile([regime(0, null, full, whyRuns, whyFails)], doubts(full));
  }
  const { need: low, until: hole } = withoutIndex;
  const lowRegime = regime(
    0,
    hole,
    low,
    `Under this limit the 512 MiB scavenge index of ${title} is not reserved; Go goes on without it and needs ${exactAndIec(low)}.${now}`,
    `${title} needs ${exactAndIec(low)} even without its 512 MiB scavenge index. Below, ${stops}`
  );
  const highRegime = regime(
    hole,
    null,
    full,
    `${title} needs ${exactAndIec(full)} with its 512 MiB scavenge index, and that fits.${now}`,
    `From ${exactAndIec(hole)} on the 512 MiB scavenge index of ${title} fits, and then too little is left for the heap: ${exactAndIec(full)} are needed. ${stops}`
  );
  const inLow = doubts(low).map((doubt) => ({ ...doubt, to: Math.min(doubt.to, hole) }));
  const inHigh = doubts(full).map((doubt) => ({ ...doubt, from: Math.max(doubt.from, hole) }));
  return tile(
    [lowRegime, highRegime],
    [...inLow, ...inHigh].filter((doubt) => doubt.from < doubt.to)
  );
}

/** Smallest limit under which the scavenge index can be reserved at start. */
function scavengeIndexFits(facts: LimitFacts): Bytes {
  const loaded = facts.region(/^(elf|kernel|stack\.main|libc\.(rtld|tls|brk))/);
  return loaded + FIRST_CHUNK + PAGE_TABLES + SCAVENGE_INDEX;
}

/** What a fresh start needs when the heap has grown since: all but the arenas after the first. */
export function goStartUp(facts: LimitFacts): Bytes | null {
  if (!isGo(facts)) return null;
  const grown = facts.region('go.heap-arena') - ARENA;
  return grown > 0 ? facts.virtualBytes - arenaBytes(facts) - grown : null;
}

function isGo(facts: LimitFacts): boolean {
  return facts.region(/^go\.page-summary/) >= PAGE_TABLES / 2;
}

function isSince(facts: LimitFacts, major: number, minor: number): boolean {
  const match = /^(\d+)\.(\d+)/.exec(facts.runtimes.find((runtime) => runtime.name === 'go')?.version ?? '');
  if (!match) return false;
  return Number(match[1]) > major || (Number(match[1]) === major && Number(match[2]) >= minor);
}
