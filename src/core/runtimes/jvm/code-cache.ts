/**
 * Code heaps and their segment maps.
 *
 * Source: share/memory/heap.cpp (CodeHeap::reserve: one segment map byte per segment, 64 bytes in JDK 8 and 128 since;
 * both grow by whole pages), share/code/codeCache.cpp (three heaps since JDK 9, one with -XX:-SegmentedCodeCache).
 * Sample: `7fe5c4800000-7fe5c4a70000 rwxp`, `7fe5c4a70000-7fe5cbd38000 ---p`, three times, 240 MiB in all.
 */
import { type Claim, type View, claimRange, isFree, touchesBelow } from '../../attribution/view';
import { type Mapping, EXECUTE, SHARED, WRITE, isAnonymous, sizeOf } from '../../mapping/mapping';
import { type Address, type Bytes, KIB, MIB } from '../../units';
import { type Run, alignUp, hasFlag, isPlainNone, isPlainWritable, runsOf } from '../shapes';
import { sizeOption } from './facts';

const SMALLEST = 2 * MIB;
const DEFAULT = 240 * MIB;

const CODE: Claim = {
  region: 'jvm.code-cache',
  category: 'code',
  confidence: 'certain',
  why: 'libjvm.so is mapped; writable code heads with inaccessible room above them are the code heaps.',
};

const SEGMENTS: Claim = {
  ...CODE,
  why: 'Sizes of its two parts follow from those of a code heap: one byte per code segment.',
};

function isJit(m: Mapping): boolean {
  return (m.access & (WRITE | EXECUTE | SHARED)) === (WRITE | EXECUTE) && isAnonymous(m);
}

export function claimCodeCache(view: View): void {
  const reserved = sizeOption(view, /^-XX:ReservedCodeCacheSize=(\d+)([kmg]?)$/i);
  const runs = runsOf(
    view,
    (m, i) => isFree(view, i) && (isJit(m) || (isPlainNone(m) && hasFlag(view, i, 'nr') !== false))
  );
  for (const run of runs) {
    let first = run.from;
    while (first < run.to && !isJit(view.mappings[first]!)) first++;
    if (first === run.to) continue;
    const start = view.mappings[first]!.start;
    // A page more since JDK 25; what lies above belongs to a neighbour whose inaccessible part merged with the last heap.
    const most = reserved ?? profiledEnd(view, first, run) ?? DEFAULT;
    const end = run.end - start > most + 64 * KIB ? start + most : run.end;
    if (end - start < SMALLEST) continue;
    claimRange(view, start, end, CODE);
    claimSegmentMaps(view, { from: first, to: run.to, start, end });
  }
}

/**
 * Three heaps: two large ones of the same size (with profiling and without) and a small one between them.
 * @returns the size of all, or null
 */
function profiledEnd(view: View, first: number, run: Run): Bytes | null {
  const starts: Address[] = [];
  for (let i = first; i < run.to; i++) {
    const m = view.mappings[i]!;
    if (isJit(m) && (i === first || !isJit(view.mappings[i - 1]!))) starts.push(m.start);
  }
  const [low, middle, high] = starts;
  if (starts.length !== 3) return null;
  return high! - low! + Math.max(middle! - low!, high! - middle!);
}

function claimSegmentMaps(view: View, cache: Run): void {
  for (let i = cache.from; i < cache.to; i++) {
    const head = view.mappings[i]!;
    if (!isJit(head)) continue;
    const above = view.mappings[i + 1];
    const reserved =
      (above && i + 1 < cache.to && !isJit(above) ? Math.min(above.end, cache.end) : head.end) - head.start;
    for (const segment of [128, 64]) claimSegmentMap(view, reserved / segment, sizeOf(head) / segment);
  }
}

function claimSegmentMap(view: View, reserved: Bytes, committed: Bytes): void {
  const all = alignUp(reserved, view.pageSize);
  const head = alignUp(committed, view.pageSize);
  for (const i of view.inaccessible) {
    const m = view.mappings[i]!;
    if (sizeOf(m) !== all - head || !isFree(view, i) || !touchesBelow(view, i)) continue;
    const below = view.mappings[i - 1]!;
    if (!isPlainWritable(below) || sizeOf(below) < head || hasFlag(view, i, 'nr') === false) continue;
    claimRange(view, below.end - head, m.end, SEGMENTS);
    return;
  }
}
