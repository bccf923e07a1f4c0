/** Layouts, processes and sources as short literals. */
import { type CategoryBytes, emptyCategoryBytes } from '../../../src/core/attribution/categories';
import type { LayoutPoint, Parts } from '../../../src/core/plateau/join';
import type { Engine } from '../../../src/core/query/engine';
import { DEFAULT_QUERY } from '../../../src/contract/default-query';
import type { PlateauQuery } from '../../../src/core/query/query';
import type { KnownProcess, LayoutSource, Series, SeriesSource } from '../../../src/core/query/sources';
import type { Layout, LayoutInterval } from '../../../src/core/snapshot/layout';

/** A full hour, so that grids start on it. */
export const HOUR = 1_795_417_200_000;

export const sumOf = (parts: Parts): number => [...parts.values()].reduce((a, b) => a + b, 0);

export function layout(
  id: string,
  fromMs: number,
  toMs: number,
  parts: Record<string, number>,
  more: Partial<LayoutPoint> = {}
): LayoutPoint {
  const order = Object.keys(emptyCategoryBytes());
  const entries = Object.entries(parts).sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  const map = new Map(entries);
  return { id, fromMs, toMs, startMs: null, totalBytes: sumOf(map), parts: map, boundsOnly: false, ...more };
}

export function interval(
  id: string,
  fromMs: number,
  toMs: number,
  parts: Partial<CategoryBytes>,
  more: Partial<LayoutInterval> = {}
): LayoutInterval {
  const categories = { ...emptyCategoryBytes(), ...parts };
  const virtualBytes = Object.values(categories).reduce((a, b) => a + b, 0);
  const regions = Object.fromEntries(
    Object.entries(parts).map(([category, bytes]) => [`x.${category}\t${category}`, bytes])
  );
  return { id, fromMs, toMs, startMs: null, virtualBytes, mappings: 10, categories, regions, ...more };
}

export function known(process: string, more: Partial<KnownProcess> = {}): KnownProcess {
  return {
    process,
    host: 'h',
    pid: 1,
    comm: process,
    startMs: null,
    firstMs: HOUR,
    lastMs: HOUR + 3_600_000,
    runtime: '',
    runtimeVersion: '',
    virtualBytes: 0,
    residentBytes: null,
    mappings: 10,
    evidence: 'snapshot',
    ...more,
  };
}

export function series(
  labels: Record<string, string>,
  values: readonly number[],
  stepMs = 60_000,
  fromMs = HOUR
): Series {
  return { labels, values, timesMs: values.map((_, i) => fromMs + i * stepMs) };
}

export const emptyLayout: Layout = {
  schema: 1,
  comm: null,
  virtualBytes: 0,
  mappings: 0,
  runtimes: [],
  threads: null,
  maxMapCount: null,
  residentBytes: null,
  peakBytes: null,
  ranges: [],
};

/** @param answers series by a part of the expression; what no part fits has no series */
export function fakeSeries(answers: Record<string, readonly Series[]>): SeriesSource & { readonly asked: string[] } {
  const asked: string[] = [];
  const range: SeriesSource['range'] = async (expr) => {
    asked.push(expr);
    const key = Object.keys(answers).find((part) => expr.includes(part));
    return { series: key === undefined ? [] : answers[key]!, notices: [], executed: expr };
  };
  return { range, raw: (selector, fromMs, toMs) => range(selector, fromMs, toMs, 0), asked };
}

export function fakeLayouts(
  processes: readonly KnownProcess[],
  intervals: Record<string, readonly LayoutInterval[]>,
  bodies: Record<string, Layout> = {}
): LayoutSource {
  return {
    processes: async () => processes,
    layouts: async (process) => ({ items: intervals[process] ?? [], notices: [] }),
    async snapshot(process, which) {
      const own = intervals[process] ?? [];
      const found =
        'id' in which
          ? own.find((one) => one.id === which.id)
          : (own.find((one) => one.fromMs <= which.atMs && which.atMs <= one.toMs) ?? own.at(-1));
      if (!found) return null;
      const exact = 'id' in which || (found.fromMs <= which.atMs && which.atMs <= found.toMs);
      return { id: found.id, fromMs: found.fromMs, toMs: found.toMs, exact, layout: bodies[found.id] ?? emptyLayout };
    },
  };
}

export function engine(parts: Partial<Engine>): Engine {
  return {
    series: null,
    layouts: null,
    window: { fromMs: HOUR, toMs: HOUR + 240_000, intervalMs: 60_000, maxDataPoints: 100 },
    maxSeries: 50,
    showAddresses: false,
    forAlert: false,
    breathe: async () => undefined,
    ...parts,
  };
}

export function query(parts: Partial<PlateauQuery> = {}): PlateauQuery {
  return { refId: 'A', ...DEFAULT_QUERY, ...parts };
}
