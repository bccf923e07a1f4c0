/** What every query type is given: the sources, the window, the limits. */
import type { KnownProcess, LayoutSource, SeriesSource, AbortSignalLike } from './sources';
import type { PlateauQuery, QueryWindow } from './query';
import type { Notice } from './table';

export interface Engine {
  /** Null when no Prometheus is set. */
  readonly series: SeriesSource | null;
  /** Null when no collector is set. */
  readonly layouts: LayoutSource | null;
  readonly window: QueryWindow;
  /** Most series or processes in one answer. */
  readonly maxSeries: number;
  readonly showAddresses: boolean;
  /** The alerting engine asks: it takes no frame that holds notices alone. */
  readonly forAlert: boolean;
  readonly signal?: AbortSignalLike;
  /** Gives the thread back for a moment; called between two processes. */
  readonly breathe: () => Promise<void>;
}

/** A query that asks for something that cannot be: the text says what to change. */
export class BadQueryError extends Error {
  constructor(text: string) {
    super(text);
    this.name = 'BadQueryError';
  }
}

export const info = (text: string): Notice => ({ severity: 'info', text });
export const warning = (text: string): Notice => ({ severity: 'warning', text });

/** @throws BadQueryError when no collector is set */
export function needLayouts(engine: Engine, what: string): LayoutSource {
  if (engine.layouts) return engine.layouts;
  throw new BadQueryError(
    `${what} need the collector, and no collector URL is set. Enter it in the data source's settings.`
  );
}

const MAX_PATTERN = 1_000;

/**
 * The query's `process`: exact, or /regex/ over the whole label. Empty takes all.
 * @throws BadQueryError when the regular expression is none
 */
export function processFilter(query: PlateauQuery): (process: string) => boolean {
  const text = query.process.trim();
  if (text === '') return () => true;
  const pattern = /^\/(.*)\/$/s.exec(text)?.[1];
  if (pattern === undefined) return (process) => process === text;
  if (pattern.length > MAX_PATTERN) {
    throw new BadQueryError(`The process pattern is longer than ${MAX_PATTERN} characters.`);
  }
  let regex: RegExp;
  try {
    regex = new RegExp(`^(?:${pattern})$`, 'u');
  } catch (error) {
    throw new BadQueryError(
      `The process pattern /${pattern.slice(0, 100)}/ cannot be read: ${(error as Error).message}.`
    );
  }
  return (process) => regex.test(process);
}

/** Processes of the window that the query names, by name. @throws SourceError, BadQueryError */
export async function findProcesses(
  engine: Engine,
  layouts: LayoutSource,
  query: PlateauQuery
): Promise<KnownProcess[]> {
  const wanted = processFilter(query);
  const known = await layouts.processes(engine.window.fromMs, engine.window.toMs, engine.signal);
  return known
    .filter((one) => wanted(one.process))
    .sort((a, b) => (a.process < b.process ? -1 : a.process > b.process ? 1 : 0));
}

/** Cuts to the engine's limit and says so. `noun` is the plural: `series`, `processes`. */
export function capped<T>(
  items: readonly T[],
  engine: Engine,
  noun: string
): { readonly items: readonly T[]; readonly notices: Notice[] } {
  if (items.length <= engine.maxSeries) return { items, notices: [] };
  return {
    items: items.slice(0, engine.maxSeries),
    notices: [warning(`Showing ${engine.maxSeries} of ${items.length} ${noun}. Narrow the query or raise the limit.`)],
  };
}
