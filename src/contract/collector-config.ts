/** The collector's configuration file: every key, its unit and its default. The same keys are options of the command. */
import { z } from 'zod';
import { GIB, KIB, MIB, TIB } from '../core/units';

const DURATIONS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const SIZES: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KiB: KIB,
  MiB: MIB,
  GiB: GIB,
  TiB: TIB,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
};

/** `500ms`, `1s`, `7d` → milliseconds. */
const duration = z.string().transform((text, context) => {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(text.trim());
  if (match) return Math.round(Number(match[1]) * DURATIONS[match[2]!]!);
  context.addIssue(`'${text}' is not a duration such as 500ms, 10s, 5m, 12h or 7d`);
  return z.NEVER;
});

/** `512MiB`, `1GB`, `1048576` → bytes. */
const size = z.union([z.string(), z.number().transform(String)]).transform((text, context) => {
  const match = /^(\d+(?:\.\d+)?)\s*(|B|[KMGT]iB|kB|MB|GB)$/.exec(text.trim());
  if (match) return Math.round(Number(match[1]) * SIZES[match[2]!]!);
  context.addIssue(`'${text}' is not a size such as 512MiB or 1GB`);
  return z.NEVER;
});

const pattern = z.string().transform((text, context) => {
  try {
    return new RegExp(text, 'u');
  } catch {
    context.addIssue(`'${text}' is not a regular expression`);
    return z.NEVER;
  }
});
const patterns = z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(pattern));

/** `127.0.0.1:9871`, `[::1]:9871`, `:9871` (all addresses) → host and port. */
const address = z.string().transform((text, context) => {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]*)):(\d{1,5})$/.exec(text.trim());
  if (match && Number(match[3]) <= 65_535) return { host: match[1] ?? (match[2] || '0.0.0.0'), port: Number(match[3]) };
  context.addIssue(`'${text}' is not an address such as 127.0.0.1:9871`);
  return z.NEVER;
});

export const collectorConfig = z.strictObject({
  /** Address and port to serve on. Anything but loopback needs a token. */
  listen: address.default({ host: '127.0.0.1', port: 9871 }),
  /** The proc file system to look at. */
  root: z.string().min(1).default('/proc'),
  /** Name of this host in answers. Default: its host name; a container should be given that of its node. */
  host: z.string().min(1).optional(),
  /** SQLite file for the layouts, or ':memory:'. Default: plateau/layouts.sqlite in the state directory of the user. */
  data: z.string().min(1).optional(),
  /** Layouts that ended longer ago are removed. */
  retention: duration.refine((ms) => ms >= 60_000, 'must be 1m or more').default(7 * 86_400_000),
  /** The oldest layouts are removed above it. */
  maxSize: size.refine((bytes) => bytes >= MIB, 'must be 1MiB or more').default(512 * MIB),
  /** Only processes whose label matches one of these. */
  include: patterns.default([]),
  /** Not those whose label matches one of these; wins over include. */
  exclude: patterns.default([]),
  /** How often each process is looked at. */
  interval: duration.refine((ms) => ms >= 100, 'must be 100ms or more').default(1000),
  /** Resident memory by category. smaps walks page tables, so this is off unless asked for. */
  smaps: z.boolean().default(false),
  smapsInterval: duration.refine((ms) => ms >= 60_000, 'must be 60s or more').default(60_000),
  /** A process with more resident memory is left out: the walk would hold up its page faults. */
  smapsMaxResident: size.default(2 * GIB),
  /** Adds a `pid` label to the metrics: a new series for each start of a process. */
  pidLabel: z.boolean().default(false),
  /** Absolute addresses and full file names in layouts. Whoever reads them can defeat ASLR. */
  exposeAddresses: z.boolean().default(false),
  /** File whose content clients have to send as bearer token. */
  tokenFile: z.string().min(1).optional(),
  /** Host names under which clients reach the collector, beside its address. */
  hosts: z.array(z.string()).default([]),
});

export type CollectorConfig = z.output<typeof collectorConfig>;
export type CollectorConfigInput = z.input<typeof collectorConfig>;
export const COLLECTOR_KEYS = Object.keys(collectorConfig.shape) as ReadonlyArray<keyof CollectorConfigInput>;

/** A configuration that cannot be used; the text names the key. */
export class ConfigError extends Error {}

/** Where values of the command line come from: messages then name the option and not the key. */
export const OPTIONS = 'options';

/** @param where file name for the message, or OPTIONS @throws ConfigError */
export function decodeCollectorConfig(value: unknown, where: string): CollectorConfig {
  if (value !== null && (typeof value !== 'object' || Array.isArray(value))) {
    throw new ConfigError(`${where}: expected keys and values, such as 'listen: 127.0.0.1:9871'.`);
  }
  const parsed = collectorConfig.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  if (issue.code === 'unrecognized_keys') {
    throw new ConfigError(`${where}: unknown key '${issue.keys[0]}'. Known are ${COLLECTOR_KEYS.join(', ')}.`);
  }
  const key = String(issue.path[0]);
  const name =
    where === OPTIONS ? `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}` : `${where}: ${key}`;
  const expected = issue.code === 'invalid_type' ? `expected ${issue.expected}` : issue.message;
  throw new ConfigError(`${name}: ${expected}.`);
}
