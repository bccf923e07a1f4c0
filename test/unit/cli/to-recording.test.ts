import { expect, it } from 'vitest';
import type { Recorded } from '../../../src/cli/record/record-command';
import type { Recorder } from '../../../src/cli/record/recorder';
import { toRecording } from '../../../src/cli/record/to-recording';

const MIB = 1024 * 1024;

/** Looks at one process: bytes, and null when it has ended. */
function recorded(...sizes: ReadonlyArray<number | null>): Recorded {
  const recorder: Recorder = {
    look: () => false,
    digest: () => undefined,
    close: () => undefined,
    looks: sizes.map((virtualBytes, atMs) => ({ atMs, pid: 7, virtualBytes })),
    seen: [],
    raw: new Map(),
    followed: new Map([[7, { name: 'hello', peakBytes: MIB, kernelPeakBytes: MIB, residentPeakBytes: 0 }]]),
    denied: new Set(),
  };
  return { exit: { code: 0, signal: null }, startMs: 0, durationMs: 1, recorder, leftBehind: [] };
}

it('says when the command was over before the first look, and when it was seen once', () => {
  const notice = (...sizes: ReadonlyArray<number | null>): string =>
    toRecording(['hello'], recorded(...sizes)).notices.join('\n');
  expect(notice(null)).toContain('before it could be looked at. Try again');
  expect(notice(MIB, null)).toContain('what is shown is its first moment');
  expect(notice(MIB, MIB, null)).toBe('');
});
