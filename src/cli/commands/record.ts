import { constants } from 'node:os';
import { findExecutable } from '../../adapters/command/find-executable';
import type { Exit } from '../../adapters/command/start-stopped';
import { findingsOf } from '../../core/explain/findings';
import { sentenceOf } from '../../core/explain/sentences';
import type { Layout } from '../../core/snapshot/layout';
import { type RecordedLayout, type Recording, peakLayout } from '../../core/recording/recording';
import { type RecordedStep, stepsOf } from '../../core/recording/steps';
import { type Command, type Output, UsageError } from '../command';
import { parseDuration } from '../duration';
import { parseOptions } from '../options';
import { layoutOf } from '../record/parts';
import { type Recorded, recordCommand } from '../record/record-command';
import { causesOfStep, recordReport, whyOf } from '../record/report';
import { prepareOut, saveRecording } from '../record/save';
import { toRecording } from '../record/to-recording';
import { TargetError } from '../target';
import { styleFor } from '../terminal/style';

/** More points than anybody draws; a longer series is thinned, its largest values kept. */
const MOST_POINTS = 11_000;

export const record: Command = {
  name: 'record',
  summary: 'runs a command and shows what its memory was for, from its first instruction to its exit',
  usage: `plateau record [--interval 10ms] [--children] [--out DIR] [--json] -- CMD ARGS...

CMD           runs as it would without plateau: its input, output, signals and exit code are its own

--interval T  longest pause between two looks while CMD is young (us, ms, s; default 10ms). The first 0.1 s is looked at
              without a pause, and a long life with pauses of a thousandth of its age
--children    add up CMD and every process that it starts
--out DIR     keep the recording: DIR is a capture of the peak for explain, diff and limits, DIR/layouts/NNN are the
              moments of the report, recording.json has the series, and plateau.db is read by the data source through
              plateau collect --data DIR/plateau.db
--json        one JSON document on stdout, after CMD's own output

The report is written to stderr, so that stdout is CMD's alone.
Exit code: that of CMD, 128 and the signal's number when a signal ended it, 2 when it could not be started.

example: plateau record --out foo.recording -- ./foo --port 8080`,
  async run(args, output) {
    const split = args.indexOf('--');
    const own = split < 0 ? args : args.slice(0, split);
    const command = split < 0 ? [] : args.slice(split + 1);
    const { values } = parseOptions(
      'record',
      own,
      {
        interval: { type: 'string' },
        children: { type: 'boolean' },
        out: { type: 'string' },
        json: { type: 'boolean' },
      },
      0
    );
    if (command.length === 0) throw new UsageError('record: needs a command after --: plateau record -- CMD ARGS...');
    const intervalMs = parseDuration(String(values['interval'] ?? '10ms'));
    if (intervalMs === null || intervalMs <= 0) {
      throw new UsageError(`record: --interval must be a time like 10ms or 1s, not '${String(values['interval'])}'`);
    }
    checkExecutable(command[0]!);
    const out = typeof values['out'] === 'string' ? values['out'] : null;
    if (out !== null) prepareOut(out);

    const recorded = await recordCommand(command, { intervalMs, children: values['children'] === true });
    const recording = toRecording(command, recorded);
    const bodyOf = bodies(recorded, recording);
    const steps = stepsOf(recording, bodyOf);
    const peak = peakLayout(recording);
    const body = peak && bodyOf(peak);
    const findings = body ? findingsOf(body) : [];
    const document = toDocument(
      recording,
      steps,
      findings.map((finding) => ({ ...finding, ...sentenceOf(finding) })),
      recorded.exit
    );
    if (out !== null) await saveRecording(out, recording, steps, recorded.recorder, document);
    if (values['json']) {
      await output.write(`${JSON.stringify(document)}\n`);
    } else {
      output.complain(recordReport(styleFor(onStderr(output)), recording, steps, findings, recorded.exit).trimEnd());
      if (out !== null) {
        output.complain(peak ? `Kept in ${out}. Try: plateau explain ${out}` : `Kept in ${out}, without a layout.`);
      }
    }
    return exitCodeOf(recorded.exit);
  },
};

function checkExecutable(name: string): void {
  const found = findExecutable(name, process.env['PATH']);
  if (found.kind === 'missing') {
    throw new TargetError(`${name}: no such command. Check the spelling, or name it with its path.`);
  }
  if (found.kind === 'directory') throw new TargetError(`${found.file}: is a directory, not a command.`);
  if (found.kind === 'not-executable') {
    throw new TargetError(`${found.file}: is not executable. Permit it with chmod +x, or name its interpreter.`);
  }
}

/** The report goes to stderr, so its colours and width are stderr's. */
function onStderr(output: Output): Output {
  return { ...output, isTty: output.showProgress };
}

/** Bodies of single-process layouts, as far as their texts were kept. */
function bodies({ recorder }: Recorded, recording: Recording): (layout: RecordedLayout) => Layout | null {
  const known = new Map<number, Layout | null>();
  const main = recording.processes[0]?.pid;
  return ({ atMs }) => {
    if (recording.processes.length !== 1) return null;
    if (!known.has(atMs)) {
      const raw = recorder.raw.get(`${main} ${atMs}`);
      known.set(atMs, raw ? layoutOf(raw, 'absolute') : null);
    }
    return known.get(atMs)!;
  };
}

function exitCodeOf({ code, signal }: Exit): number {
  return signal === null ? (code ?? 1) : 128 + constants.signals[signal];
}

function toDocument(
  recording: Recording,
  steps: readonly RecordedStep[],
  findings: readonly object[],
  exit: Exit
): object {
  const { timesMs, values } = thinned(recording);
  return {
    schema: 1,
    command: recording.command,
    startMs: recording.startMs,
    durationMs: recording.durationMs,
    exitCode: exit.code,
    signal: exit.signal,
    samples: recording.timesMs.length,
    peak: {
      virtualBytes: recording.peakBytes,
      kernelPeakBytes: recording.kernelPeakBytes,
      missedBytes: recording.kernelPeakBytes - recording.peakBytes,
      residentBytes: recording.residentPeakBytes,
      categories: peakLayout(recording)?.categories ?? null,
    },
    processes: recording.processes,
    plateaus: steps.map((step) => ({
      startMs: step.startMs,
      endMs: step.endMs,
      levelBytes: step.levelBytes,
      kind: step.kind,
      stepBytes: step.stepBytes ?? 0,
      confidence: step.confidence,
      reset: step.reset,
      why: whyOf(step),
      causes: causesOfStep(step),
      categories: step.layout?.categories ?? null,
    })),
    layouts: recording.layouts.map(({ atMs, virtualBytes, categories }) => ({ atMs, virtualBytes, categories })),
    series: { timesMs, bytes: values },
    findings,
    notices: recording.notices,
  };
}

function thinned({ timesMs, values }: Recording): { timesMs: readonly number[]; values: readonly number[] } {
  if (timesMs.length <= MOST_POINTS) return { timesMs, values };
  const group = Math.ceil(timesMs.length / MOST_POINTS);
  const times: number[] = [];
  const peaks: number[] = [];
  for (let i = 0; i < timesMs.length; i += group) {
    times.push(timesMs[i]!);
    peaks.push(values.slice(i, i + group).reduce((a, b) => Math.max(a, b), 0));
  }
  return { timesMs: times, values: peaks };
}
