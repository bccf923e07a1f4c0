/** One plateau of one series → one row: what it is, why it began, and what moved inside it. */
import type { Category } from '../attribution/categories';
import { withSeparators } from '../explain/format';
import { hedgedSentence, phraseOf, stepSentence } from '../explain/causes';
import type { Cause } from '../plateau/cause';
import { causesOf } from '../plateau/causes';
import { type InsideChange, changesInside } from '../plateau/inside';
import type { Evidence } from '../plateau/join';
import { guessCause } from '../plateau/quanta';
import { type Step, type StepSide, indexAt } from '../plateau/steps';
import type { Plateau } from '../plateau/types';
import type { Layout } from '../snapshot/layout';
import type { UnixMillis } from '../units';
import type { PlateauInput } from './plateau-inputs';
import { clock, duration } from './words';

export interface PlateauRow extends Plateau {
  readonly id: string;
  readonly process: string;
  /** Why it began; a sentence. */
  readonly cause: string;
  /** What moved inside it while VSZ stood still. */
  readonly inside: readonly InsideChange[];
  readonly causes: readonly ToldCause[];
  /** The moments to compare; null where there is no step. */
  readonly beforeMs: UnixMillis | null;
  readonly afterMs: UnixMillis | null;
  /** How the cause is known; null where there is none to know. */
  readonly evidence: Evidence | null;
  /** Of the main cause; null without one. */
  readonly category: Category | null;
}

export interface ToldCause extends Cause {
  /** In words, without the size. */
  readonly text: string;
}

interface Entry {
  readonly input: PlateauInput;
  readonly entry: Plateau;
  readonly step: Step | null;
  readonly first: boolean;
  readonly last: boolean;
}

type Explained = Pick<PlateauRow, 'cause' | 'causes' | 'evidence'>;

const MAX_CAUSES = 10;
const SAME_START_MS = 1_000;

export function explainEntry(found: Entry, bodyOf: (process: string, id: string) => Layout | null): PlateauRow {
  const { input, entry } = found;
  const explained = causeOf(found, (id) => bodyOf(input.process, id));
  const main = explained.causes[0];
  return {
    ...entry,
    id: idOf(found),
    process: input.process,
    ...explained,
    inside: insideOf(found),
    beforeMs: found.step && withinLayout(found.step.fromMs, found.step.before),
    afterMs: found.step && withinLayout(found.step.toMs, found.step.after),
    category: main && main.kind !== 'restart' ? main.category : null,
  };
}

function causeOf({ input, entry, step, first }: Entry, body: (id: string) => Layout | null): Explained {
  if (entry.reset) {
    return told('The process was started anew.', 'snapshot', [
      {
        kind: 'restart',
        region: 'unknown',
        category: 'unknown',
        bytes: entry.stepBytes ?? 0,
        count: 1,
        numbers: {},
        words: {},
      },
    ]);
  }
  if (!step) return told(first ? 'The first level in the time range.' : '', null, []);
  const { bytes, before, after } = step;
  const exactly = `${withSeparators(Math.abs(bytes))} B`;
  if (before && after && before.layout !== after.layout) {
    const causes = causesOf(
      { parts: before.layout.parts, body: body(before.layout.id) },
      { parts: after.layout.parts, body: body(after.layout.id) }
    );
    const rest = after.differenceBytes - before.differenceBytes;
    const all = rest === 0 ? causes : [...causes, unknownCause(rest)];
    const bounds = before.layout.boundsOnly || after.layout.boundsOnly;
    const evidence = bounds ? 'bounds' : step.exact ? 'snapshot' : 'nearby';
    const over = entry.kind === 'ramp' ? duration(entry.endMs - entry.startMs) : '';
    if (all.length > 0) return told(stepSentence(bytes, all, over), evidence, all);
  }
  const guess = guessCause(bytes, input.runtime);
  const split = splitCauses(input, step);
  if (split.length > 0) {
    const looks = guess ? ` Looks like ${phraseOf(guess)}.` : '';
    return told(`${stepSentence(bytes, split)}${looks}`, splitEvidence(input, step), split);
  }
  if (guess) return told(hedgedSentence(bytes, guess), 'metrics', [guess]);
  const verb = bytes < 0 ? 'fell' : 'rose';
  return told(
    `VSZ ${verb} by ${exactly} at ${clock(entry.startMs)} UTC and no layout covers that moment. The step is shown as unknown.`,
    'bounds',
    [unknownCause(bytes)]
  );
}

/** What the collector wrote into Prometheus beside the samples: exact by category, also where the layout was not kept. */
function splitCauses({ timesMs, splitAt }: PlateauInput, { fromMs, toMs }: Step): Cause[] {
  const before = splitAt?.(indexAt(timesMs, fromMs));
  const after = splitAt?.(indexAt(timesMs, toMs));
  return before && after ? causesOf({ parts: before, body: null }, { parts: after, body: null }) : [];
}

/** The split of the kernel is exact in its sums and not in what they are for. */
function splitEvidence({ timesMs, splitAt }: PlateauInput, { fromMs, toMs }: Step): Evidence {
  const bounds = [fromMs, toMs].some((ms) => splitAt?.boundsOnly?.(indexAt(timesMs, ms)));
  return bounds ? 'bounds' : 'snapshot';
}

function unknownCause(bytes: number): Cause {
  return { kind: 'unknown', region: 'unknown', category: 'unknown', bytes, count: null, numbers: {}, words: {} };
}

function told(cause: string, evidence: Evidence | null, causes: readonly Cause[]): Explained {
  return {
    cause,
    evidence,
    causes: causes.slice(0, MAX_CAUSES).map((one) => ({ ...one, text: phraseOf(one) })),
  };
}

/** A sample may be a little older than the layout's next sighting: the instant is moved to where the layout was seen. */
function withinLayout(timeMs: UnixMillis, side: StepSide | null): UnixMillis {
  return side ? Math.min(Math.max(timeMs, side.layout.fromMs), side.layout.toMs) : timeMs;
}

/** Only of what stands still; layouts of another size were in force before or after. */
function insideOf({ input, entry }: Entry): readonly InsideChange[] {
  if (entry.kind !== 'plateau') return [];
  const startMs = input.startMsAt(indexAt(input.timesMs, entry.startMs));
  const own = input.layouts.filter(
    ({ totalBytes, startMs: start }) =>
      totalBytes >= entry.minBytes &&
      totalBytes <= entry.maxBytes &&
      (startMs === null || start === null || Math.abs(start - startMs) <= SAME_START_MS)
  );
  return changesInside(own, entry.startMs, entry.endMs);
}

/**
 * Stable while the time range moves on: a plateau that begins with a step is named by its start, the first one, whose
 * start is that of the range, by its end.
 */
function idOf({ input, entry, first, last }: Entry): string {
  const when = !first || entry.kind === 'spike' ? `${entry.startMs}` : last ? 'now' : `until-${entry.endMs}`;
  return `${input.process}-${entry.kind}-${when}`;
}
