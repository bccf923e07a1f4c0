/** Starts a backend executable as Grafana does: environment, handshake line on stdout, JSON logs on stderr. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface StartOptions {
  readonly executable: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** Environment beside Grafana's own variables; the plugin gets nothing else. */
  readonly env?: Readonly<Record<string, string>>;
  /** Every line of the plugin's stderr: one JSON object with @level, @message and @timestamp. */
  readonly onLog?: (line: string) => void;
  /** Default 60 s, like Grafana. */
  readonly startTimeoutMs?: number;
}

export interface PluginExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StartedPlugin {
  readonly child: ChildProcess;
  /** Target for grpc-js: `unix:/path` or `host:port`. */
  readonly target: string;
  readonly exited: Promise<PluginExit>;
}

/** @throws Error that says what the plugin printed instead of a handshake, or how it ended */
export async function startPlugin(options: StartOptions): Promise<StartedPlugin> {
  const child = spawn(options.executable, [...(options.args ?? [])], {
    cwd: options.cwd,
    env: {
      grafana_plugin_type: 'datasource',
      PLUGIN_PROTOCOL_VERSIONS: '2',
      PLUGIN_MIN_PORT: '10000',
      PLUGIN_MAX_PORT: '25000',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lastLines: string[] = [];
  createInterface({ input: child.stderr! }).on('line', (line) => {
    lastLines.push(line);
    if (lastLines.length > 5) lastLines.shift();
    options.onLog?.(line);
  });
  const exited = new Promise<PluginExit>((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));

  const handshake = new Promise<string>((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${options.executable} cannot be started: ${error.message}.`)));
    // Lines after the handshake are read and dropped, so that the pipe never fills.
    createInterface({ input: child.stdout! })
      .once('line', resolve)
      .on('line', () => undefined);
    void exited.then(({ code, signal }) =>
      reject(
        new Error(
          `${options.executable} ended (${signal ?? `code ${code}`}) before its handshake. ${lastLines.join(' ')}`.trim()
        )
      )
    );
    const timer = setTimeout(
      () => reject(new Error(`${options.executable} sent no handshake in time.`)),
      options.startTimeoutMs ?? 60_000
    );
    void exited.then(() => clearTimeout(timer));
    timer.unref();
  });
  try {
    return { child, target: parseHandshake(await handshake), exited };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** `1|2|unix|/tmp/x/socket|grpc|` → target. @throws Error when the line is another version or another protocol */
export function parseHandshake(line: string): string {
  const [core, app, network, address, protocol] = line.trim().split('|');
  if (core !== '1' || app !== '2' || protocol !== 'grpc' || !address || (network !== 'unix' && network !== 'tcp')) {
    throw new Error(`The plugin's first line is no handshake of protocol 2 over gRPC: '${line.slice(0, 200)}'.`);
  }
  return network === 'unix' ? `unix:${address}` : address;
}
