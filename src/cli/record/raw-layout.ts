/** Text of maps as it was read, kept until it is attributed, and longer while there is room. */
export interface RawLayout {
  readonly atMs: number;
  readonly pid: number;
  readonly text: string;
  readonly status: string;
  readonly exe: string | null;
  /** Null-separated, as in /proc/PID/cmdline. */
  readonly commandLine: string;
}
