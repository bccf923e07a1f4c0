/**
 * What it costs to call a stretch of samples a plateau, a ramp or a transition, each in constant time from running sums.
 *
 * Costs are in squared steps: a sample that lies one step off its model costs 1. So a change pays when a step is held for
 * a few samples, and noise, whose spread is at most two thirds of a step, never adds up to one.
 */
import { medianOfThree } from './quantile';

export type PieceKind = 'plateau' | 'ramp' | 'transition';

/** Samples from..to-1. */
export interface Piece {
  readonly kind: PieceKind;
  readonly from: number;
  readonly to: number;
}

export interface Fit {
  readonly count: number;
  /** The smallest step, in bytes. */
  readonly step: number;
  readonly plateau: (from: number, to: number) => number;
  /** Infinity where the stretch is no ramp: too short, too flat, or with a jump inside, or not below `below`. */
  readonly ramp: (from: number, to: number, below?: number) => number;
  /** Squares round the least-squares line, with nothing forgiven: what decides where a ramp begins. */
  readonly line: (from: number, to: number) => number;
  readonly transition: (from: number, to: number) => number;
  /** Least-squares change over the stretch, in bytes. */
  readonly rise: (from: number, to: number) => number;
  /** Jump at a sample in steps: medians of three on both sides, so that one odd sample is none. */
  readonly jumps: Float64Array;
  /** Plain difference to the sample before, in steps: which one of neighbouring samples a jump is at. */
  readonly difference: (at: number) => number;
}

export interface FitOptions {
  readonly step: number;
  /** Spread of the noise and least rise of a ramp, in bytes. */
  readonly spread: number;
  readonly variance: number;
  readonly leastRise: number;
}

/** By definition 12; a boundary may be off by a sample or two. */
export const SHORTEST_PLATEAU = 10;
const SHORTEST_RAMP = 12;
const LONGEST_TRANSITION = 24;
/** Nothing is held in a transition: each of its samples costs as much as one that lies 0.8 steps off. */
const TRANSITION_SAMPLE = 0.64;
/** How far a ramp may stray from its line, as a share of its rise: real growth is uneven. */
const STRAY = 0.1;
/** Strays last long, so that more samples than this say nothing new about them. */
const STRAY_SAMPLES = 50;
/** Three increments of at most a tenth each may meet in one jump. */
const RAMP_JUMP = 0.3;
/** In noise a step shows only in means, and only of a long ramp they say that it is none. */
const WIDE = 12;
const LONG_RAMP = 8 * WIDE;
/** A stair is this many steps high, held for this many samples; no more of a ramp than this share may be in them. */
const STAIR = 0.8;
const HELD = 6;
const STAIR_SHARE = 0.4;
/** Wider stretches of sizes that no sample has are closed, or sums of squares lose the small steps beside a huge one. */
const WIDEST_VOID = 256;

export function fitTo(values: Float64Array, options: FitOptions): Fit {
  const count = values.length;
  const { step } = options;
  const y = inSteps(values, step);
  const sum = new Float64Array(count + 1);
  const square = new Float64Array(count + 1);
  const product = new Float64Array(count + 1);
  const middle = count / 2;
  for (let i = 0; i < count; i++) {
    const v = y[i]!;
    sum[i + 1] = sum[i]! + v;
    square[i + 1] = square[i]! + v * v;
    product[i + 1] = product[i]! + v * (i - middle);
  }
  const { jumps, stairs } = jumpsOf(y);
  const blockMaxima = maximaOf(jumps);
  const wide = wideJumpsOf(sum);
  const wideMaxima = maximaOf(wide);
  const noise = options.variance / step ** 2;
  const spread = options.spread / step;
  const leastRise = options.leastRise / step;

  const flat = (from: number, to: number): number => {
    const total = sum[to]! - sum[from]!;
    return Math.max(0, square[to]! - square[from]! - (total * total) / (to - from));
  };
  const slope = (from: number, to: number): number => {
    const n = to - from;
    const centre = (from + to - 1) / 2 - middle;
    return ((product[to]! - product[from]! - centre * (sum[to]! - sum[from]!)) * 12) / (n * (n * n - 1));
  };
  const lineResidual = (from: number, to: number, perSample: number): number => {
    const n = to - from;
    return Math.max(0, flat(from, to) - (perSample * perSample * n * (n * n - 1)) / 12);
  };
  const ramp = (from: number, to: number, below = Number.POSITIVE_INFINITY): number => {
    const n = to - from;
    if (n < SHORTEST_RAMP) {
      return Number.POSITIVE_INFINITY;
    }
    const perSample = slope(from, to);
    const rise = Math.abs(perSample) * n;
    if (rise < leastRise || stairs[to - 3]! - stairs[from + 2]! > STAIR_SHARE * rise) {
      return Number.POSITIVE_INFINITY;
    }
    const residual = lineResidual(from, to, perSample);
    const stray = Math.max(0, residual / n - noise);
    const cost = Math.min(residual, n * noise) + (stray / (STRAY * rise) ** 2) * Math.min(n, STRAY_SAMPLES);
    // Last, because it is the only test that looks at samples.
    const jumped =
      cost >= below ||
      exceeds(jumps, blockMaxima, from + 2, to - 1, RAMP_JUMP * rise + spread) ||
      (n >= LONG_RAMP && exceeds(wide, wideMaxima, from + WIDE, to - WIDE, RAMP_JUMP * rise + spread / 2));
    return jumped ? Number.POSITIVE_INFINITY : cost;
  };
  const transition = (from: number, to: number): number =>
    to - from <= LONGEST_TRANSITION ? TRANSITION_SAMPLE * (to - from) : Number.POSITIVE_INFINITY;
  return {
    count,
    step,
    plateau: flat,
    ramp,
    line: (from, to) => lineResidual(from, to, slope(from, to)),
    transition,
    rise: (from, to) => slope(from, to) * (to - from) * step,
    jumps,
    difference: (at) => Math.abs(y[at]! - y[at - 1]!),
  };
}

export function costOf(fit: Fit, kind: PieceKind, from: number, to: number): number {
  return fit[kind](from, to);
}

/** Values in steps from the lowest one, with voids closed. */
function inSteps(values: Float64Array, step: number): Float64Array {
  let [lowest, highest] = [Number.POSITIVE_INFINITY, 0];
  for (const value of values) {
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  const y = values.map((value) => (value - lowest) / step);
  if ((highest - lowest) / step <= 16 * WIDEST_VOID) {
    return y;
  }
  const sorted = values.slice().sort();
  const closed: Array<{ readonly above: number; readonly by: number }> = [];
  let by = 0;
  for (let i = 1; i < sorted.length; i++) {
    const gap = (sorted[i]! - sorted[i - 1]!) / step;
    if (gap > WIDEST_VOID) {
      by += gap - WIDEST_VOID;
      closed.push({ above: sorted[i]!, by });
    }
  }
  return y.map((steps, i) => {
    let less = 0;
    for (const gap of closed) {
      if (values[i]! < gap.above) {
        break;
      }
      less = gap.by;
    }
    return steps - less;
  });
}

/**
 * Jump at each sample, and the running sum of those that are stairs: a step high and with the level held on both sides.
 * Much of a staircase is in them, little of a ramp, however uneven it is.
 */
function jumpsOf(y: Float64Array): { jumps: Float64Array; stairs: Float64Array } {
  const count = y.length;
  const jumps = new Float64Array(count);
  const medians = new Float64Array(count);
  for (let i = 2; i < count; i++) {
    medians[i] = medianOfThree(y[i - 2]!, y[i - 1]!, y[i]!);
  }
  for (let i = 3; i + 2 < count; i++) {
    jumps[i] = Math.abs(medians[i + 2]! - medians[i - 1]!);
  }
  const stairs = new Float64Array(count + 1);
  const held = (at: number, jump: number): boolean => Math.abs(medians[at]! - medians[at + HELD]!) < jump / 4;
  for (let i = 0; i < count; i++) {
    const jump = jumps[i]!;
    // One step is a peak at up to three samples in a row; the last of them counts.
    const inside = jump > STAIR && i > HELD + 2 && i + HELD + 2 < count;
    const isStair =
      inside && jump > jumps[i - 1]! - 1e-9 && jump > jumps[i + 1]! && held(i - 1 - HELD, jump) && held(i + 2, jump);
    stairs[i + 1] = stairs[i]! + (isStair ? jump : 0);
  }
  return { jumps, stairs };
}

/** Difference of the means of WIDE samples on both sides. */
function wideJumpsOf(sum: Float64Array): Float64Array {
  const jumps = new Float64Array(sum.length - 1);
  for (let i = WIDE; i + WIDE < sum.length; i++) {
    jumps[i] = Math.abs(sum[i + WIDE]! - 2 * sum[i]! + sum[i - WIDE]!) / WIDE;
  }
  return jumps;
}

const BLOCK = 16;

function maximaOf(values: Float64Array): Float64Array {
  const maxima = new Float64Array(Math.ceil(values.length / BLOCK));
  for (let i = 0; i < values.length; i++) {
    const block = Math.floor(i / BLOCK);
    maxima[block] = Math.max(maxima[block]!, values[i]!);
  }
  return maxima;
}

/** Whether any of values[from..to-1] is above the limit, whole blocks at once. */
function exceeds(values: Float64Array, maxima: Float64Array, from: number, to: number, limit: number): boolean {
  for (let i = from; i < to;) {
    const whole = i % BLOCK === 0 && i + BLOCK <= to;
    if ((whole ? maxima[i / BLOCK]! : values[i]!) > limit) {
      return true;
    }
    i += whole ? BLOCK : 1;
  }
  return false;
}
