/** Time ranges as queries send them, made safe: one value like 1e308 as a number of points would hang the program. */
import type { UnixMillis } from '../units';
import type { QueryWindow } from './query';

export const MAX_POINTS = 20_000;
const DEFAULT_POINTS = 1_000;
/** Year 10000: beyond it Date and the databases give up. */
const LAST_MS = 253_402_300_800_000;
const MAX_RANGE_MS = 20 * 365 * 86_400_000;
const MIN_STEP_MS = 1_000;

export interface Grid {
  /** Multiple of stepMs. */
  readonly fromMs: UnixMillis;
  readonly toMs: UnixMillis;
  readonly stepMs: number;
}

function whole(value: number, low: number, high: number, fallback: number): number {
  return Number.isFinite(value) ? Math.min(high, Math.max(low, Math.trunc(value))) : fallback;
}

/** Any numbers → a window of at most 20 years and 20,000 points; a reversed range is turned round. */
export function toWindow(raw: QueryWindow): QueryWindow {
  const a = whole(raw.fromMs, 0, LAST_MS, 0);
  const b = whole(raw.toMs, 0, LAST_MS, 0);
  const toMs = Math.max(a, b);
  return {
    fromMs: Math.max(Math.min(a, b), toMs - MAX_RANGE_MS),
    toMs,
    intervalMs: whole(raw.intervalMs, 0, MAX_RANGE_MS, 0),
    maxDataPoints: raw.maxDataPoints > 0 ? whole(raw.maxDataPoints, 1, MAX_POINTS, DEFAULT_POINTS) : DEFAULT_POINTS,
  };
}

/** step = max(interval, range / points), in whole seconds; both ends floored to it, so that caches on the way hit. */
export function toGrid(window: QueryWindow): Grid {
  const range = window.toMs - window.fromMs;
  const wanted = Math.max(MIN_STEP_MS, window.intervalMs, range / window.maxDataPoints);
  const stepMs = Math.ceil(wanted / MIN_STEP_MS) * MIN_STEP_MS;
  const floor = (ms: number): number => Math.floor(ms / stepMs) * stepMs;
  return { fromMs: floor(window.fromMs), toMs: floor(window.toMs), stepMs };
}

/** `start`, `end` or Unix ms as text. Null when it is none of them. */
export function parseInstant(text: string, window: QueryWindow, fallback: 'start' | 'end'): UnixMillis | null {
  const word = text.trim() === '' ? fallback : text.trim();
  if (word === 'start') return window.fromMs;
  if (word === 'end') return window.toMs;
  if (!/^\d{1,15}$/.test(word)) return null;
  return Math.min(Number(word), LAST_MS);
}

/** Grafana's interval macros, for callers that send an expression as it was written. */
export function expandMacros(expr: string, window: QueryWindow, stepMs: number): string {
  const rangeMs = Math.max(window.toMs - window.fromMs, 1_000);
  const values: Readonly<Record<string, string>> = {
    __interval_ms: String(stepMs),
    __interval: `${Math.ceil(stepMs / 1000)}s`,
    __rate_interval: `${Math.ceil((stepMs * 4) / 1000)}s`,
    __range_ms: String(rangeMs),
    __range_s: String(Math.ceil(rangeMs / 1000)),
    __range: `${Math.ceil(rangeMs / 1000)}s`,
  };
  return expr.replace(/\$\{?(__\w+)\}?/g, (whole, name: string) => values[name] ?? whole);
}
