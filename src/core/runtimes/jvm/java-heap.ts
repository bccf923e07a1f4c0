/**
 * The Java heap.
 *
 * Source: share/memory/virtualspace.cpp (ReservedHeapSpace::try_reserve_heap: below 4 GiB or 32 GiB while compressed
 * oops hold), share/gc/z/ (views of /memfd:java_heap at 4, 8 and 16 TiB, one view when generational, 16 x -Xmx each).
 * Sample: `687400000-6b1c00000 rw-p`, `6b1c00000-800000000 ---p` (nr); ZGC: `40000000000-40017a00000 rw-s /memfd:java_heap`.
 * Cannot tell: where a heap above 32 GiB ends when other reservations touch it; the largest one counts then. Every
 * accessible ZGC view is heap, although they show the same pages.
 */
import {
  type Claim,
  type View,
  claimRange,
  claimsOf,
  freeParts,
  indexAt,
  isFree,
  touchesBelow,
} from '../../attribution/view';
import { type Mapping, isInaccessible } from '../../mapping/mapping';
import { type Address, type Bytes, GIB, MIB, TIB } from '../../units';
import { type Run, arenaStart, hasFlag, isPlainNone, isPlainWritable, runsOf } from '../shapes';
import { sizeOption } from './facts';

export interface JavaHeap {
  readonly start: Address;
  readonly end: Address;
  /** Writable bytes of it. */
  readonly committed: Bytes;
  /** What is open and what is not, by turns, as offsets from its start. */
  readonly pieces: readonly Piece[];
  /** Where Serial, Parallel or CMS laid two generations side by side, lowest first; else empty. */
  readonly generations: readonly Generation[];
}

/** Each is opened from its low end. */
export interface Generation {
  readonly bytes: Bytes;
  readonly committed: Bytes;
}

interface Piece {
  readonly from: Bytes;
  readonly to: Bytes;
  readonly open: boolean;
}

interface Span {
  readonly start: Address;
  readonly end: Address;
}

const LOW_END = 128 * GIB;
const SMALLEST_HIGH = 8 * MIB;
/** A generation is at least one part in so many of the heap. */
const SMALLEST_GENERATION = 16;
/** What is open of a generation, at least. */
const LEAST_OPEN = 64;
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

/** @param regions the collector opens the heap by regions, not by generations */
function heapOf(view: View, start: Address, end: Address, regions: boolean): JavaHeap {
  let committed = 0;
  const pieces: Array<{ from: Bytes; to: Bytes; open: boolean }> = [];
  for (let i = indexAt(view, start); i < view.mappings.length && view.mappings[i]!.start < end; i++) {
    const m = view.mappings[i]!;
    const from = Math.max(m.start, start) - start;
    const to = Math.min(m.end, end) - start;
    const open = !isInaccessible(m);
    const last = pieces.at(-1);
    if (last?.open === open && last.to === from) last.to = to;
    else pieces.push({ from, to, open });
    if (open) committed += to - from;
  }
  return { start, end, committed, pieces, generations: regions ? [] : generationsOf(pieces, end - start) };
}

/** Two, each opened from its low end; G1 has archived objects at the high end of its heap, far smaller than a generation. */
function generationsOf(pieces: readonly Piece[], bytes: Bytes): Generation[] {
  const openings = pieces.flatMap((piece, i) => (piece.open ? [i] : []));
  if (openings.length !== 2 || openings[0] !== 0) return [];
  const generations = openings.map((i) => ({
    bytes: (pieces[i + 1] ?? pieces[i]!).to - pieces[i]!.from,
    committed: pieces[i]!.to - pieces[i]!.from,
  }));
  return generations.every((one) => one.bytes >= bytes / SMALLEST_GENERATION && one.committed >= one.bytes / LEAST_OPEN)
    ? generations
    : [];
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
    // A view that holds no page yet, or a part of one that was given back: same place, nothing but PROT_NONE. The page
    // table of JDK 11 to 14 lies there, too, with a writable head.
    if (!views.includes(run) && run.start < 64 * TIB && run.end - run.start >= GIB && !hasHead(view, run)) {
      claimRange(
        view,
        run.start,
        run.end,
        claimOf('likely', 'Reserved in the part of the address space that ZGC keeps for its views.')
      );
    }
  }
  return heapOf(view, views[0]!.start, views[0]!.end, true);
}

function hasHead(view: View, run: Run): boolean {
  return touchesBelow(view, run.from) && isPlainWritable(view.mappings[run.from - 1]!);
}

function claimLowHeap(view: View): JavaHeap | null {
  const heaps: Run[] = [];
  let shenandoah = false;
  const belongs = (m: Mapping, i: number): boolean => {
    if (m.end > LOW_END) return false;
    if (isFree(view, i)) return isPlainWritable(m) || isReserved(view, m, i);
    return isArchivedPart(view, i) || (isPlainWritable(m) && freeEnd(view, i) !== null);
  };
  for (const run of runsOf(view, belongs)) {
    // The class space may have merged with the high end of the heap.
    const end = freeEnd(view, run.to - 1) ?? run.end;
    if (end - run.start < MIB) {
      claimRange(view, run.start, end, COLLECTION_SET);
      shenandoah = true;
    } else heaps.push({ ...run, end });
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
  return heapOf(view, heaps[0]!.start, heaps[heaps.length - 1]!.end, shenandoah);
}

/** Where the unclaimed low end of a partly claimed mapping ends; null where its low end is claimed. */
function freeEnd(view: View, i: number): Address | null {
  if (isFree(view, i)) return view.mappings[i]!.end;
  const [low] = freeParts(view, i);
  return low?.start === view.mappings[i]!.start ? low.end : null;
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
  return heapOf(view, best.start, best.end, false);
}

/**
 * Serial and Parallel reserve two generations side by side: neighbours are joined when they make up -Xmx, or, where the
 * command line does not show it, when neither is a mere table beside the other.
 */
function joined(pieces: readonly Span[], wanted: Bytes | null): Span[] {
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
function reservations(view: View, run: Run): Span[] {
  const pieces: Span[] = [];
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
