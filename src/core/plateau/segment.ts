/** One life of a process, from samples to pieces: scale, noise, spikes, search, definition. */
import type { Bytes } from '../units';
import { fitTo, SHORTEST_PLATEAU, type Fit, type Piece } from './fit';
import { levelOfSorted } from './levels';
import { scaleOf, spreadInWindows, spreadOf, SPREADS_PER_STEP, varianceOf, type Scale } from './noise';
import { partition } from './partition';
import { despike, type Excursion } from './spikes';
import { tidy } from './tidy';

export interface Segmentation {
  /** The series without its spikes. */
  readonly values: Float64Array;
  readonly pieces: readonly Piece[];
  readonly spikes: readonly Excursion[];
  readonly fit: Fit;
}

/** A ramp rises by 30 MiB where a step is 16. */
const RAMP_STEPS = 30 / 16;
/** In noise it must stand out of it by more than a step does, for noise that drifts looks like one. */
const RAMP_SPREADS = 3;
/** Series of the definition keep clear of the limits; this much of the clearance is ours. */
const CLEARANCE = 0.9;
/** The noise is measured again when it turns out to be this much wider than the windows showed. */
const WIDER = 1.15;
/** More than this is no noise but steps that the search did not see. */
const MOST_WIDER = 2;

/**
 * All lives of one series. They share one estimate of the noise: it is the same program, and a short life shows too
 * little of it.
 */
export function segment(lives: readonly Float64Array[]): Segmentation[] {
  const scales = lives.map(scaleOf);
  const rough = spreadInWindows(lives);
  const spread = spreadInWindows(lives.map((raw, k) => despike(raw, stepIn(scales[k]!, rough)).values));
  const first = lives.map((raw, k) => search(raw, scales[k]!, spread));
  const seen = Math.min(spreadAround(first), MOST_WIDER * spread);
  if (seen <= WIDER * spread) {
    return first;
  }
  return first.map((found, k) =>
    stepIn(scales[k]!, seen) > found.fit.step ? search(lives[k]!, scales[k]!, seen) : found
  );
}

function stepIn(scale: Scale, spread: number): Bytes {
  return Math.max(scale.floor, SPREADS_PER_STEP * spread);
}

function search(raw: Float64Array, scale: Scale, spread: number): Segmentation {
  const step = stepIn(scale, spread);
  const { values, spikes } = despike(raw, step);
  const leastRise = CLEARANCE * RAMP_STEPS * scale.floor + RAMP_SPREADS * spread;
  const fit = fitTo(values, { step, spread, variance: varianceOf(spread), leastRise });
  const whole: Piece = { kind: 'plateau', from: 0, to: values.length };
  const pieces = values.length < SHORTEST_PLATEAU ? [whole] : tidy(values, partition(fit), fit, scale);
  return { values, pieces, spikes, fit };
}

/** Spread of the samples round the plateaus found. */
function spreadAround(found: readonly Segmentation[]): number {
  const residuals = new Float64Array(found.reduce((sum, { values }) => sum + values.length, 0));
  let count = 0;
  for (const { values, pieces } of found) {
    for (const { kind, from, to } of pieces) {
      if (kind === 'plateau') {
        const level = levelOfSorted(values.slice(from, to).sort());
        for (let i = from; i < to; i++) {
          residuals[count++] = values[i]! - level;
        }
      }
    }
  }
  return spreadOf(residuals.subarray(0, count));
}
