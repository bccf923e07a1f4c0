/** go-plugin's handshake: what the environment must say, where the socket lies, and the one line on stdout. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const PREFIX = 'plateau-plugin-';
/** sun_path of Linux holds 108 bytes, terminator included; macOS 104. */
const SOCKET_PATH_LIMIT = 103;

/** @returns what is wrong with the way this program was started, or null */
export function startProblem(env: NodeJS.ProcessEnv): string | null {
  if (env.grafana_plugin_type !== 'datasource') {
    return 'This is a Grafana plugin and is started by Grafana. Put it into the plugin directory, see the README.';
  }
  const versions = (env.PLUGIN_PROTOCOL_VERSIONS ?? '2').split(',').map((version) => version.trim());
  if (!versions.includes('2')) {
    return `Grafana offers the plugin protocol versions ${versions.join(', ')}; this plugin speaks 2.`;
  }
  if (env.PLUGIN_CLIENT_CERT) return 'Grafana demands AutoMTLS from plugins, which this plugin does not offer.';
  return null;
}

export interface Place {
  /** For grpc-js's bindAsync. */
  readonly bind: string;
  readonly network: 'unix' | 'tcp';
  readonly address: (port: number) => string;
  readonly remove: () => void;
}

/** Chooses the socket: a directory of our own in PLUGIN_UNIX_SOCKET_DIR or the temporary directory; TCP on Windows. */
export function choosePlace(env: NodeJS.ProcessEnv, platform: string = process.platform): Place {
  if (platform === 'win32') {
    return { bind: '127.0.0.1:0', network: 'tcp', address: (port) => `127.0.0.1:${port}`, remove: () => undefined };
  }
  const parent = env.PLUGIN_UNIX_SOCKET_DIR || tmpdir();
  const directory = mkdtempSync(path.join(parent, PREFIX));
  const socket = path.join(directory, 's');
  if (Buffer.byteLength(socket) > SOCKET_PATH_LIMIT) {
    rmSync(directory, { recursive: true, force: true });
    throw new Error(
      `The socket path ${socket} is longer than ${SOCKET_PATH_LIMIT} bytes. Set a shorter PLUGIN_UNIX_SOCKET_DIR.`
    );
  }
  return {
    bind: `unix:${socket}`,
    network: 'unix',
    address: () => socket,
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

export function handshakeLine(place: Place, port: number): string {
  return `1|2|${place.network}|${place.address(port)}|grpc|\n`;
}

/**
 * Removes what killed plugins left: directories of ours whose socket nobody answers. Younger than a minute is left alone,
 * because another instance may be about to listen.
 */
export async function sweepStaleSockets(env: NodeJS.ProcessEnv, nowMs: number): Promise<number> {
  const parent = env.PLUGIN_UNIX_SOCKET_DIR || tmpdir();
  let removed = 0;
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    const directory = path.join(parent, name);
    try {
      if (nowMs - statSync(directory).mtimeMs < 60_000) continue;
      if (await answers(path.join(directory, 's'))) continue;
      rmSync(directory, { recursive: true, force: true });
      removed++;
    } catch {
      // Another user's, or swept by somebody else meanwhile: either way it is not ours to remove.
    }
  }
  return removed;
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection(socket);
    const done = (alive: boolean): void => {
      connection.destroy();
      resolve(alive);
    };
    connection.once('connect', () => done(true));
    connection.once('error', () => done(false));
    connection.setTimeout(500, () => done(true));
  });
}
