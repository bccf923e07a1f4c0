/**
 * .NET Core 3.1 (measured) and .NET 5 to 10 (documented, so `likely`).
 *
 * Source: pal/src/map/virtual.cpp (ExecutableMemoryAllocator: up to 2 GiB that end where libcoreclr.so starts),
 * gc/handletable*.cpp (64 KiB segments), pal/src/thread/thread.cpp (alternate signal stack of 16 KiB), minipal
 * doublemapping (`/memfd:doublemapper`, W^X of .NET 7+).
 * Sample: `7f87aee21000-7f87aee23000 ---p`, `7f87aee23000-7f87aee24000 rwxp`, up to `libcoreclr.so`.
 * Cannot tell: which slice of the executable allocator is a loader heap, a stub or JIT code; all are code.
 */
import { filePattern, findFile } from '../../attribution/files';
import {
  type Claim,
  type View,
  claimMapping,
  claimRange,
  indexAt,
  isFree,
  touchesAbove,
  touchesBelow,
} from '../../attribution/view';
import { isAnonymous, sizeOf } from '../../mapping/mapping';
import { type Address, GIB, KIB } from '../../units';
import { hasFlag, isPlainNone, isPlainWritable } from '../shapes';
import type { Signature } from '../signature';
import { claimGc } from './gc';
import { STACK, part } from './parts';

const LIBRARY = filePattern(/^libcoreclr\.so$/);
const CORE = filePattern(/^(System\.Private\.CoreLib\.dll|memfd:doublemapper)$/);

const ALLOCATOR_LIMIT = 2 * GIB;
const SEGMENT = 64 * KIB;

const EXECUTABLE = part(
  'executable-allocator',
  'code',
  'certain',
  'Reserved so that it ends where libcoreclr.so starts: stubs, loader heaps and JIT code.'
);
const DOUBLE_MAPPED = part(
  'executable-allocator',
  'code',
  'likely',
  'The runtime names it /memfd:doublemapper: code that is written through a second view.'
);
const HANDLES = part(
  'handle-table',
  'metadata',
  'likely',
  'Writable pages at a 64 KiB border inside a reservation of 128 KiB.'
);
const SIGNAL_STACK: Claim = {
  ...part(
    'sigaltstack',
    'stack',
    'certain',
    '16 KiB with a guard page below: the alternate signal stack of a .NET thread.'
  ),
  inaccessible: 'guard',
};

export const dotnet: Signature = {
  name: 'dotnet',
  claim(view) {
    const library = findFile(view.files, LIBRARY);
    const core = library ?? findFile(view.files, CORE);
    if (!core) return;
    view.runtimes.push({
      name: 'dotnet',
      version: /\/Microsoft\.NETCore\.App\/([^/]+)\//.exec(core.name)?.[1] ?? null,
      evidence: `${core.name} is mapped.`,
    });
    if (library) claimExecutableAllocator(view, view.mappings[library.mappings[0]!]!.start);
    view.mappings.forEach((m, i) => {
      if (m.name.startsWith('/memfd:doublemapper')) claimMapping(view, i, DOUBLE_MAPPED);
    });
    claimHandleTables(view);
    claimSignalStacks(view);
    claimGc(view);
  },
};

/** Walks down from the library over everything that lies in the reservation, mapped .dll files included. */
function claimExecutableAllocator(view: View, end: Address): void {
  let start = end;
  for (let i = indexAt(view, end) - 1; i >= 0; i--) {
    const m = view.mappings[i]!;
    const inside = isAnonymous(m)
      ? hasFlag(view, i, 'nh') !== true && !(isPlainWritable(m) && sizeOf(m) >= STACK)
      : /\.dll$/.test(m.name);
    const next = view.mappings[i + 1]!.start;
    if (
      !inside ||
      (m.end !== next && next !== end) ||
      m.end < end - ALLOCATOR_LIMIT ||
      (next === end && m.end !== end)
    ) {
      break;
    }
    // Its lowest piece is never accessible: the low end is cut to 64 KiB.
    if (isPlainNone(m)) start = Math.max(m.start, end - ALLOCATOR_LIMIT);
  }
  for (let i = indexAt(view, start); i < view.mappings.length && view.mappings[i]!.start < end; i++) {
    if (isAnonymous(view.mappings[i]!)) {
      claimRange(view, Math.max(start, view.mappings[i]!.start), view.mappings[i]!.end, EXECUTABLE);
    }
  }
}

function claimHandleTables(view: View): void {
  view.mappings.forEach((m, i) => {
    if (!isPlainWritable(m) || !isFree(view, i) || sizeOf(m) > SEGMENT || m.start % SEGMENT !== 0) return;
    if (!touchesBelow(view, i) || !touchesAbove(view, i)) return;
    const inside = [i - 1, i + 1].every(
      (j) =>
        isPlainNone(view.mappings[j]!) &&
        sizeOf(view.mappings[j]!) < 2 * SEGMENT &&
        sizeOf(view.mappings[j]!) > view.pageSize
    );
    if (!inside) return;
    for (const j of [i - 1, i, i + 1]) claimMapping(view, j, HANDLES);
  });
}

function claimSignalStacks(view: View): void {
  view.mappings.forEach((m, i) => {
    if (!isPlainWritable(m) || !isFree(view, i) || hasFlag(view, i, 'nh') === false || !touchesBelow(view, i)) return;
    const guard = view.mappings[i - 1]!;
    if (!isPlainNone(guard) || !isFree(view, i - 1) || sizeOf(guard) !== view.pageSize) return;
    if (m.end - guard.start !== Math.max(16 * KIB, 4 * view.pageSize)) return;
    claimMapping(view, i - 1, SIGNAL_STACK);
    claimMapping(view, i, SIGNAL_STACK);
  });
}
