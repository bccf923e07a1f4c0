/**
 * .NET Core 3.1 to .NET 10, single-file programs and NativeAOT included.
 *
 * Source: pal/src/map/virtual.cpp and vm/util.cpp (ExecutableMemoryAllocator: up to 2 GiB that end where the image with the
 * runtime in it starts: libcoreclr.so, or the program itself when it is a single file), minipal doublemapping
 * (`/memfd:doublemapper`, W^X of .NET 7+). Measured in 3.1, 8.0, 9.0 and 10.0.
 * Sample: `7f87aee21000-7f87aee23000 ---p`, `7f87aee23000-7f87aee24000 rwxp`, up to `libcoreclr.so`.
 * Cannot tell: which slice of the executable allocator is a loader heap, a stub or JIT code; all are code.
 */
import { type MappedFile, filePattern, findFile } from '../../attribution/files';
import { type View, claimMapping, claimRange, indexAt } from '../../attribution/view';
import { type Mapping, SHARED, isAnonymous, isInaccessible, sizeOf } from '../../mapping/mapping';
import { type Address, GIB, KIB } from '../../units';
import { hasFlag, isPlainNone, isPlainWritable } from '../shapes';
import type { Signature } from '../signature';
import { claimGc, claimRegions } from './gc';
import { STACK, part } from './parts';
import { findRegions } from './regions';
import { claimHandles, claimSmall } from './small';

const LIBRARY = filePattern(/^libcoreclr\.so$/);
const CORE = filePattern(/^(System\.Private\.CoreLib\.dll|memfd:doublemapper)$/);
const DOUBLE_MAPPER = filePattern(/^memfd:doublemapper$/);

const ALLOCATOR_LIMIT = 2 * GIB;
/** The allocator hands out whole 64 KiB; what an image in it does not use is unmapped. */
const SLICE = 64 * KIB;
/** Programs of less never have a range of regions, unless a limit keeps their heap small. */
const NATIVE_AOT_LEAST = 16 * GIB;

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
export const dotnet: Signature = {
  name: 'dotnet',
  large: true,
  claim(view) {
    const library = findFile(view.files, LIBRARY);
    const core = library ?? findFile(view.files, CORE);
    if (!core) {
      if (view.inaccessibleBytes >= NATIVE_AOT_LEAST) claimNative(view);
      return;
    }
    view.runtimes.push({
      name: 'dotnet',
      version: /\/Microsoft\.NETCore\.App\/([^/]+)\//.exec(core.name)?.[1] ?? null,
      evidence: `${core.name} is mapped.`,
    });
    const regions = findRegions(view);
    if (regions) claimRegions(view, regions);
    const image = library ?? imageAbove(view);
    if (image) claimExecutableAllocator(view, image);
    for (const i of findFile(view.files, DOUBLE_MAPPER)?.mappings ?? []) claimMapping(view, i, DOUBLE_MAPPED);
    claimSmall(view);
    if (!regions) claimGc(view);
  },
};

/** A program or library that was compiled ahead of time has the collector and nothing else of the runtime. */
function claimNative(view: View): void {
  const regions = findRegions(view);
  if (!regions) return;
  view.runtimes.push({
    name: 'dotnet',
    version: null,
    evidence: 'A range of GC regions with its tables and no CoreLib: compiled ahead of time.',
  });
  claimRegions(view, regions);
  claimHandles(view);
}

/** A single-file program has the runtime in its own image: the one above the slices of the allocator. */
function imageAbove(view: View): MappedFile | undefined {
  const slices = findFile(view.files, DOUBLE_MAPPER)?.mappings ?? [];
  const lowest = view.mappings[slices[0] ?? -1];
  if (!lowest) return undefined;
  for (let i = indexAt(view, lowest.end); i < view.mappings.length; i++) {
    const m = view.mappings[i]!;
    if (m.start > lowest.start + ALLOCATOR_LIMIT) return undefined;
    const file = isSlice(m) ? undefined : view.files.get(m.name);
    if (file?.header && file.executable && m.offset === 0) return file;
  }
  return undefined;
}

function isSlice(m: Mapping): boolean {
  return m.name === '' || m.name.startsWith('/memfd:doublemapper');
}

/** Walks down from the image over everything that lies in the reservation, mapped .dll files included. */
function claimExecutableAllocator(view: View, image: MappedFile): void {
  const first = image.mappings.find((i) => view.mappings[i]!.offset === 0) ?? image.mappings[0]!;
  const end: Address = view.mappings[first]!.start;
  let start = end;
  for (let i = first - 1; i >= 0; i--) {
    const m = view.mappings[i]!;
    const inside = isAnonymous(m)
      ? hasFlag(view, i, 'nh') !== true && !(isPlainWritable(m) && sizeOf(m) >= STACK)
      : m.inode !== 0 && (isSlice(m) || m.name === image.name || /\.dll$/.test(m.name));
    const next = view.mappings[i + 1]!.start;
    if (!inside || next - m.end >= SLICE || m.end < end - ALLOCATOR_LIMIT || (next === end && m.end !== end)) break;
    // Its lowest piece is never accessible, or code: the low end is cut to 64 KiB.
    if (isPlainNone(m) || isSlice(m)) start = Math.max(m.start, end - ALLOCATOR_LIMIT);
  }
  for (let i = indexAt(view, start); i < first; i++) {
    const m = view.mappings[i]!;
    if (isAnonymous(m)) claimRange(view, Math.max(start, m.start), m.end, EXECUTABLE);
    else if (isSlice(m)) claimMapping(view, i, isInaccessible(m) || m.access & SHARED ? DOUBLE_MAPPED : EXECUTABLE);
  }
}
