/** The terminal answer of `plateau limits`: verdict first, then why, what is left, the safe values, the better limit. */
import type { Explanation } from '../../core/explain/explain';
import { exactAndIec, iec, share } from '../../core/explain/format';
import type { Severity } from '../../core/explain/finding';
import { type Answer, type Better, type Forecast, RLIMIT } from '../../core/limits/forecast';
import type { Verdict } from '../../core/limits/segments';
import { safeText } from '../../core/limits/words';
import type { Bytes } from '../../core/units';
import { type Origin, notices, title } from './picture';
import { type Style, bold, dim, sign } from './style';
import { wrap } from './text';

export interface LimitAnswer {
  readonly forecast: Forecast;
  /** Null = unlimited. */
  readonly bytes: Bytes | null;
  readonly answer: Answer;
  readonly better: Better;
}

const SIGN: Readonly<Record<Verdict, Severity>> = { runs: 'ok', fails: 'error', unknown: 'warning' };
const WORDS: Readonly<Record<Verdict, string>> = { runs: 'runs', fails: 'fails', unknown: 'may run or fail' };
const LABEL = 16;

/** @param kind whether the limits were asked for, are those of the process, or those of the process were not read */
export function limitsPicture(
  style: Style,
  explanation: Explanation,
  target: string,
  origin: Origin,
  answers: readonly LimitAnswer[],
  kind: 'asked' | 'present' | 'not-read'
): string {
  const { snapshot, layout } = explanation;
  const difference = snapshot.statmBytes === null ? null : snapshot.statmBytes - layout.virtualBytes;
  return [
    ...title(style, explanation, target, origin, difference),
    ...answers.flatMap((answer) => ['', ...answerLines(style, answer, kind)]),
    ...notices(style, snapshot.notices),
    '',
  ].join('\n');
}

function answerLines(style: Style, { forecast, bytes, answer, better }: LimitAnswer, kind: string): string[] {
  const name = RLIMIT[forecast.limit];
  const limit = bytes === null ? 'unlimited' : exactAndIec(bytes);
  const verdict = kind === 'not-read' ? `${name}: not read` : `${WORDS[answer.verdict]} under ${name} ${limit}`;
  const severity = kind === 'not-read' ? 'info' : SIGN[answer.verdict];
  const row = (label: string, text: string): string[] =>
    wrap(text, Math.max(20, style.columns - LABEL - 2)).map(
      (line, i) => `  ${i === 0 ? dim(style, label) + ' '.repeat(LABEL - label.length) : ' '.repeat(LABEL)}${line}`
    );
  const { headroomBytes, nearestBelow, nearestAbove } = answer;
  return [
    `${sign(style, severity)} ${bold(style, verdict)}`,
    ...wrap(answer.why, Math.max(20, style.columns - 2)).map((line) => `  ${line}`),
    ...row('in use now', used(forecast, bytes)),
    ...(headroomBytes === null ? [] : row('headroom', headroom(headroomBytes))),
    ...(nearestBelow === null ? [] : row('safe below', exactAndIec(nearestBelow))),
    ...(nearestAbove === null ? [] : row('safe above', exactAndIec(nearestAbove))),
    ...row('safe', safeText(forecast.safe)),
    ...(forecast.startUpBytes === null
      ? []
      : row('fresh start', `about ${iec(forecast.startUpBytes)}; the rest is what the process has grown to`)),
    ...row('better limit', `${better.limit}. ${better.why}`),
  ];
}

function used({ usedBytes }: Forecast, bytes: Bytes | null): string {
  return bytes === null || bytes === 0
    ? exactAndIec(usedBytes)
    : `${exactAndIec(usedBytes)}, ${usedBytes > bytes ? 'more than the limit' : `${share(usedBytes, bytes)} of it`}`;
}

function headroom(bytes: Bytes): string {
  return bytes >= 0 ? exactAndIec(bytes) : `none: ${exactAndIec(-bytes)} more are in use now than the limit allows`;
}
