/**
 * Plateau detection: from the samples of one series to the plateaus, ramps and spikes that a person would name.
 *
 * samples.ts cleans and cuts at restarts; for each life segment.ts finds the pieces; this file words them as entries.
 * Pure and synchronous, a few milliseconds for the 11,000 points that one query can carry.
 */
import type { Bytes } from '../units';
import { CHANGE } from './partition';
import { SHORTEST_PLATEAU, type Piece } from './fit';
import { levelOfSorted } from './levels';
import { toLives, type Life } from './samples';
import { segment, type Segmentation } from './segment';
import type { Excursion } from './spikes';
import type { Plateau, PlateauSamples } from './types';

/** Entries by start time; plateaus and ramps do not overlap, spikes lie inside them. Empty only without a usable sample. */
export function detectPlateaus(samples: PlateauSamples): Plateau[] {
  const entries: Plateau[] = [];
  let before: Bytes | null = null;
  const lives = toLives(samples);
  const segmentations = segment(lives.map((life) => life.values));
  lives.forEach((life, k) => {
    const found = segmentations[k]!;
    const held = heldPieces(found.pieces, life.values.length);
    held.forEach((piece, index) => {
      const entry = toEntry(life, found, piece, before, held[index - 1]);
      entries.push(entry);
      before = entry.levelBytes;
    });
    entries.push(...found.spikes.map((spike) => toSpike(life, spike, found.fit.step)));
  });
  return entries.sort((a, b) => a.startMs - b.startMs);
}

/** Pieces without the transitions, in which nothing is held; a life that is nothing else counts as one plateau. */
function heldPieces(pieces: readonly Piece[], count: number): readonly Piece[] {
  const held = pieces.filter((piece) => piece.kind !== 'transition');
  return held.length > 0 ? held : [{ kind: 'plateau', from: 0, to: count }];
}

function toEntry(
  life: Life,
  found: Segmentation,
  piece: Piece,
  before: Bytes | null,
  left: Piece | undefined
): Plateau {
  const { from, to } = piece;
  const values = found.values.slice(from, to);
  const enters = values[0]!;
  const leaves = values[values.length - 1]!;
  const sorted = values.sort();
  const ramp = piece.kind === 'ramp';
  const level = ramp ? leaves : levelOfSorted(sorted);
  const startMs = life.timesMs[from]!;
  const endMs = life.timesMs[to - 1]!;
  return {
    startMs,
    endMs,
    kind: ramp ? 'ramp' : 'plateau',
    levelBytes: Math.round(level),
    stepBytes: before === null ? null : Math.round((ramp ? enters : level) - before),
    confidence: confidenceOf(found, piece, left),
    reset: life.reset && left === undefined,
    minBytes: sorted[0]!,
    maxBytes: sorted[sorted.length - 1]!,
    ...(ramp && endMs > startMs ? { slopeBytesPerSecond: ((leaves - enters) / (endMs - startMs)) * 1000 } : {}),
  };
}

/**
 * What the change saves against going on as in the piece before, on a scale where just worth it is 0.5. The first piece of
 * a life has no change before it and is judged by how long it holds.
 */
function confidenceOf({ fit }: Segmentation, piece: Piece, before: Piece | undefined): number {
  const length = piece.to - piece.from;
  if (before === undefined) {
    return round(length / (length + SHORTEST_PLATEAU));
  }
  const residual = (kind: Piece['kind'], from: number, to: number): number =>
    kind === 'ramp' ? fit.line(from, to) : fit.plateau(from, to);
  const apart = residual(before.kind, before.from, before.to) + residual(piece.kind, piece.from, piece.to);
  const kind = before.kind === 'ramp' && piece.kind === 'ramp' ? 'ramp' : 'plateau';
  const saved = Math.max(0, residual(kind, before.from, piece.to) - apart);
  return round(saved / (saved + CHANGE));
}

function toSpike(life: Life, { first, last, peak, base }: Excursion, step: Bytes): Plateau {
  const height = Math.abs(peak - base);
  const values = life.values.slice(first, last + 1).sort();
  return {
    startMs: life.timesMs[first]!,
    endMs: life.timesMs[last]!,
    kind: 'spike',
    levelBytes: Math.round(peak),
    stepBytes: Math.round(peak - base),
    confidence: round(height / (height + step)),
    reset: false,
    minBytes: values[0]!,
    maxBytes: values[values.length - 1]!,
  };
}

function round(share: number): number {
  return Math.round(share * 1000) / 1000;
}
