/** Finds a port before something is started on it, so that the message can name the option to set. */
import { createServer } from 'node:net';
import { StartError } from './options';

const TRIES = 20;

/** @returns null when it is free, else the system's code: EADDRINUSE, EACCES, ... */
export function whyTaken(port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    probe.listen({ port, host: '127.0.0.1' }, () => probe.close(() => resolve(null)));
  });
}

export interface WantedPort {
  readonly port: number;
  /** Then it is this one or none. */
  readonly asked: boolean;
  /** For the message: `page`, `--port`. */
  readonly what: string;
  readonly option: string;
}

/** @returns the port wanted or, for a default, the next free one above. @throws StartError when there is none */
export async function choosePort({ port, asked, what, option }: WantedPort): Promise<number> {
  if (port === 0) return 0;
  const tries = asked ? 1 : TRIES;
  let reason: string | null = null;
  for (let candidate = port; candidate < port + tries; candidate++) {
    reason = await whyTaken(candidate);
    if (reason === null) return candidate;
  }
  if (reason === 'EACCES') {
    throw new StartError(
      `Not permitted to listen on port ${port} (${what}). Choose one above 1023: npm start -- ${option} N`
    );
  }
  const which = asked ? `Port ${port} on 127.0.0.1 is` : `Ports ${port} to ${port + tries - 1} on 127.0.0.1 are`;
  throw new StartError(
    `${which} taken (${what}). Choose another: npm start -- ${option} N, or ${option} 0 for any free one.`
  );
}
