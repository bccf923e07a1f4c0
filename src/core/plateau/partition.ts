/**
 * Cuts one life into plateaus, ramps and transitions: optimal partitioning by dynamic programming (Jackson et al. 2005,
 * "An algorithm for optimal partitioning of data on an interval"), with three kinds of pieces instead of one, over
 * candidate places instead of all samples, and then each boundary moved to its best sample.
 *
 * Candidates are the sharpest jumps, which hold every step, and an even grid, from which the ends of slow ramps are found.
 */
import { costOf, SHORTEST_PLATEAU, type Fit, type Piece, type PieceKind } from './fit';

/** What a change must save, in squared steps: about one step held for the six samples next to it. */
export const CHANGE = 4;
const MOST_JUMPS = 160;
const GRID = 120;
const LEAST_JUMP = 0.3;

export function partition(fit: Fit): Piece[] {
  const pieces = cheapest(fit, candidates(fit));
  const reach = gridOf(fit.count) + 4;
  return settle(fit, settle(fit, pieces, reach), reach);
}

function gridOf(count: number): number {
  return Math.max(2, Math.ceil(count / GRID));
}

/** Ascending places where a piece may begin or end, both ends of the series included. */
function candidates({ count, jumps, difference }: Fit): Int32Array {
  const sharp: number[] = [];
  for (let i = 1; i + 1 < count; i++) {
    if (jumps[i]! > LEAST_JUMP && jumps[i]! >= jumps[i - 1]! && jumps[i]! >= jumps[i + 1]!) {
      sharp.push(i);
    }
  }
  if (sharp.length > MOST_JUMPS) {
    sharp.sort((a, b) => jumps[b]! - jumps[a]!).length = MOST_JUMPS;
  }
  // A step shows as a jump at up to three samples in a row, alike but for noise.
  const places = new Set(
    sharp.map((at) => [at - 1, at, at + 1].reduce((a, b) => (difference(b) > difference(a) ? b : a)))
  );
  const grid = gridOf(count);
  for (let i = 0; i < count; i += grid) {
    places.add(i);
  }
  places.add(count);
  return Int32Array.from(places).sort();
}

function cheapest(fit: Fit, places: Int32Array): Piece[] {
  const best = new Float64Array(places.length).fill(Number.POSITIVE_INFINITY);
  const previous = new Int32Array(places.length);
  const kinds: PieceKind[] = new Array<PieceKind>(places.length).fill('plateau');
  best[0] = 0;
  for (let j = 1; j < places.length; j++) {
    const to = places[j]!;
    for (let i = j - 1; i >= 0; i--) {
      const from = places[i]!;
      const before = best[i]! + CHANGE;
      let room = best[j]! - before;
      if (room <= 0) {
        continue;
      }
      let kind: PieceKind | null = null;
      const transition = fit.transition(from, to);
      if (transition < room) {
        room = transition;
        kind = 'transition';
      }
      if (to - from >= SHORTEST_PLATEAU) {
        const plateau = fit.plateau(from, to);
        if (plateau < room) {
          room = plateau;
          kind = 'plateau';
        }
        const ramp = fit.ramp(from, to, room);
        if (ramp < room) {
          room = ramp;
          kind = 'ramp';
        }
      }
      if (kind !== null) {
        best[j] = before + room;
        previous[j] = i;
        kinds[j] = kind;
      }
    }
  }
  const pieces: Piece[] = [];
  for (let j = places.length - 1; j > 0; j = previous[j]!) {
    pieces.unshift({ kind: kinds[j]!, from: places[previous[j]!]!, to: places[j]! });
  }
  return pieces;
}

/** Moves each boundary to the sample where its two pieces cost least together. */
function settle(fit: Fit, pieces: readonly Piece[], reach: number): Piece[] {
  const result = [...pieces];
  for (let k = 1; k < result.length; k++) {
    const left = result[k - 1]!;
    const right = result[k]!;
    const first = Math.max(left.from + shortest(left.kind), left.to - reach);
    const last = Math.min(right.to - shortest(right.kind), left.to + reach);
    let place = left.to;
    let least = Number.POSITIVE_INFINITY;
    for (let at = first; at <= last; at++) {
      const cost = strictCost(fit, left.kind, left.from, at) + strictCost(fit, right.kind, at, right.to);
      if (cost < least) {
        least = cost;
        place = at;
      }
    }
    result[k - 1] = { ...left, to: place };
    result[k] = { ...right, from: place };
  }
  return result;
}

function strictCost(fit: Fit, kind: PieceKind, from: number, to: number): number {
  return kind === 'ramp' ? fit.line(from, to) : costOf(fit, kind, from, to);
}

function shortest(kind: PieceKind): number {
  return kind === 'transition' ? 1 : SHORTEST_PLATEAU;
}
