/**
 * Starts a command so that nothing of it runs before we look: a shell stops itself and becomes the command when it is let
 * go (signal(7), execve(2)). The command keeps our stdin, stdout and stderr, our process group and, because exec keeps
 * it, the pid that was watched from the start.
 */
import { spawn } from 'node:child_process';

const STOP_AND_BECOME = 'kill -STOP $$; exec "$@"';
const SHELL = '/bin/sh';

export interface Exit {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StartedCommand {
  readonly pid: number;
  /** Lets it go. */
  release(): void;
  readonly exited: Promise<Exit>;
}

/** @throws Error when the shell cannot be started */
export function startStopped(command: readonly string[]): Promise<StartedCommand> {
  return new Promise((resolve, reject) => {
    const child = spawn(SHELL, ['-c', STOP_AND_BECOME, 'plateau', ...command], { stdio: 'inherit' });
    const exited = new Promise<Exit>((done) => child.on('exit', (code, signal) => done({ code, signal })));
    child.on('error', reject);
    child.on('spawn', () => {
      const pid = child.pid!;
      resolve({ pid, release: () => void process.kill(pid, 'SIGCONT'), exited });
    });
  });
}
