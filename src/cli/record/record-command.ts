/** Runs a command and records it: stopped until the first look, at full speed while it is young, calmer as it lives. */
import { getPriority, setPriority } from 'node:os';
import { type Exit, startStopped } from '../../adapters/command/start-stopped';
import { orphansSince, readStat, watchProcess } from '../../adapters/procfs';
import { type Recorder, createRecorder } from './recorder';

export interface RecordOptions {
  /** Longest pause between two looks while the program is young, ms. */
  readonly intervalMs: number;
  readonly children: boolean;
}

export interface Recorded {
  readonly exit: Exit;
  readonly startMs: number;
  readonly durationMs: number;
  readonly recorder: Recorder;
  /** Pids that still lived when the command had ended and were not followed. */
  readonly leftBehind: readonly number[];
}

/** While the program is this young it is looked at without a pause. */
const FULL_SPEED_MS = 100;
/** Later the pause is a thousandth of its age, within [1 ms, interval] first and up to 1 s for a long life. */
const PART_OF_AGE = 1000;
const LONGEST_PAUSE_MS = 1000;
const PRIORITY_STEP = 10;
const STOP_TIMEOUT_MS = 5000;
/** Looks before the first one that counts. */
const PRACTICE = 30;
/** How the shell's command line begins until it has become the command. */
const NOT_YET = /^\/bin\/sh\0-c\0kill -STOP/;

export async function recordCommand(command: readonly string[], options: RecordOptions): Promise<Recorded> {
  const started = await startStopped(command);
  const forward = forwardSignals(started.pid);
  const ownPriority = getPriority();
  // A look must not wait for the command's own work. Only with the right to, and never for the command itself.
  tryPriority(ownPriority - PRIORITY_STEP);
  try {
    const watch = watchProcess(started.pid);
    const asked = performance.now();
    while (watch && watch.state() !== 'T' && watch.state() !== null && performance.now() - asked < STOP_TIMEOUT_MS) {
      // Spins for the fraction of a millisecond in which the shell stops itself.
    }
    if (!watch) throw new Error(`The command ended before it could be looked at (pid ${started.pid}).`);
    const self = readStat(started.pid);
    practise(started.pid);
    const recorder = createRecorder(watch, { children: options.children });
    started.release();
    const released = performance.now();
    while (NOT_YET.test(watch.commandLine() ?? '') && performance.now() - released < STOP_TIMEOUT_MS) {
      // Nothing of the command has run yet; what is mapped is the shell's.
    }
    const startMs = Date.now();
    const began = performance.now();
    const age = (): number => performance.now() - began;
    let alive = true;
    while (alive && age() < FULL_SPEED_MS) alive = recorder.look(age());
    while (alive) {
      recorder.digest();
      await pause(pauseFor(age(), options.intervalMs));
      alive = recorder.look(age());
    }
    const durationMs = age();
    recorder.digest();
    // Its children have another parent now, so they are known by their group.
    const leftBehind = options.children || !self ? [] : orphansSince(self);
    return { exit: await started.exited, startMs, durationMs, recorder, leftBehind };
  } finally {
    tryPriority(ownPriority);
    forward.stop();
  }
}

/**
 * Looks at the stopped shell and forgets it. The first looks of a process take milliseconds, until their code is compiled;
 * a program that lives half of one would be over.
 */
function practise(pid: number): void {
  for (let i = 0; i < PRACTICE; i++) {
    const watch = watchProcess(pid);
    if (!watch) return;
    const recorder = createRecorder(watch, { children: false });
    recorder.look(0);
    recorder.close();
    NOT_YET.test(watch.commandLine() ?? '');
  }
}

function tryPriority(priority: number): void {
  try {
    setPriority(Math.max(-20, priority));
  } catch {
    // Without CAP_SYS_NICE the looks are as frequent as the scheduler grants.
  }
}

function pauseFor(ageMs: number, intervalMs: number): number {
  const young = Math.min(Math.max(1, ageMs / PART_OF_AGE), intervalMs);
  return ageMs > intervalMs * PART_OF_AGE ? Math.min(ageMs / PART_OF_AGE, LONGEST_PAUSE_MS) : young;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * The terminal sends its signals to the whole group, so the command has them already and we must only not die of them.
 * What another process sends to us is meant for the command.
 */
function forwardSignals(pid: number): { stop(): void } {
  const pass = (signal: NodeJS.Signals): void => {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended: its exit is on the way.
    }
  };
  const ignore = (): void => undefined;
  const interrupt = process.stdin.isTTY ? ignore : () => pass('SIGINT');
  const terminate = (): void => pass('SIGTERM');
  const hangUp = (): void => pass('SIGHUP');
  process.on('SIGINT', interrupt).on('SIGTERM', terminate).on('SIGHUP', hangUp).on('SIGQUIT', ignore);
  return {
    stop: () =>
      void process.off('SIGINT', interrupt).off('SIGTERM', terminate).off('SIGHUP', hangUp).off('SIGQUIT', ignore),
  };
}
