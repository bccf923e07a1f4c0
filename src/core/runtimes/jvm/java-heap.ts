/**
 * The Java heap.
 *
 * Source: share/memory/virtualspace.cpp (ReservedHeapSpace::try_reserve_heap: below 4 GiB or 32 GiB while compressed
 * oops hold), share/gc/z/ (views of /memfd:java_heap at 4, 8 and 16 TiB, one view when generational, 16 x -Xmx each).
 * Sample: `687400000-6b1c00000 rw-p`, `6b1c00000-800000000 ---p` (nr); ZGC: `40000000000-40017a00000 rw-s /memfd:java_heap`.
 * Cannot tell: where a heap above 32 GiB ends when other reservations touch it; the largest one counts then. Every
 * accessible ZGC view is heap, although they show the same pages.
 */
import { type Claim, type View, claimRange, claimsOf, freeParts, isFree, touchesBelow } from '../../attribution/view';
import { type Mapping, isInaccessible } from '../../mapping/mapping';
import { type Address, type Bytes, GIB, MIB, TIB } from '../../units';
import { type Run, arenaStart, hasFlag, isPlainNone, isPlainWritable, runsOf } from '../shapes';
import { sizeOption } from './facts';

export interface JavaHeap {
  readonly start: Address;
  readonly end: Address;
  /** Writable bytes of it. */
  readonly committed: Bytes;
}

interface Piece {
  readonly start: Address;
  readonly end: Address;
}

const LOW_END = 128 * GIB;
const SMALLEST_HIGH = 8 * MIB;
/** Above every size: the rank of a piece that is as large as -Xmx. */
const EXACT = 1024 * TIB;

const claimOf = (confidence: Claim['confidence'], why: string): Claim => ({
  region: 'jvm.java-heap',
  category: 'heap',
  confidence,
  why,
});

const COLLECTION_SET: Claim = {
  region: 'jvm.gc-structures',
  category: 'metadata',
  confidence: 'likely',
  why: 'A small map far below the heap: the collection set table of Shenandoah.',
};

export function claimJavaHeap(view: View): JavaHeap | null {
  return claimZHeap(view) ?? claimLowHeap(view) ?? claimHighHeap(view);
}

function isZView(m: Mapping): boolean {
  return m.inode !== 0 && /^\/(memfd:java_heap|.*\/java_heap\.\d+)/.test(m.name);
}

function isReserved(view: View, m: Mapping, i: number): boolean {
  return isPlainNone(m) && isFree(view, i) && hasFlag(view, i, 'nr') !== false;
}

function heapOf(view: View, start: Address, end: Address): JavaHeap {
  let committed = 0;
  for (const m of view.mappings) {
    if (m.start < end && m.end > start && !isInaccessible(m)) {
      committed += Math.min(m.end, end) - Math.max(m.start, start);
    }
  }
  return { start, end, committed };
}

/** Archived objects are file pages in the middle of the heap, claimed with the archive. */
function isArchivedPart(view: View, i: number): boolean {
  return claimsOf(view, i)[0]?.claim.region === 'jvm.java-heap';
}

function claimZHeap(view: View): JavaHeap | null {
  const runs = runsOf(view, (m, i) => isFree(view, i) && (isZView(m) || (m.start >= TIB && isReserved(view, m, i))));
  const views = runs.filter((run) => view.mappings.slice(run.from, run.to).some(isZView));
  if (views.length === 0) return null;
  for (const run of views) {
    claimRange(
      view,
      run.start,
      run.end,
      claimOf('certain', 'A view of /memfd:java_heap and the room reserved for it.')
    );
  }
  for (const run of runs) {
    // A view that holds no page yet, or a part of one that was given back: same place, nothing but PROT_NONE.
    if (!views.includes(run) && run.start < 64 * TIB && run.end - run.start >= GIB) {
      claimRange(
        view,
        run.start,
        run.end,
        claimOf('likely', 'Reserved in the part of the address space that ZGC keeps for its views.')
      );
    }
  }
  return heapOf(view, views[0]!.start, views[0]!.end);
}

function claimLowHeap(view: View): JavaHeap | null {
  const heaps: Run[] = [];
  const belongs = (m: Mapping, i: number): boolean =>
    m.end <= LOW_END && (isFree(view, i) ? isPlainWritable(m) || isReserved(view, m, i) : isArchivedPart(view, i));
  for (const run of runsOf(view, belongs)) {
    if (run.end - run.start < MIB) claimRange(view, run.start, run.end, COLLECTION_SET);
    else heaps.push(run);
  }
  if (heaps.length === 0) return null;
  for (const run of heaps) {
    claimRange(
      view,
      run.start,
      run.end,
      claimOf('certain', 'Reserved below 32 GiB for compressed object pointers, beside libjvm.so.')
    );
  }
  return heapOf(view, heaps[0]!.start, heaps[heaps.length - 1]!.end);
}

/** Above 32 GiB: the largest reservation; -Xmx, when the command line shows it, gives the size. */
function claimHighHeap(view: View): JavaHeap | null {
  const wanted = sizeOption(view, /^-(?:Xmx|XX:MaxHeapSize=)(\d+)([kmgt]?)$/i);
  let best: { start: Address; end: Address; rank: number } | null = null;
  const belongs = (m: Mapping, i: number): boolean =>
    isPlainWritable(m)
      ? // An image below may have taken the first page for its .bss.
        freeParts(view, i).at(-1)?.end === m.end && hasFlag(view, i, 'nh') !== true
      : isReserved(view, m, i);
  for (const run of runsOf(view, belongs)) {
    for (const piece of joined(reservations(view, run), wanted)) {
      const bytes = piece.end - piece.start;
      let start = piece.start;
      let rank = bytes;
      if (bytes === wanted) {
        rank = EXACT;
      } else if (wanted !== null && bytes > wanted && piece.end % MIB === 0) {
        // A committed heap that merged with what was mapped below it later.
        start = piece.end - wanted;
        rank = EXACT - (bytes - wanted);
      }
      if (bytes >= SMALLEST_HIGH && rank > (best?.rank ?? 0)) best = { start, end: piece.end, rank };
    }
  }
  if (!best) return null;
  claimRange(
    view,
    best.start,
    best.end,
    claimOf('likely', 'The largest reservation beside libjvm.so, too large for compressed object pointers.')
  );
  return heapOf(view, best.start, best.end);
}

/**
 * Serial and Parallel reserve two generations side by side: neighbours are joined when they make up -Xmx, or, where the
 * command line does not show it, when neither is a mere table beside the other.
 */
function joined(pieces: readonly Piece[], wanted: Bytes | null): Piece[] {
  const all = [...pieces];
  for (let i = 1; i < pieces.length; i++) {
    const [low, high] = [pieces[i - 1]!, pieces[i]!];
    if (low.end !== high.start) continue;
    const sizes = [low.end - low.start, high.end - high.start];
    const total = high.end - low.start;
    const fits = wanted === null ? Math.max(...sizes) <= 4 * Math.min(...sizes) && total >= 64 * MIB : total >= wanted;
    if (fits) all.push({ start: low.start, end: high.end });
  }
  return all;
}

/** Cuts a run where inaccessible memory is followed by writable memory: there a new reservation begins. */
function reservations(view: View, run: Run): Piece[] {
  const pieces: Piece[] = [];
  let start = run.start;
  for (let i = run.from; i < run.to; i++) {
    const m = view.mappings[i]!;
    if (i > run.from && touchesBelow(view, i) && isPlainWritable(m) && isInaccessible(view.mappings[i - 1]!)) {
      pieces.push({ start, end: m.start });
      start = m.start;
    }
    if (isInaccessible(m) && arenaStart(view, i) !== null) {
      pieces.push({ start, end: arenaStart(view, i)! });
      start = m.end;
    }
  }
  pieces.push({ start, end: run.end });
  return pieces.filter((piece) => piece.end > piece.start);
}
