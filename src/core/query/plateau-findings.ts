/** Findings that need time and not one layout alone: what grew, what moved inside a plateau, what nobody can explain. */
import { type Finding, finding } from '../explain/finding';
import { exactAndIec, iec } from '../explain/format';
import { phraseOf } from '../explain/causes';
import type { LastStep } from '../explain/headline';
import { BadQueryError, type Engine } from './engine';
import { plateauInputs } from './plateau-inputs';
import type { PlateauRow } from './plateau-rows';
import { findPlateaus } from './plateaus';
import type { PlateauQuery } from './query';
import { SourceError } from './sources';
import { clock, duration } from './words';

/** Steps without a cause that are named for one process: the newest. */
const MOST_UNKNOWN = 3;

async function rowsByProcess(query: PlateauQuery, engine: Engine): Promise<ReadonlyMap<string, readonly PlateauRow[]>> {
  const byProcess = new Map<string, PlateauRow[]>();
  try {
    const { inputs, engine: sameTimes } = await plateauInputs(query, engine);
    for (const row of (await findPlateaus(inputs, engine, sameTimes)).rows) {
      const own = byProcess.get(row.process);
      if (own) own.push(row);
      else byProcess.set(row.process, [row]);
    }
  } catch (error) {
    // What the layout tells stands without these.
    if (!(error instanceof SourceError || error instanceof BadQueryError)) throw error;
  }
  return byProcess;
}

/**
 * @param atMs the instant that the findings are asked for: what holds then is told
 * @returns findings by process; empty where the plateaus cannot be known
 */
export async function plateauFindings(
  query: PlateauQuery,
  atMs: number,
  engine: Engine
): Promise<ReadonlyMap<string, readonly Finding[]>> {
  const byProcess = await rowsByProcess(query, engine);
  return new Map([...byProcess].map(([process, rows]) => [process, [...holdingAt(rows, atMs), ...unexplained(rows)]]));
}

/** The newest step of each process up to `atMs`; a process without one is absent. */
export async function lastSteps(
  query: PlateauQuery,
  atMs: number,
  engine: Engine
): Promise<ReadonlyMap<string, LastStep>> {
  const steps = new Map<string, LastStep>();
  for (const [process, rows] of await rowsByProcess(query, engine)) {
    const row = rows
      .filter((one) => one.kind === 'plateau' && one.startMs <= atMs && !one.reset && (one.stepBytes ?? 0) !== 0)
      .at(-1);
    if (!row) continue;
    const main = row.causes.find((cause) => cause.kind !== 'unknown');
    steps.set(process, {
      bytes: row.stepBytes ?? 0,
      time: `${clock(row.startMs, atMs)} UTC`,
      // The count and the size; reasons stand in the table of plateaus.
      cause: main ? (phraseOf(main).split(', ')[0] ?? null) : null,
    });
  }
  return steps;
}

function holdingAt(rows: readonly PlateauRow[], atMs: number): Finding[] {
  const now = rows.filter((row) => row.kind !== 'spike' && row.startMs <= atMs).at(-1);
  if (!now) return [];
  const found: Finding[] = [];
  const since = `${clock(now.startMs, atMs)} UTC`;
  if (now.kind === 'ramp' && (now.slopeBytesPerSecond ?? 0) > 0) {
    const main = now.causes.find((cause) => cause.kind !== 'unknown');
    const bytes = now.maxBytes - now.minBytes;
    found.push(
      finding('ramp', 'warning', bytes, {
        regions: main ? [main.region] : [],
        numbers: { perHour: Math.round((now.slopeBytesPerSecond ?? 0) * 3600) },
        words: {
          since,
          took: duration(now.endMs - now.startMs),
          ...(main ? { cause: phraseOf(main) } : {}),
        },
      })
    );
  }
  if (now.inside.length > 0) {
    const bytes = now.inside.reduce((sum, change) => sum + Math.abs(change.bytes), 0);
    const level = iec(now.levelBytes);
    found.push(
      finding('inside', 'info', bytes, {
        regions: now.inside.map((change) => change.region),
        numbers: Object.fromEntries(now.inside.map((change) => [change.region, change.bytes])),
        words: { since, level },
      })
    );
  }
  return found;
}

function unexplained(rows: readonly PlateauRow[]): Finding[] {
  return rows
    .filter((row) => row.evidence === 'bounds' && row.causes[0]?.kind === 'unknown')
    .slice(-MOST_UNKNOWN)
    .map((row) => {
      const { bytes } = row.causes[0]!;
      return finding('step.unknown', 'info', Math.abs(bytes), {
        numbers: { change: bytes, timeMs: row.startMs },
        words: { time: `${clock(row.startMs)} UTC`, size: exactAndIec(Math.abs(bytes)) },
      });
    });
}
