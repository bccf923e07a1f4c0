/**
 * AddressSanitizer, ThreadSanitizer and the race detector of Go: shadow memory at addresses that are part of their ABI.
 *
 * Source: compiler-rt lib/asan/asan_mapping.h (x86-64: shadow = (address >> 3) + 0x7fff8000), asan_allocator.h (0x600000000000),
 * lib/tsan/rtl/tsan_platform.h (C: shadow from 0x010000000000, traces 0x600000000000, heap 0x7b0000000000 or 0x720000000000;
 * Go: shadow 0x200000000000, meta data 0x300000000000). GCC and LLVM share them. Sample:
 *   `7fff7000-8fff7000 rw-p 00000000 00:00 0`
 * Cannot tell: which of the blocks outside these ranges belongs to the allocator; size decides. Other processors use
 * other addresses and are not recognised.
 */
import { type Claim, type View, claimMapping, claimRange, freeParts, indexAt } from '../attribution/view';
import { sizeOf } from '../mapping/mapping';
import { type Address, MIB, TIB } from '../units';
import { isPlainNone, isPlainWritable } from './shapes';
import type { Signature } from './signature';

const claimOf = (region: string, category: Claim['category'], why: string, sure = true): Claim => ({
  region,
  category,
  confidence: sure ? 'certain' : 'likely',
  why,
});

const INTERNAL = claimOf(
  'sanitizer.internal',
  'metadata',
  'Small anonymous memory of a process under a sanitizer.',
  false
);

const ASAN_LOW: Address = 0x7fff7000;
const ASAN_END: Address = 0x10007fff8000;
const ASAN_HEAP: Address = 0x600000000000;
const ASAN_HEAP_END: Address = 0x640000010000;
const ASAN_SHADOW = claimOf(
  'asan.shadow',
  'metadata',
  'Shadow memory of AddressSanitizer: one byte for each eight, at its fixed address.'
);
const ASAN_ALLOCATOR = claimOf('asan.allocator', 'heap', 'Allocator of AddressSanitizer, at its fixed address.');
const ASAN_LARGE = claimOf(
  'asan.allocator',
  'heap',
  'A large block of a process under AddressSanitizer: its allocator maps it.',
  false
);

/** Of the allocator's own tables that it opens piece by piece; the program's reservations are larger as a rule. */
const LARGEST_PRIMARY = 64 * MIB;
const LARGEST_GUARD = MIB;

const TSAN_LOW: Address = 0x010000000000;
const TSAN_END: Address = 0x400000000000;
const TSAN_SHADOW = claimOf('tsan.shadow', 'metadata', 'Shadow memory of ThreadSanitizer, at its fixed address.');
const TSAN_TRACE = claimOf('tsan.trace', 'metadata', 'Event traces of ThreadSanitizer, at their fixed address.');
const TSAN_HEAP = claimOf('tsan.allocator', 'heap', 'Allocator of ThreadSanitizer, at its fixed address.');

const RACE_LOW: Address = 0x200000000000;
const RACE_END: Address = 0x340000000000;
const GO_HEAP: Address = 0xc000000000;
const RACE = claimOf('sanitizer.internal', 'metadata', "Shadow memory of Go's race detector, at its fixed address.");

function claimRest(view: View, large: Claim | null): void {
  view.writable.forEach((i) => {
    for (const part of freeParts(view, i)) {
      const size = part.end - part.start;
      claimRange(view, part.start, part.end, large && (size >= 8 * MIB || size === MIB) ? large : INTERNAL);
    }
  });
}

function startsAt(view: View, address: Address): boolean {
  return view.mappings[indexAt(view, address)]?.start === address;
}

/** ThreadSanitizer keeps nothing of the program's own below this border, and its shadow spans terabytes. */
function hasTsanShadow(view: View): boolean {
  let bytes = 0;
  for (let i = indexAt(view, TSAN_LOW); i < view.mappings.length && view.mappings[i]!.start < TSAN_END; i++) {
    const m = view.mappings[i]!;
    if (isPlainWritable(m) || isPlainNone(m)) bytes += m.end - m.start;
  }
  return bytes >= 16 * TIB;
}

/** Go keeps its heap at the classic place when it is built with -race, and nothing else lies so high. */
function hasRaceShadow(view: View): boolean {
  if (!view.runtimes.some((runtime) => runtime.name === 'go') || !startsAt(view, GO_HEAP)) return false;
  const m = view.mappings[indexAt(view, RACE_LOW)];
  return m !== undefined && m.start < RACE_END && isPlainWritable(m);
}

export const sanitizers: Signature = {
  name: 'sanitizers',
  claim(view) {
    if (startsAt(view, ASAN_LOW) && view.mappings[indexAt(view, ASAN_LOW)]!.end - ASAN_LOW >= 256 * MIB) {
      claimRange(view, ASAN_LOW, ASAN_END, ASAN_SHADOW);
      claimRange(view, ASAN_HEAP, ASAN_HEAP_END, ASAN_ALLOCATOR);
      view.runtimes.push({ name: 'asan', version: null, evidence: 'shadow memory at 0x7fff7000' });
    } else if (hasTsanShadow(view)) {
      claimRange(view, TSAN_LOW, TSAN_END, TSAN_SHADOW);
      claimRange(view, 0x600000000000, 0x620000000000, TSAN_TRACE);
      claimRange(view, 0x720000000000, 0x7d0000000000, TSAN_HEAP);
      view.runtimes.push({ name: 'tsan', version: null, evidence: 'shadow memory from 0x10000000000' });
    } else if (hasRaceShadow(view)) {
      claimRange(view, RACE_LOW, RACE_END, RACE);
      view.runtimes.push({ name: 'go-race', version: null, evidence: 'shadow memory at 0x200000000000' });
    }
  },
};

/** After libc's own: the blocks that a sanitizer mapped outside its fixed ranges. */
export const sanitizerRest: Signature = {
  name: 'sanitizer-rest',
  claim(view) {
    if (view.runtimes.some((runtime) => runtime.name === 'asan')) {
      claimRest(view, ASAN_LARGE);
      for (const i of view.inaccessible) {
        const size = sizeOf(view.mappings[i]!);
        if (size > LARGEST_GUARD && size <= LARGEST_PRIMARY) claimMapping(view, i, ASAN_LARGE);
      }
    }
    if (view.runtimes.some((runtime) => runtime.name === 'tsan' || runtime.name === 'go-race')) claimRest(view, null);
  },
};
