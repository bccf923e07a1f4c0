/** What a recorder kept → the recording that is shown and saved. */
import { combine } from '../../core/recording/combine';
import type { Recording } from '../../core/recording/recording';
import { exactAndIec } from '../../core/explain/format';
import type { Recorded } from './record-command';

export function toRecording(command: readonly string[], recorded: Recorded): Recording {
  const { recorder, startMs, durationMs, leftBehind } = recorded;
  const { timesMs, values, layouts } = combine(recorder.looks, recorder.seen);
  const followed = [...recorder.followed].map(([pid, one]) => ({ pid, ...one }));
  const single = followed.length === 1 ? followed[0] : undefined;
  // maps is read after status, so a layout may hold more than the look before it.
  const peakBytes = layouts.reduce(
    (most, { virtualBytes }) => Math.max(most, virtualBytes),
    values.reduce((a, b) => Math.max(a, b), 0)
  );
  // Kernel peaks of several processes were reached at different times; their sum would be a number that nobody has seen.
  const kernelPeakBytes = single ? Math.max(single.kernelPeakBytes, peakBytes) : peakBytes;
  const notices: string[] = [];
  if (values.length === 0) {
    notices.push('The command ended before it could be looked at. Try again, or when the machine is less busy.');
  } else if (recorder.looks.length < 3) {
    notices.push('The command ended before it was looked at twice: what is shown is its first moment.');
  }
  if (kernelPeakBytes > peakBytes) {
    notices.push(
      `Between two looks it was larger for a moment: the kernel's own peak is ${exactAndIec(kernelPeakBytes)}, ` +
        `${exactAndIec(kernelPeakBytes - peakBytes)} more than was seen.`
    );
  }
  if (recorder.denied.size > 0) {
    notices.push(
      'Not permitted to read the mappings (a setuid program, or one that took its rights away): only its size was recorded. Needs CAP_SYS_PTRACE.'
    );
  }
  if (leftBehind.length > 0) {
    notices.push('It left processes behind that were not recorded. Record them, too: --children.');
  }
  return {
    command,
    startMs,
    durationMs,
    timesMs,
    values,
    residentPeakBytes: single?.residentPeakBytes ?? followed.reduce((sum, one) => sum + one.residentPeakBytes, 0),
    layouts,
    peakBytes,
    kernelPeakBytes,
    processes: followed.map(({ pid, name, peakBytes: peak }) => ({ pid, name, peakBytes: peak })),
    notices,
  };
}
