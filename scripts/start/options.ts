/** What `npm start` can be told, on the command line or by the environment. */
import { parseArgs } from 'node:util';

export interface StartOptions {
  /** 0 = any free one. */
  readonly port: number;
  readonly collectorPort: number;
  /** A default port gives way when it is taken; one that was asked for does not. */
  readonly portAsked: boolean;
  readonly collectorPortAsked: boolean;
  /** SQLite file of the collector; null = one per collector port under .plateau/. */
  readonly data: string | null;
  /** Prometheus for the data source; empty = the collector alone. */
  readonly prometheusUrl: string;
}

export const DEFAULT_PORT = 9880;
export const DEFAULT_COLLECTOR_PORT = 9871;

export const HELP = `npm start: builds what is stale, follows the processes of this host, and shows them in a page.

  npm start -- [options]

  --port N            port of the page on 127.0.0.1 (${DEFAULT_PORT}, or the next free one); PLATEAU_PORT
  --collector-port N  port of the collector (${DEFAULT_COLLECTOR_PORT}, or the next free one); PLATEAU_COLLECTOR_PORT
  --data FILE         where the collector keeps layouts (.plateau/layouts-PORT.sqlite); PLATEAU_DATA
  --prometheus URL    Prometheus for the data source (none); PLATEAU_PROMETHEUS_URL
`;

/** A command line that cannot be followed; the text says which part and what is allowed. */
export class StartError extends Error {}

/** @returns null when help was asked for. @throws StartError */
export function parseStartOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>
): StartOptions | null {
  const text = { type: 'string' } as const;
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        port: text,
        'collector-port': text,
        data: text,
        prometheus: text,
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    throw new StartError(`${(error as Error).message.split('\n')[0]} See: npm start -- --help`);
  }
  if (values.help) return null;
  const port = values.port ?? environment['PLATEAU_PORT'];
  const collectorPort = values['collector-port'] ?? environment['PLATEAU_COLLECTOR_PORT'];
  return {
    port: portOf(port, '--port', DEFAULT_PORT),
    collectorPort: portOf(collectorPort, '--collector-port', DEFAULT_COLLECTOR_PORT),
    portAsked: Boolean(port),
    collectorPortAsked: Boolean(collectorPort),
    data: values.data ?? environment['PLATEAU_DATA'] ?? null,
    prometheusUrl: values.prometheus ?? environment['PLATEAU_PROMETHEUS_URL'] ?? '',
  };
}

function portOf(text: string | undefined, option: string, fallback: number): number {
  if (text === undefined || text === '') return fallback;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new StartError(`${option} needs a port from 0 to 65535, not '${text}'. Example: npm start -- ${option} 9900`);
}
