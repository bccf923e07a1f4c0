/**
 * AddressSanitizer, ThreadSanitizer, MemorySanitizer, LeakSanitizer and the race detector of Go: shadow memory and allocators at
 * addresses that are part of their ABI.
 *
 * Source: compiler-rt lib/asan/asan_mapping.h (x86-64: shadow = (address >> 3) + 0x7fff8000), asan_allocator.h and
 * lsan_allocator.h (0x600000000000, 0x500000000000 from LLVM 17 and GCC 14 on, or wherever the kernel puts it),
 * lib/tsan/rtl/tsan_platform.h (shadow from 0x010000000000 with traces at 0x600000000000 and heap at 0x7b0000000000, from LLVM
 * 18 and GCC 14 on from 0x100000000000 with heap at 0x720000000000; Go: shadow 0x200000000000, meta data 0x300000000000),
 * lib/msan/msan.h (kMemoryLayout). GCC 12 to 16 and LLVM 14 to 21 share them. Sample:
 *   `7fff7000-8fff7000 rw-p 00000000 00:00 0`
 * Cannot tell: which of the blocks outside these ranges belongs to the allocator; size decides. Other processors use
 * other addresses and are not recognised.
 */
import { type Claim, type View, claimMapping, indexAt } from '../attribution/view';
import { isAnonymous } from '../mapping/mapping';
import { type Address, type Bytes, GIB, KIB, MIB, TIB } from '../units';
import { claimOf } from './go-claims';
import { isRecognised } from './plan';
import { isPlainNone, isPlainWritable } from './shapes';
import type { Signature } from './signature';

const ASAN_LOW: Address = 0x7fff7000;
const ASAN_END: Address = 0x10007fff8000;
const ASAN_SHADOW = claimOf(
  'asan.shadow',
  'metadata',
  'Shadow memory of AddressSanitizer: one byte for each eight, at its fixed address.'
);

const ASAN_CLASSES = claimOf('asan.allocator', 'heap', 'Allocator of AddressSanitizer, at its fixed address.');

const TSAN_LOW: Address = 0x008000000000;
const TSAN_SHADOW_LOW: Address = 0x010000000000;
const TSAN_SHADOW_END: Address = 0x400000000000;
/** All of it writable; ZGC before JDK 15 reserves as much there, and none of that is. */
const TSAN_SHADOW_LEAST: Bytes = 8 * TIB;
const TSAN_END: Address = 0x7e8000000000;
const TSAN_TRACE_LOW: Address = 0x600000000000;
const TSAN_TRACE_END: Address = 0x620000000000;
const TSAN_SHADOW = claimOf('tsan.shadow', 'metadata', 'Shadow memory of ThreadSanitizer, at its fixed address.');
const TSAN_TRACE = claimOf('tsan.trace', 'metadata', 'Event traces of ThreadSanitizer, at their fixed address.');

const MSAN_LOW: Address = 0x010000000000;
const MSAN_GAP: Address = 0x100000000000;
const MSAN_SECOND: Address = 0x200000000000;
const MSAN_SHADOWS: ReadonlyArray<readonly [Address, Address]> = [
  [MSAN_LOW, 0x510000000000],
  [0x600000000000, 0x700000000000],
];
const MSAN_SHADOW = claimOf(
  'msan.shadow',
  'metadata',
  'Shadow memory of MemorySanitizer and the origins of values, at its fixed address.'
);

const RACE_LOW: Address = 0x200000000000;
const RACE_END: Address = 0x340000000000;
const GO_HEAP: Address = 0xc000000000;
const RACE = claimOf('sanitizer.internal', 'metadata', "Shadow memory of Go's race detector, at its fixed address.");

/** The allocators reserve terabytes for their size classes, so what lies between the opened parts is never small. */
const LEAST_OF_CLASSES = GIB;
/** Where they begin when their place is fixed. */
const ALLOCATORS: readonly Address[] = [0x500000000000, 0x600000000000];
const CLASSES = 4 * TIB + 64 * KIB;

function claimAnonymous(view: View, start: Address, end: Address, claim: Claim): void {
  for (let i = indexAt(view, start); i < view.mappings.length && view.mappings[i]!.start < end; i++) {
    if (isAnonymous(view.mappings[i]!)) claimMapping(view, i, claim);
  }
}

/** What is reserved for size classes from `low` on, and the parts that are open in it. */
function claimClasses(view: View, name: string, low: Address): void {
  const claim = claimOf(
    `${name}.allocator`,
    'heap',
    'Size classes of the sanitizer: opened parts of one huge reservation.'
  );
  for (const i of view.inaccessible) {
    const m = view.mappings[i]!;
    if (m.start < low || m.end - m.start < LEAST_OF_CLASSES || view.ledger[i] !== undefined) continue;
    claimMapping(view, i, claim);
    claimOpened(view, i - 1, m.start, -1, claim);
    claimOpened(view, i + 1, m.end, 1, claim);
  }
}

/** The stretch from mapping `index` on that touches `border`; flags cut what is open into several mappings. */
function claimOpened(view: View, index: number, border: Address, step: 1 | -1, claim: Claim): void {
  for (let i = index, at = border; i >= 0 && i < view.mappings.length; i += step) {
    const m = view.mappings[i]!;
    if ((step > 0 ? m.start : m.end) !== at || !isPlainWritable(m) || view.ledger[i] !== undefined) return;
    claimMapping(view, i, claim);
    at = step > 0 ? m.end : m.start;
  }
}

function startsAt(view: View, address: Address): boolean {
  return view.mappings[indexAt(view, address)]?.start === address;
}

function writableBetween(view: View, low: Address, high: Address): number {
  let bytes = 0;
  for (let i = indexAt(view, low); i < view.mappings.length && view.mappings[i]!.start < high; i++) {
    const m = view.mappings[i]!;
    if (isPlainWritable(m)) bytes += m.end - m.start;
  }
  return bytes;
}

/** Two shadows with a hole between them that is kept shut; ThreadSanitizer shuts more. */
function hasMsanShadow(view: View): boolean {
  const gap = view.mappings[indexAt(view, MSAN_GAP)];
  const second = view.mappings[indexAt(view, MSAN_SECOND)];
  if (gap?.start !== MSAN_GAP || !isPlainNone(gap) || !startsAt(view, MSAN_LOW)) return false;
  return second?.start === MSAN_SECOND && isPlainWritable(second);
}

/** Go keeps its heap at the classic place when it is built with -race, and nothing else lies so high. */
function hasRaceShadow(view: View): boolean {
  if (!isRecognised(view, 'go') || !startsAt(view, GO_HEAP)) return false;
  const m = view.mappings[indexAt(view, RACE_LOW)];
  return m !== undefined && m.start < RACE_END && isPlainWritable(m);
}

function hasClasses(view: View): boolean {
  return ALLOCATORS.some((address) => {
    const m = view.mappings[indexAt(view, address)];
    return m?.start === address && isPlainNone(m) && m.end - m.start >= 32 * GIB;
  });
}

function claimTsan(view: View): void {
  claimAnonymous(view, TSAN_SHADOW_LOW, TSAN_SHADOW_END, TSAN_SHADOW);
  for (const i of view.writable) {
    const m = view.mappings[i]!;
    if (m.start >= TSAN_TRACE_LOW && m.end <= TSAN_TRACE_END) claimMapping(view, i, TSAN_TRACE);
  }
  // Everything that is neither the program's nor the allocator's is kept shut.
  const heap = [0x720000000000, 0x7b0000000000].find((address) => startsAt(view, address)) ?? TSAN_END;
  const heapEnd = heap + TIB;
  for (const i of view.inaccessible) {
    const m = view.mappings[i]!;
    const beside = m.end <= heap || m.start >= heapEnd;
    const large = m.end - m.start >= LEAST_OF_CLASSES || (m.start >= TSAN_TRACE_LOW && m.end <= TSAN_TRACE_END);
    if (m.start >= TSAN_LOW && m.end <= TSAN_END && beside && large) claimMapping(view, i, TSAN_SHADOW);
  }
  claimClasses(view, 'tsan', heap);
}

export const sanitizers: Signature = {
  name: 'sanitizers',
  large: true,
  claim(view) {
    if (startsAt(view, ASAN_LOW) && view.mappings[indexAt(view, ASAN_LOW)]!.end - ASAN_LOW >= 256 * MIB) {
      claimAnonymous(view, ASAN_LOW, ASAN_END, ASAN_SHADOW);
      for (const start of ALLOCATORS) claimAnonymous(view, start, start + CLASSES, ASAN_CLASSES);
      claimClasses(view, 'asan', ASAN_END);
      view.runtimes.push({ name: 'asan', version: null, evidence: 'shadow memory at 0x7fff7000' });
    } else if (view.inaccessibleBytes >= TIB && hasMsanShadow(view)) {
      for (const [start, end] of MSAN_SHADOWS) claimAnonymous(view, start, end, MSAN_SHADOW);
      claimClasses(view, 'msan', 0x700000000000);
      view.runtimes.push({ name: 'msan', version: null, evidence: 'shadow memory from 0x10000000000' });
    } else if (writableBetween(view, TSAN_SHADOW_LOW, TSAN_SHADOW_END) >= TSAN_SHADOW_LEAST) {
      claimTsan(view);
      view.runtimes.push({ name: 'tsan', version: null, evidence: 'shadow memory of terabytes below 0x400000000000' });
    } else if (hasRaceShadow(view)) {
      claimAnonymous(view, RACE_LOW, RACE_END, RACE);
      view.runtimes.push({ name: 'go-race', version: null, evidence: 'shadow memory at 0x200000000000' });
    } else if (view.inaccessibleBytes >= TIB && hasClasses(view)) {
      claimClasses(view, 'lsan', ALLOCATORS[0]!);
      view.runtimes.push({
        name: 'lsan',
        version: null,
        evidence: 'size classes of its allocator at their fixed address',
      });
    }
  },
};
