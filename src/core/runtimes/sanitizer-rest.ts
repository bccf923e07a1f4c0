/**
 * What a sanitizer mapped outside its fixed ranges: its own tables, and blocks too large for its size classes.
 *
 * Source: compiler-rt lib/sanitizer_common/sanitizer_allocator_secondary.h (a mapping for each large request),
 * sanitizer_allocator_primary32.h (1 MiB regions), lib/asan/asan_fake_stack.h (a stack of frames for each thread: 11 classes
 * of 1 MiB and their flags). Malloc is the sanitizer's, so what is left is not libc's. Sample, the fake stacks of two threads:
 *   `7b1e96bfe000-7b1e98210000 rw-p 00000000 00:00 0`
 * Cannot tell: a block of the program from a table of the same size.
 */
import { type Claim, type View, claimMapping, claimRange, freeParts } from '../attribution/view';
import { sizeOf } from '../mapping/mapping';
import { type Bytes, KIB, MIB } from '../units';
import { claimOf } from './go-claims';
import { hasFlag } from './shapes';
import type { Signature } from './signature';

const INTERNAL = claimOf(
  'sanitizer.internal',
  'metadata',
  'Small anonymous memory of a process under a sanitizer.',
  false
);
const FAKE_STACK = claimOf(
  'asan.thread',
  'metadata',
  'Stack of frames that AddressSanitizer keeps after return.',
  false
);
const FAKE_STACK_BYTES = 11 * MIB + 36 * KIB;

/** Of the allocator's own tables that it opens piece by piece; the program's reservations are larger as a rule. */
const LARGEST_PRIMARY = 64 * MIB;
const LARGEST_GUARD = MIB;
/** Smaller blocks are tables; one of exactly this size that the kernel does not reserve is a store of call stacks. */
const LARGE = 8 * MIB;

const SANITIZERS: readonly string[] = ['asan', 'msan', 'tsan', 'lsan'];

function claimRest(view: View, large: Claim): void {
  const asan = large.region === 'asan.allocator';
  view.writable.forEach((i) => {
    for (const part of freeParts(view, i)) {
      const size = part.end - part.start;
      const fake = asan && size % FAKE_STACK_BYTES === 0;
      const block = (size >= LARGE && !(size === LARGE && hasFlag(view, i, 'nr') !== false)) || (asan && size === MIB);
      const claim = fake ? FAKE_STACK : block ? large : INTERNAL;
      claimRange(view, part.start, part.end, claim);
    }
  });
  for (const i of view.inaccessible) {
    const size = sizeOf(view.mappings[i]!);
    if (size > LARGEST_GUARD && size <= LARGEST_PRIMARY) claimMapping(view, i, large);
  }
}

/** Malloc of a Go program with -race stays libc's, and its blocks are a page larger than what was asked for. Tables that have
 * merged are larger. */
function isMalloc(size: Bytes): boolean {
  return size > 1.5 * MIB && size < 16 * MIB && size % (64 * KIB) !== 0;
}

export const sanitizerRest: Signature = {
  name: 'sanitizer-rest',
  claim(view) {
    for (const { name } of view.runtimes) {
      if (SANITIZERS.includes(name)) {
        claimRest(
          view,
          claimOf(
            `${name}.allocator`,
            'heap',
            'A large block of a process under a sanitizer: its allocator maps it.',
            false
          )
        );
      } else if (name === 'go-race') {
        view.writable.forEach((i) => {
          for (const { start, end } of freeParts(view, i)) {
            if (!isMalloc(end - start)) claimRange(view, start, end, INTERNAL);
          }
        });
      }
    }
  },
};
