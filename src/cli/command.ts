/** What a command is, and what it may use of the world: everything is passed in, so that tests can look at it. */
export interface Output {
  /** Writes to stdout; resolves when the reader has taken it. */
  readonly write: (text: string) => Promise<void>;
  /** One line to stderr. */
  readonly complain: (line: string) => void;
  readonly isTty: boolean;
  /** stderr is a terminal: progress may be shown there. */
  readonly showProgress: boolean;
  /** Width in characters. */
  readonly columns: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** 0 done, 1 the answer is a "no", 2 bad usage or unreadable input. */
export type ExitCode = number;

export interface Command {
  readonly name: string;
  /** One line for the table of commands. */
  readonly summary: string;
  /** Whole help text: usage line, options with units, an example. */
  readonly usage: string;
  readonly run: (args: readonly string[], output: Output) => Promise<ExitCode>;
}

/** Bad usage: printed as one line with the way to the help, exit code 2. */
export class UsageError extends Error {
  constructor(text: string) {
    super(text);
    this.name = 'UsageError';
  }
}
