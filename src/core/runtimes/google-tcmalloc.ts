/**
 * google/tcmalloc, linked into programs (measured: workerd 2023 and 2026; MongoDB 8 and ClickHouse's kin use it too).
 *
 * Source: tcmalloc/internal/system_allocator.h (regions of 1 GiB at a GiB border, reserved inaccessible and without
 * NORESERVE at a random address whose high bits are a tag; memory is opened from the upper end downwards).
 * Sample: `23f2c0000000-23f2ffe00000 ---p`, `23f2ffe00000-23f300000000 rw-p`.
 * Cannot tell: one region alone from another program's reservation; two are asked for.
 */
import { type Claim, type View, claimMapping, claimRange, isFree, touchesBelow } from '../attribution/view';
import { sizeOf } from '../mapping/mapping';
import { GIB, MIB, TIB } from '../units';
import { hasFlag, isPlainNone, isPlainWritable } from './shapes';
import type { Signature } from './signature';

const REGION = GIB;
const STEP = 2 * MIB;
const FEWEST = 2;
/** Tags leave the addresses below the area of mmap. */
const HIGHEST = 112 * TIB;

const MAPPING: Claim = {
  region: 'tcmalloc.mapping',
  category: 'heap',
  confidence: 'certain',
  why: 'Regions of 1 GiB at a GiB border, opened from their upper end: tcmalloc.',
};

export const googleTcmalloc: Signature = {
  name: 'google-tcmalloc',
  reserved: FEWEST * (REGION / 2),
  claim(view) {
    const regions: number[] = [];
    for (const i of view.largeInaccessible) {
      const { start } = view.mappings[i]!;
      if (start > HIGHEST) break;
      if (start % REGION === 0 && sizeOf(view.mappings[i]!) < REGION && isRegion(view, i)) regions.push(start);
    }
    if (regions.length < FEWEST) return;
    for (const start of regions) claimRange(view, start, start + REGION, MAPPING);
    // The pages that it watches for faults, two more than a step.
    for (const i of view.inaccessible) {
      const m = view.mappings[i]!;
      if (m.start > HIGHEST) break;
      if (isFree(view, i) && sizeOf(m) === STEP + 2 * view.pageSize && !touchesBelow(view, i)) {
        claimMapping(view, i, MAPPING);
      }
    }
  },
};

/** From the border up: shut, then writable in whole steps to the next border. */
function isRegion(view: View, i: number): boolean {
  if (touchesBelow(view, i) && isPlainNone(view.mappings[i - 1]!)) return false;
  const end = view.mappings[i]!.start + REGION;
  let writable = 0;
  for (let at = i; at < view.mappings.length; at++) {
    const m = view.mappings[at]!;
    if (!isFree(view, at) || hasFlag(view, at, 'nr') === true) return false;
    if (isPlainWritable(m)) writable += (m.end < end ? m.end : end) - m.start;
    else if (!isPlainNone(m)) return false;
    if (m.end >= end) return isPlainWritable(m) && writable % STEP === 0 && writable > 0;
    if (view.mappings[at + 1]?.start !== m.end) return false;
  }
  return false;
}
