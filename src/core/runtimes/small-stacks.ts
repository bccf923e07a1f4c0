/**
 * Alternate signal stacks, and what small libraries make executable.
 *
 * Source: Rust library/std/src/sys/pal/unix/stack_overflow.rs (SIGSTKSZ and a guard page below, per thread; wasmtime 256 KiB),
 * libffi src/closures.c (pages for callbacks, written, then executable). Sample:
 *   `7f81e2b58000-7f81e2b59000 ---p 00000000 00:00 0`
 *   `7f81e2b59000-7f81e2b99000 rw-p 00000000 00:00 0`
 * Cannot tell: whose signal stack it is; Rust's are by far the most usual with a guard.
 */
import { type MappedFile, filePattern, findFile } from '../attribution/files';
import {
  type Claim,
  type View,
  claimMapping,
  claimsOf,
  claimRange,
  touchesAbove,
  touchesBelow,
} from '../attribution/view';
import { EXECUTE, type Mapping, SHARED, WRITE, isAnonymous, sizeOf } from '../mapping/mapping';
import { KIB } from '../units';
import { isPlainNone, isPlainWritable } from './shapes';
import type { Signature } from './signature';

const LIBFFI = filePattern(/^libffi\.so/);

const SIGNAL_STACK: Claim = {
  region: 'rust.sigaltstack',
  category: 'stack',
  inaccessible: 'guard',
  confidence: 'guess',
  why: 'A guard page below a small stack: an alternate stack for signal handlers.',
};
const CLOSURES: Claim = {
  region: 'libffi.closures',
  category: 'code',
  confidence: 'likely',
  why: 'A small page of generated code in a process with libffi: its callbacks.',
};
const LARGEST_SIGNAL_STACK = 256 * KIB;
const LARGEST_CLOSURES = 64 * KIB;

function claimSignalStacks(view: View): void {
  for (const i of view.guards) {
    if (sizeOf(view.mappings[i]!) !== view.pageSize || sizeOf(view.mappings[i + 1]!) > LARGEST_SIGNAL_STACK) continue;
    if (view.ledger[i] !== undefined || view.ledger[i + 1] !== undefined) continue;
    claimMapping(view, i, SIGNAL_STACK);
    claimMapping(view, i + 1, SIGNAL_STACK);
  }
}

/** Since 3.4 a callback is a page of libffi's own text, mapped again, with a writable page of its data on top. */
function claimTrampolines(view: View, libffi: MappedFile): void {
  for (const index of libffi.mappings) {
    const text = view.mappings[index]!;
    const data = view.mappings[index + 1];
    if (claimsOf(view, index)[0]?.claim.region !== 'elf.text-remap' || !data || data.start !== text.end) continue;
    if (isPlainWritable(data)) claimRange(view, data.start, data.start + sizeOf(text), CLOSURES);
    const below = view.mappings[index - 1];
    if (below?.end === text.start && isPlainWritable(below) && sizeOf(below) === view.pageSize) {
      claimMapping(view, index - 1, CLOSURES);
    }
  }
}

/** Read-only memory alone is no code. */
function isBesideCode(view: View, i: number): boolean {
  const isCode = (m: Mapping | undefined): boolean => m !== undefined && isAnonymous(m) && (m.access & EXECUTE) !== 0;
  const below = touchesBelow(view, i) && isCode(view.mappings[i - 1]);
  return below || (touchesAbove(view, i) && isCode(view.mappings[i + 1]));
}

export const smallStacks: Signature = {
  name: 'small-stacks',
  claim(view) {
    claimSignalStacks(view);
    const libffi = findFile(view.files, LIBFFI);
    if (!libffi) return;
    claimTrampolines(view, libffi);
    view.mappings.forEach((m, i) => {
      if (m.name !== '' || !isAnonymous(m) || m.access & SHARED || view.ledger[i] !== undefined) return;
      const code = (m.access & EXECUTE) !== 0 || ((m.access & WRITE) === 0 && isBesideCode(view, i));
      if (code && !isPlainNone(m) && sizeOf(m) <= LARGEST_CLOSURES) claimMapping(view, i, CLOSURES);
    });
  },
};
