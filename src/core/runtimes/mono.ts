/**
 * Mono and Framework Mono, with SGen or the Boehm collector.
 *
 * Source: mono/sgen (sgen-gc.c: nursery of 4 MiB at a border of its size; sgen-marksweep.c: blocks of 16 KiB, allocated 32 or 64
 * at a time and aligned; sgen-los.c: sections of 1 MiB, larger objects one by one; sgen-cardtable.c: 8 MiB of cards and 8 MiB
 * of their shadow, one below the other), mono/utils (hazard-pointer.c: table of 384 KiB for thread ids, opened page by page;
 * mono-codeman.c: rwx chunks below 2 GiB; mono-threads: 32 KiB made inaccessible near the low end of each stack, 2 MiB
 * stacks). Measured in 6.8, 6.12 and Framework Mono 6.14. Sample:
 *   `7f2603200000-7f2604200000 rw-p` the cards, `7f25fb7e8000-7f25fb868000 rw-p` 32 blocks, then 16 KiB trimmed away,
 *   `7f26054a5000-7f26054ad000 rw-p`, `7f26054ad000-7f260550c000 ---p` thread ids, `406f2000-40702000 rwxp` code.
 * Cannot tell: alternate signal stacks from other small memory, and a malloc chunk from a large object.
 */
import { filePattern, findFile } from '../attribution/files';
import {
  type Claim,
  type View,
  claimMapping,
  claimRange,
  freeParts,
  touchesAbove,
  touchesBelow,
} from '../attribution/view';
import { isAnonymous, sizeOf } from '../mapping/mapping';
import { type Address, type Bytes, KIB, MIB } from '../units';
import { isPlainWritable } from './shapes';
import type { Signature } from './signature';

const PROGRAM = filePattern(/^(mono(-sgen|-boehm)?|libmono(sgen|boehm)?-\d[\d.]*\.so[\d.]*)$/);

const BOEHM = filePattern(/^(mono-boehm|libmonoboehm-\d[\d.]*\.so[\d.]*)$/);

const claimOf = (part: string, category: Claim['category'], confidence: Claim['confidence'], why: string): Claim => ({
  region: `mono.${part}`,
  category,
  confidence,
  why,
});

const CODE = claimOf('code', 'code', 'certain', 'Anonymous and executable in a process of Mono: its code manager.');
const THREAD_IDS = claimOf(
  'gc-structures',
  'metadata',
  'certain',
  'The high end of 384 KiB, opened page by page: the table of thread ids.'
);
const CARDS = claimOf('gc-structures', 'metadata', 'likely', '16 MiB: the cards of SGen and their shadow, 8 MiB each.');
const SMALL = claimOf('gc-structures', 'metadata', 'guess', 'Below what malloc maps: memory of Mono itself.');
const BLOCKS = claimOf(
  'gc-heap',
  'heap',
  'likely',
  'Whole blocks of 16 KiB at a 16 KiB border: heap of the collector.'
);
const LARGE = claimOf('gc-heap', 'heap', 'guess', 'A large object, or another large request of the process.');
const STACK: Claim = {
  region: 'glibc.thread-stack',
  category: 'stack',
  inaccessible: 'guard',
  confidence: 'likely',
  why: 'Mono makes 32 KiB near the low end of each stack inaccessible, to notice overflows.',
};
const MAIN_GUARD: Claim = { ...STACK, region: 'mono.stack-guard' };

const TABLE: Bytes = 384 * KIB;
const OVERFLOW_GUARD: Bytes = 32 * KIB;
const LARGEST_STACK: Bytes = 8 * MIB;
const BLOCK: Bytes = 16 * KIB;
const CARD_BYTES: Bytes = 16 * MIB;
/** M_MMAP_THRESHOLD of glibc. */
const SMALLEST_CHUNK: Bytes = 128 * KIB;

export const mono: Signature = {
  name: 'mono',
  files: [PROGRAM],
  claim(view, program) {
    view.runtimes.push({ name: 'mono', version: null, evidence: `${program.name} is mapped.` });
    for (const i of view.executable) claimMapping(view, i, CODE);
    for (const i of view.inaccessible) {
      const m = view.mappings[i]!;
      const bytes = sizeOf(m);
      if (bytes === OVERFLOW_GUARD) claimStack(view, i);
      else if (bytes < TABLE && bytes >= TABLE / 2 && headReaches(view, i, m.end - TABLE)) {
        claimRange(view, m.end - TABLE, m.end, THREAD_IDS);
      }
    }
  },
};

/** Around its overflow guard: pages and the guard of glibc below, the stack above. The main stack grows towards its own. */
function claimStack(view: View, i: number): void {
  const above = touchesAbove(view, i) ? view.mappings[i + 1]! : null;
  claimMapping(view, i, above ? STACK : MAIN_GUARD);
  if (!above || !isPlainWritable(above) || sizeOf(above) > LARGEST_STACK) return;
  claimMapping(view, i + 1, STACK);
  for (let j = i - 1; j >= i - 2 && touchesBelow(view, j + 1) && isAnonymous(view.mappings[j]!); j--) {
    if (sizeOf(view.mappings[j]!) <= 2 * view.pageSize) claimMapping(view, j, STACK);
  }
}

function headReaches(view: View, i: number, start: Address): boolean {
  const head = view.mappings[i - 1];
  return head !== undefined && touchesBelow(view, i) && isPlainWritable(head) && head.start <= start;
}

/** After libc's own: what is left of the writable memory is the collector's, or the runtime's when it is small. */
export const monoRest: Signature = {
  name: 'mono-rest',
  runtime: 'mono',
  claim(view) {
    if (!findFile(view.files, BOEHM)) claimCards(view);
    for (const i of view.writable) {
      for (const { start, end } of freeParts(view, i)) {
        const whole = start % BLOCK === 0 && (end - start) % BLOCK === 0;
        claimRange(view, start, end, end - start < SMALLEST_CHUNK ? SMALL : whole ? BLOCKS : LARGE);
      }
    }
  },
};

/** Mapped early, so high up; what was mapped after the cards lies below them. A nursery of that size is aligned to it. */
function claimCards(view: View): void {
  let merged: Address | null = null;
  for (const i of view.writable) {
    for (const { start, end } of freeParts(view, i)) {
      const bytes = end - start;
      if (bytes === CARD_BYTES && start % CARD_BYTES !== 0) {
        claimRange(view, start, end, CARDS);
        return;
      }
      if (bytes > CARD_BYTES && bytes < 2 * CARD_BYTES) merged = end;
    }
  }
  if (merged !== null) claimRange(view, merged - CARD_BYTES, merged, CARDS);
}
