/** Layout → which limits a program runs under; forecast + limit → the answer. */
import { withSeparators } from '../explain/format';
import type { Bytes } from '../units';
import { dataSegments } from './data';
import type { LimitFacts } from './facts';
import { generalSegments, needOf } from './general';
import { ghcSegments } from './ghc';
import { goSegments, goStartUp } from './go';
import { jvmSegments } from './jvm';
import { loadedSegments } from './loaded';
import { nodeSegments } from './node';
import { type Range, type Segment, type Verdict, safeRanges, segmentAt } from './segments';

export type LimitKind = 'as' | 'data';

export const RLIMIT: Readonly<Record<LimitKind, string>> = { as: 'RLIMIT_AS', data: 'RLIMIT_DATA' };

export interface Forecast {
  readonly limit: LimitKind;
  /** What of the limit is in use now. */
  readonly usedBytes: Bytes;
  /** Tiles all limits from 0. */
  readonly segments: readonly Segment[];
  readonly safe: readonly Range[];
  /** About what a fresh start needs, where that is much less than the state of now; else null. */
  readonly startUpBytes: Bytes | null;
}

export interface Answer {
  readonly verdict: Verdict;
  readonly why: string;
  /** Limit minus what is in use now; null = unlimited. */
  readonly headroomBytes: Bytes | null;
  /** Largest limit below, and smallest above, under which it runs; null when there is none. A safe limit has none. */
  readonly nearestBelow: Bytes | null;
  readonly nearestAbove: Bytes | null;
}

/** Each knows whether it is meant; the last one always is. */
const MODELS = [loadedSegments, goSegments, jvmSegments, nodeSegments, ghcSegments, generalSegments];

export function addressSpaceForecast(facts: LimitFacts): Forecast {
  let segments: readonly Segment[] | null = null;
  for (const model of MODELS) segments ??= model(facts);
  return forecast('as', facts.virtualBytes, segments ?? [], goStartUp(facts));
}

export function dataForecast(facts: LimitFacts): Forecast {
  return forecast('data', facts.dataBytes, loadedSegments(facts, facts.dataBytes) ?? dataSegments(facts), null);
}

export function forecastOf(limit: LimitKind, facts: LimitFacts): Forecast {
  return limit === 'as' ? addressSpaceForecast(facts) : dataForecast(facts);
}

function forecast(
  limit: LimitKind,
  usedBytes: Bytes,
  segments: readonly Segment[],
  startUpBytes: Bytes | null
): Forecast {
  return { limit, usedBytes, segments, safe: safeRanges(segments), startUpBytes };
}

/** @param bytes the limit; null = unlimited */
export function judge({ segments, safe, usedBytes }: Forecast, bytes: Bytes | null): Answer {
  const { verdict, why } = segmentAt(segments, bytes ?? Infinity);
  const headroomBytes = bytes === null ? null : bytes - usedBytes;
  if (verdict === 'runs' || bytes === null) {
    return { verdict, why, headroomBytes, nearestBelow: null, nearestAbove: null };
  }
  const below = safe.filter((range) => range.toBytes !== null && range.toBytes <= bytes).at(-1);
  const above = safe.find((range) => range.fromBytes > bytes);
  return {
    verdict,
    why,
    headroomBytes,
    nearestBelow: below?.toBytes != null ? below.toBytes - 1 : null,
    nearestAbove: above?.fromBytes ?? null,
  };
}

export interface Better {
  readonly limit: 'RLIMIT_DATA' | 'memory.max';
  readonly why: string;
}

/** The limit that holds memory and not addresses. */
export function betterLimit(limit: LimitKind, facts: LimitFacts): Better {
  const { need } = needOf(facts);
  if (limit === 'as' && !facts.onlyLoaded && facts.dataBytes * 2 < need) {
    return {
      limit: 'RLIMIT_DATA',
      why: `It does not count reservations: ${withSeparators(facts.dataBytes)} B instead of ${withSeparators(facts.virtualBytes)} B. A cgroup's memory.max counts RAM.`,
    };
  }
  return { limit: 'memory.max', why: 'A cgroup counts the RAM that is used, and not address space.' };
}
