/** Layouts of the query's processes at one instant: what snapshot, tree, findings and limits are made from. */
import { DEFAULT_GAP_MS } from '../snapshot/interval';
import type { UnixMillis } from '../units';
import { BadQueryError, type Engine, info, needLayouts, warning } from './engine';
import type { PlateauQuery } from './query';
import { selectProcesses } from './selection';
import { type StoredSnapshot, SourceError } from './sources';
import type { Notice } from './table';
import { clock, duration } from './words';
import { parseInstant } from './window';

export interface ProcessSnapshot {
  readonly process: string;
  readonly stored: StoredSnapshot;
  readonly notices: readonly Notice[];
}

export interface Snapshots {
  readonly items: readonly ProcessSnapshot[];
  readonly notices: Notice[];
  readonly executed: string;
}

/** @throws BadQueryError when the text is no instant */
export function instantOf(text: string, engine: Engine, key: string, fallback: 'start' | 'end'): UnixMillis {
  const atMs = parseInstant(text, engine.window, fallback);
  if (atMs !== null) return atMs;
  throw new BadQueryError(`'${key}' is '${text.slice(0, 40)}'. Give start, end, or Unix milliseconds.`);
}

/** One snapshot of a process; null with a notice where there is none. @throws SourceError */
export async function snapshotAt(
  process: string,
  atMs: UnixMillis,
  engine: Engine
): Promise<{ readonly stored: StoredSnapshot | null; readonly notice: Notice | null }> {
  const stored = await needLayouts(engine, 'Snapshots').snapshot(process, { atMs }, engine.signal);
  if (!stored) return { stored: null, notice: warning(`${process} has no layout at ${clock(atMs)} UTC.`) };
  if (stored.layout.mappings === 0) {
    const text = `${process}: only the kernel's Vm* split was readable, its mappings need the same user or CAP_SYS_PTRACE.`;
    return { stored, notice: warning(text) };
  }
  if (stored.exact) return { stored, notice: null };
  const away = atMs < stored.fromMs ? stored.fromMs - atMs : Math.max(0, atMs - stored.toMs);
  // Between two looks of the collector the layout before still stands.
  if (away > 0 && away <= DEFAULT_GAP_MS && atMs > stored.toMs) return { stored, notice: null };
  const side = atMs < stored.fromMs ? 'after' : 'before';
  const text = away === 0 ? 'not every layout was kept then' : `taken ${duration(away)} ${side} ${clock(atMs)} UTC`;
  return { stored, notice: info(`${process}: nearest layout, ${text}.`) };
}

/** @param what plural, for errors: `Findings` @throws SourceError, BadQueryError */
export async function snapshotsAt(query: PlateauQuery, engine: Engine, what: string): Promise<Snapshots> {
  const atMs = instantOf(query.at, engine, 'at', 'end');
  const { processes, notices } = await selectProcesses(query, engine, what);
  const items: ProcessSnapshot[] = [];
  const all: Notice[] = [...notices];
  for (const { process } of processes) {
    try {
      const { stored, notice } = await snapshotAt(process, atMs, engine);
      if (stored) items.push({ process, stored, notices: notice ? [notice] : [] });
      else if (notice) all.push(notice);
    } catch (error) {
      // One process that cannot be read does not hide the others; when none can, the error is the answer.
      if (!(error instanceof SourceError) || processes.length === 1) throw error;
      all.push(warning(`${process}: ${error.message}`));
    }
    await engine.breathe();
  }
  // What the selection has said already is the better reason.
  if (processes.length === 0 && all.length === 0) all.push(noProcess(query));
  return { items, notices: all.slice(0, 20), executed: `collector: ${named('snapshot', processes)} at ${atMs}` };
}

/** A query that names a process which is not there is told its name. */
export function noProcess(query: PlateauQuery): Notice {
  const name = query.process.trim();
  return info(
    name === ''
      ? 'No process in this time range. Choose a wider one.'
      : `No process '${name.slice(0, 100)}' in this time range. Choose a wider one, or another process.`
  );
}

/** `snapshot of a, b`; `snapshot` alone when there is no process. */
export function named(what: string, processes: ReadonlyArray<{ readonly process: string }>): string {
  return processes.length === 0 ? what : `${what} of ${processes.map((one) => one.process).join(', ')}`;
}
