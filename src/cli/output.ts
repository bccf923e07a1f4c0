/** The process's own stdout and stderr as an `Output`. */
import type { Output } from './command';

const DEFAULT_COLUMNS = 80;

export function processOutput(): Output {
  const { stdout, stderr, env } = process;
  // Without this a reader that went away would end the process with a stack trace instead of a rejected write.
  stdout.on('error', () => undefined);
  return {
    write: (text) =>
      new Promise((resolve, reject) => {
        stdout.write(text, (error) => (error ? reject(error) : resolve()));
      }),
    complain: (line) => {
      stderr.write(`${line}\n`);
    },
    isTty: stdout.isTTY === true,
    showProgress: stderr.isTTY === true,
    columns: columnsFrom(env['COLUMNS'], stdout.isTTY ? stdout.columns : undefined),
    environment: env,
  };
}

/** COLUMNS when it is a sensible number, else the terminal's width, else 80. */
export function columnsFrom(variable: string | undefined, terminal: number | undefined): number {
  const asked = variable !== undefined && /^\d+$/.test(variable) ? Number(variable) : 0;
  return asked >= 20 ? Math.min(asked, 1000) : terminal || DEFAULT_COLUMNS;
}
