/**
 * The samples that plateaus are looked for in. The answer must not depend on how wide a panel is, so the grid is the
 * query's own; and query_range repeats a sample for up to 5 minutes, which looks like a level held, so raw samples with
 * their own times are taken where the expression is a plain selector and there are not too many.
 */
import type { Engine } from './engine';
import { type Series, type SeriesSource, SourceError } from './sources';
import { type Grid, toGrid } from './window';

/** Points of a series when it is not read raw. */
const POINTS = 1_200;
const MAX_RAW_PER_SERIES = 20_000;
const MAX_RAW_TOTAL = 600_000;

/** `name`, `name{...}` or `{...}`, without a range, an offset or a function. Braces may stand in quotes. */
const PLAIN_SELECTOR =
  /^\s*(?:[a-zA-Z_:][\w:]*\s*(?:\{(?:[^{}"']|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*\})?|\{(?:[^{}"']|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')+\})\s*$/;

export function isPlainSelector(expr: string): boolean {
  return PLAIN_SELECTOR.test(expr);
}

/** The engine with a window of the detector's own. The interval stays for expressions whose samples nobody can count. */
export function withDetectionGrid(engine: Engine, keepInterval: boolean): Engine {
  const intervalMs = keepInterval ? engine.window.intervalMs : 0;
  return { ...engine, window: { ...engine.window, intervalMs, maxDataPoints: POINTS } };
}

/** The engine whose series source answers plain selectors with raw samples, where these are few enough. */
export async function withRawSamples(expr: string, engine: Engine): Promise<Engine> {
  const source = engine.series;
  if (!source || !isPlainSelector(expr)) return withDetectionGrid(engine, true);
  const gridded = withDetectionGrid(engine, false);
  const { fromMs, toMs } = engine.window;
  const counts = await countSamples(source, expr, engine);
  const most = Math.max(0, ...counts);
  if (most > MAX_RAW_PER_SERIES || counts.reduce((a, b) => a + b, 0) > MAX_RAW_TOTAL || counts.length === 0) {
    return gridded;
  }
  return {
    ...gridded,
    series: {
      ...source,
      range: (asked, gridFromMs, gridToMs, stepMs, signal) =>
        isPlainSelector(asked)
          ? source.raw(asked, fromMs, toMs, signal)
          : source.range(asked, gridFromMs, gridToMs, stepMs, signal),
    },
  };
}

/** Samples in the window for each series; empty when the server cannot say. */
async function countSamples(source: SeriesSource, selector: string, engine: Engine): Promise<number[]> {
  const { fromMs, toMs } = engine.window;
  const range = `${Math.max(1, Math.round((toMs - fromMs) / 1000))}s`;
  try {
    const answer = await source.range(`count_over_time(${selector}[${range}])`, toMs, toMs, 1_000, engine.signal);
    return answer.series.map((one: Series) => one.values.at(-1) ?? 0).filter(Number.isFinite);
  } catch (error) {
    if (error instanceof SourceError) return [];
    throw error;
  }
}

export function detectionGrid(engine: Engine): Grid {
  return toGrid(withDetectionGrid(engine, false).window);
}
