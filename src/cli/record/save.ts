/**
 * `--out DIR`: a recording on disk. DIR itself is a capture of the peak, so every command that takes a directory takes it;
 * layouts/NNN are captures of the moments that the report tells; recording.json has the series; plateau.db is a store that
 * a collector serves to the data source.
 */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { openStore } from '../../adapters/store/open';
import type { Life } from '../../core/snapshot/store';
import { type RecordedLayout, type Recording, peakLayout } from '../../core/recording/recording';
import type { RecordedStep } from '../../core/recording/steps';
import { UsageError } from '../command';
import { layoutOf } from './parts';
import type { RawLayout } from './raw-layout';
import type { Recorder } from './recorder';

/** Stored intervals may be as long as the program lived: nobody looked away. */
const NO_GAP_MS = Number.MAX_SAFE_INTEGER;

/** @throws UsageError when DIR is a file, holds something already, or cannot be made */
export function prepareOut(directory: string): void {
  if (existsSync(directory)) {
    let entries: string[];
    try {
      entries = readdirSync(directory);
    } catch {
      throw new UsageError(`record: --out ${directory} is not a directory`);
    }
    if (entries.length > 0) throw new UsageError(`record: --out ${directory} is not empty; name a new directory`);
  }
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new UsageError(`record: --out ${directory} cannot be made (${code}); name another directory`);
  }
}

export async function saveRecording(
  directory: string,
  recording: Recording,
  steps: readonly RecordedStep[],
  recorder: Recorder,
  document: object
): Promise<void> {
  writeFileSync(path.join(directory, 'recording.json'), `${JSON.stringify(document)}\n`);
  const main = recording.processes[0]?.pid;
  const rawOf = (layout: RecordedLayout | null): RawLayout | null =>
    layout ? (recorder.raw.get(`${main} ${layout.atMs}`) ?? null) : null;
  const peak = rawOf(peakLayout(recording)) ?? largestOf(recorder, main);
  if (peak) writeCapture(directory, peak, recording.startMs);
  const told = steps.map(({ layout }) => rawOf(layout)).filter((raw): raw is RawLayout => raw !== null);
  told.forEach((raw, i) => {
    writeCapture(path.join(directory, 'layouts', String(i + 1).padStart(3, '0')), raw, recording.startMs);
  });
  if (process.versions['bun']) await writeStore(path.join(directory, 'plateau.db'), recording, recorder);
}

function largestOf(recorder: Recorder, pid: number | undefined): RawLayout | null {
  const own = [...recorder.raw.values()].filter((raw) => raw.pid === pid);
  return own.reduce<RawLayout | null>((best, raw) => (best && best.text.length >= raw.text.length ? best : raw), null);
}

/** In the format of a captured process. */
function writeCapture(directory: string, raw: RawLayout, startMs: number): void {
  mkdirSync(directory, { recursive: true });
  const write = (name: string, text: string): void => writeFileSync(path.join(directory, name), text);
  write('maps', raw.text);
  write('status', raw.status);
  write('cmdline', raw.commandLine);
  write('comm', `${/^Name:\s*(.*)$/m.exec(raw.status)?.[1] ?? ''}\n`);
  if (raw.exe !== null) write('exe.txt', `exe\t${raw.exe}\n`);
  write('system.txt', `captured_at\t${(startMs + raw.atMs) / 1000}\n`);
}

async function writeStore(file: string, recording: Recording, recorder: Recorder): Promise<void> {
  const store = await openStore(file, { gapMs: NO_GAP_MS });
  try {
    for (const { pid, name } of recording.processes) {
      const own = [...recorder.raw.values()].filter((raw) => raw.pid === pid);
      for (const [i, raw] of own.entries()) {
        const layout = layoutOf(raw, 'relative');
        if (!layout) continue;
        const life: Life = {
          host: hostname(),
          pid,
          startMs: recording.startMs,
          process: path.basename(name) || String(pid),
          comm: path.basename(name),
          runtime: layout.runtimes[0]?.name ?? '',
          runtimeVersion: layout.runtimes[0]?.version ?? '',
          evidence: 'snapshot',
        };
        const id = await store.put(life, Math.round(recording.startMs + raw.atMs), layout);
        const until = own[i + 1]?.atMs ?? recording.durationMs;
        const sizes = { virtualBytes: layout.virtualBytes, residentBytes: layout.residentBytes };
        store.touch(
          life,
          Math.max(Math.round(recording.startMs + raw.atMs), Math.floor(recording.startMs + until) - 1),
          sizes,
          id
        );
      }
    }
    await store.flush();
  } finally {
    await store.close();
  }
}
