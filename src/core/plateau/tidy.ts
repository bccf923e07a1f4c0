/**
 * Holds the pieces of the search against the definition: what the search found worth a change may still be less than a
 * step, and one uneven ramp may have come out as several.
 */
import type { Bytes } from '../units';
import { SHORTEST_PLATEAU, type Fit, type Piece } from './fit';
import { levelOfSorted, shareHeld } from './levels';
import { SPREADS_PER_STEP, spreadOfSorted, type Scale } from './noise';

interface Measured extends Piece {
  readonly level: Bytes;
  readonly spread: Bytes;
}

/** Joins neighbours that no step parts, until every boundary left is one. */
export function tidy(values: Float64Array, pieces: readonly Piece[], fit: Fit, scale: Scale): Piece[] {
  const result = pieces.map((piece) => measured(values, piece));
  const strengthAt = (k: number): number =>
    k < 1 || k >= result.length
      ? Number.POSITIVE_INFINITY
      : boundaryStrength(values, result[k - 1]!, result[k]!, fit, scale);
  const strengths = result.map((_, k) => strengthAt(k));
  for (;;) {
    const weakest = strengths.reduce((least, strength, k) => (strength < strengths[least]! ? k : least), 0);
    if (!(strengths[weakest]! < 1)) {
      return snapToHeld(values, result);
    }
    const [left, right] = [result[weakest - 1]!, result[weakest]!];
    result.splice(weakest - 1, 2, measured(values, { kind: left.kind, from: left.from, to: right.to }));
    strengths.splice(weakest, 1);
    strengths[weakest - 1] = strengthAt(weakest - 1);
    if (weakest < result.length) {
      strengths[weakest] = strengthAt(weakest);
    }
  }
}

function measured(values: Float64Array, { kind, from, to }: Piece): Measured {
  if (kind !== 'plateau') {
    return { kind, from, to, level: 0, spread: 0 };
  }
  const sorted = values.slice(from, to).sort();
  return { kind, from, to, level: levelOfSorted(sorted), spread: spreadOfSorted(sorted) };
}

/** Below 1: the two are one. */
function boundaryStrength(values: Float64Array, left: Measured, right: Measured, fit: Fit, scale: Scale): number {
  if (left.kind !== right.kind) {
    return Number.POSITIVE_INFINITY;
  }
  switch (left.kind) {
    case 'transition':
      return 0;
    case 'ramp': {
      const rises = [fit.rise(left.from, left.to), fit.rise(right.from, right.to)] as const;
      const jump = Math.abs(values[right.from]! - values[right.from - 1]!);
      const together = Math.abs(rises[0] + rises[1]);
      return rises[0] * rises[1] > 0 ? jump / Math.max(scale.floor, together / 10) : Number.POSITIVE_INFINITY;
    }
    case 'plateau': {
      const [a, b] = [left.to - left.from, right.to - right.from];
      const noise = (left.spread * a + right.spread * b) / (a + b);
      const least = Math.max(CLEARANCE * scale.floorAt(left.level), SEARCH_SHARE * fit.step, SPREADS_PER_STEP * noise);
      return Math.abs(right.level - left.level) / least;
    }
  }
}

/** A step may measure a little less than the definition asks: levels in noise are not exact. */
const CLEARANCE = 0.9;
/** The noise between two pieces may be less than elsewhere, but a step much smaller than the search's is chance. */
const SEARCH_SHARE = 0.75;

/** A plateau that holds one value begins and ends with a sample that has it where nothing is held beside it. */
function snapToHeld(values: Float64Array, pieces: readonly Piece[]): Piece[] {
  const result = [...pieces];
  for (let k = 1; k < result.length; k++) {
    const left = result[k - 1]!;
    const right = result[k]!;
    let at = left.to;
    if (left.kind === 'plateau' && right.kind !== 'plateau') {
      at = lastHeld((i) => values[i]!, left.from, left.to, right.to - 1) + 1;
    } else if (left.kind !== 'plateau' && right.kind === 'plateau') {
      // The same seen from the other end: index -i stands for sample i.
      at = -lastHeld((i) => values[-i]!, 1 - right.to, 1 - right.from, -left.from - 1);
    }
    result[k - 1] = { ...left, to: at };
    result[k] = { ...right, from: at };
  }
  return result;
}

/** Where the value held in from..to-1 is seen last before it changes for good, at most at `stop`; without one, to-1. */
function lastHeld(value: (i: number) => number, from: number, to: number, stop: number): number {
  const sorted = Float64Array.from({ length: to - from }, (_, i) => value(from + i)).sort();
  const level = levelOfSorted(sorted);
  let last = to - 1;
  while (last > from && value(last) !== level) {
    last -= 1;
  }
  const share = shareHeld(sorted, level);
  const whole = share * (to - from) >= HELD_SHARE * (last + 1 - from);
  if (share <= 0.5 || !whole || to - 1 - last >= SHORTEST_PLATEAU) {
    return to - 1;
  }
  while (last + 1 < stop && value(last + 1) === level) {
    last += 1;
  }
  return last;
}

/** A plateau holds a value when this share of its samples has it. */
const HELD_SHARE = 0.8;
