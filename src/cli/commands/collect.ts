import { startCollector } from '../../collector/collector';
import { checkRoot, defaultDataPath, loadConfig, readToken } from '../../collector/load-config';
import { type CollectorConfigInput, ConfigError } from '../../contract/collector-config';
import { StoreError } from '../../adapters/store/open';
import type { Command } from '../command';
import { parseOptions } from '../options';

const TEXT = { type: 'string' } as const;
const SWITCH = { type: 'boolean' } as const;

export const collect: Command = {
  name: 'collect',
  summary: 'follows all processes of this host, keeps their layouts, serves /metrics and the API',
  usage: `plateau collect [--config FILE] [options]

  --config FILE        YAML or JSON with the keys below in camel case; options win over it
  --listen HOST:PORT   address to serve on (127.0.0.1:9871); others can be reached only with a token
  --token-file FILE    clients of the API have to send its content as bearer token
  --data FILE          SQLite file for the layouts, :memory: to keep nothing
                       ($XDG_STATE_HOME/plateau/layouts.sqlite, else .plateau/layouts.sqlite)
  --retention TIME     layouts are kept this long (7d)
  --max-size SIZE      the oldest are removed above it (512MiB)
  --interval TIME      how often each process is looked at (1s)
  --include REGEX      only processes whose label matches
  --exclude REGEX      not those whose label matches
  --smaps              resident memory by category, once a minute; costs page table walks
  --pid-label          adds the pid to the metrics: a new series for each start
  --expose-addresses   absolute addresses and whole file names in layouts
  --root DIR           proc file system to look at (/proc)
  --host NAME          name of this host in answers (its host name)

  plateau collect --exclude '^(bash|sshd)' --retention 2d
`,
  async run(args, output) {
    const { values } = parseOptions(
      'collect',
      args,
      {
        config: TEXT,
        listen: TEXT,
        'token-file': TEXT,
        data: TEXT,
        retention: TEXT,
        'max-size': TEXT,
        interval: TEXT,
        include: TEXT,
        exclude: TEXT,
        smaps: SWITCH,
        'pid-label': SWITCH,
        'expose-addresses': SWITCH,
        root: TEXT,
        host: TEXT,
      },
      0
    );
    const { config: file, ...options } = values;
    try {
      const config = loadConfig(typeof file === 'string' ? file : null, toKeys(options));
      checkRoot(config);
      const token = readToken(config);
      const data = config.data ?? defaultDataPath(output.environment);
      const stopped = stopSignal();
      const collector = await startCollector(config, { token, data, warn: output.complain });
      const host = collector.host.includes(':') ? `[${collector.host}]` : collector.host;
      await output.write(`Plateau collector: http://${host}:${collector.port}/metrics, layouts in ${data}\n`);
      await stopped;
      await collector.stop();
      return 0;
    } catch (error) {
      if (!(error instanceof ConfigError) && !(error instanceof StoreError)) throw error;
      output.complain(`plateau collect: ${error.message}`);
      return 2;
    }
  },
};

/** `--max-size` → `maxSize`. */
function toKeys(options: Readonly<Record<string, string | boolean | undefined>>): Partial<CollectorConfigInput> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    given.map(([name, value]) => [name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()), value])
  );
}

/** SIGINT and SIGTERM ask for a clean stop; a second one ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(130);
        asked = true;
        resolve();
      });
    }
  });
}
