/**
 * Stacks that a program makes itself: coroutines and fibers.
 *
 * Source: QEMU util/oslib-posix.c (qemu_alloc_stack: 1 MiB and a guard page below, plain mmap and mprotect), Boost.Context
 * protected_fixedsize_stack, ClickHouse src/Common/FiberStack.h. Sample, QEMU 10.0:
 *   `7f41f0bff000-7f41f0c00000 ---p 00000000 00:00 0`
 *   `7f41f0c00000-7f41f0d00000 rw-p 00000000 00:00 0`      1 MiB, without the flag of thread stacks
 * Cannot tell: whose they are; one without a guard; merged ones where none stands alone.
 */
import { type Claim, type View, claimMapping, claimRange } from '../attribution/view';
import { sizeOf } from '../mapping/mapping';
import { type Bytes, KIB, MIB } from '../units';
import { isPowerOfTwo } from './shapes';
import type { Signature } from './signature';

const COROUTINE: Claim = {
  region: 'app.coroutine-stack',
  category: 'stack',
  inaccessible: 'guard',
  confidence: 'guess',
  why: 'A guard page below a block of a power of two: a stack that the program made itself, as coroutines have.',
};
/** Below are stacks for signal handlers, too. */
const SMALLEST = 64 * KIB;
const LARGEST = 8 * MIB;

/** The guard lies below the asked size, or is cut from it. */
function isStackSize(view: View, bytes: Bytes): boolean {
  return bytes >= SMALLEST && bytes <= LARGEST && (isPowerOfTwo(bytes) || isPowerOfTwo(bytes + view.pageSize));
}

export const coroutines: Signature = {
  name: 'coroutines',
  reserved: 4 * KIB,
  claim(view) {
    let size = 0;
    const merged: number[] = [];
    for (const i of view.guards) {
      if (view.ledger[i] !== undefined || view.ledger[i + 1] !== undefined) continue;
      if (sizeOf(view.mappings[i]!) !== view.pageSize) continue;
      if (isStackSize(view, sizeOf(view.mappings[i + 1]!))) {
        size = sizeOf(view.mappings[i + 1]!);
        claimMapping(view, i, COROUTINE);
        claimMapping(view, i + 1, COROUTINE);
      } else {
        merged.push(i);
      }
    }
    if (size === 0) return;
    // A program makes them of one size: where one stands alone, others may have merged with what lies above.
    for (const i of merged) {
      const { start, end } = view.mappings[i + 1]!;
      if (end - start < size) continue;
      claimMapping(view, i, COROUTINE);
      claimRange(view, start, start + size, COROUTINE);
    }
  },
};
