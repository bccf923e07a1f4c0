/**
 * `npm start`: builds what is stale, then runs the collector of this host, the compiled backend and the workbench page
 * until it is told to stop. The collector and the page live in this process and the backend leaves with it, so nothing
 * stays behind however it ends.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { type Collector, startCollector } from '../src/collector/collector';
import { ConfigError, decodeCollectorConfig } from '../src/contract/collector-config';
import { API_PREFIX, processesAnswer } from '../src/contract/snapshot-api';
import { StoreError } from '../src/adapters/store/open';
import { PAGE_DIR, buildPage } from '../src/workbench/build';
import { type Backend, startBackend } from '../src/workbench/server/backend';
import { createDataSourceKeeper } from '../src/workbench/server/data-source';
import { readPluginFiles } from '../src/workbench/server/plugin-files';
import { type Workbench, startWorkbench } from '../src/workbench/server/server';
import { backendFile, build } from './build';
import { HOST_TARGET } from './build-backend';
import { ancestors, endChildren } from './start/relatives';
import { findExampleProcess } from './start/example-process';
import { HELP, StartError, type StartOptions, parseStartOptions } from './start/options';
import { choosePort } from './start/ports';
import { createProgress } from './start/progress';

const ROOT = path.resolve(__dirname, '..');
const DIST = path.join(ROOT, 'dist');
const STATE = path.join(ROOT, '.plateau');
const STEPS = 5;

/** What has to be stopped, last started first. */
interface Running {
  workbench?: Workbench;
  backend?: Backend;
  collector?: Collector;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (text: string): void => void process.stderr.write(`${text}\n`);

async function start(options: StartOptions, running: Running): Promise<string> {
  const progress = createProgress(process.stdout, STEPS);
  // Both ports before the builds: who has to choose another one learns it at once.
  const collectorPort = await choosePort({
    port: options.collectorPort,
    asked: options.collectorPortAsked,
    what: 'collector',
    option: '--collector-port',
  });
  const port = await choosePort({ port: options.port, asked: options.portAsked, what: 'page', option: '--port' });

  // One after the other: both keep every processor busy.
  await progress.step('plugin', async (detail) => {
    const parts = await build({ onProgress: detail });
    return parts.length === 0 ? 'dist/ is up to date' : `built ${parts.join(', ')}`;
  });
  await progress.step('page', async (detail) => {
    detail('Bundling the workbench page');
    const { built, totalBytes } = await buildPage();
    return `${built ? 'bundled' : 'is up to date'}, ${(totalBytes / 1e6).toFixed(1)} MB`;
  });
  await progress.step('collector', async () => {
    mkdirSync(STATE, { recursive: true });
    const data = options.data ?? path.join(STATE, `layouts-${collectorPort}.sqlite`);
    const config = decodeCollectorConfig({ listen: `127.0.0.1:${collectorPort}` }, 'npm start');
    running.collector = await startCollector(config, { token: null, data, warn: complain });
    return `http://127.0.0.1:${running.collector.port}/metrics, layouts in ${path.relative(process.cwd(), data) || data}`;
  });
  await progress.step('backend', async () => {
    const executable = path.join(ROOT, backendFile(HOST_TARGET).file);
    if (!existsSync(executable)) throw new StartError(`${executable} is missing. Build it: npm run build`);
    running.backend = await startBackend({ executable, onEvent: complain });
    return `${path.relative(process.cwd(), executable)}, pid ${running.backend.host().pid}`;
  });
  await progress.step('workbench', async () => {
    const plugin = readPluginFiles(DIST);
    const dataSource = createDataSourceKeeper({
      pluginId: plugin.dataSource.id,
      pluginName: plugin.dataSource.name,
      url: options.prometheusUrl,
      collectorUrl: `http://127.0.0.1:${running.collector!.port}`,
    });
    const roots = {
      dist: DIST,
      page: PAGE_DIR,
      nodeModules: path.join(ROOT, 'node_modules'),
      pluginId: plugin.dataSource.id,
    };
    running.workbench = await startWorkbench({ api: { plugin, dataSource, backend: running.backend! }, roots, port });
    return running.workbench.url;
  });
  return running.workbench!.url;
}

/** Shows `plateau explain` of one process. */
function explainOne(pid: number): Promise<void> {
  say(`\nOne process of this host (npm run -s plateau -- explain ${pid}):\n`);
  const command = [path.join(ROOT, 'src/cli/main.ts'), 'explain', String(pid)];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((resolve) => {
    child.on('error', (error) => complain(`It could not be explained: ${error.message}`));
    child.on('close', () => resolve());
  });
}

/** The query string that makes the page show the process explained above; empty as long as the collector has not seen it. */
async function searchFor(pid: number, collectorPort: number): Promise<string> {
  try {
    const answer = await fetch(`http://127.0.0.1:${collectorPort}${API_PREFIX}/processes`);
    const { processes } = processesAnswer.parse(await answer.json());
    const found = processes.find((known) => known.pid === pid);
    return found ? `?${new URLSearchParams({ 'var-process': found.process })}` : '';
  } catch {
    return '';
  }
}

async function stop({ workbench, backend, collector }: Running): Promise<void> {
  await workbench?.close();
  await backend?.stop();
  await collector?.stop();
  endChildren();
}

/** Resolves at the first signal; more of them while it stops are the same wish, as npm and the terminal both send one. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
}

async function main(): Promise<number> {
  const options = parseStartOptions(process.argv.slice(2), process.env);
  if (!options) {
    say(HELP.trimEnd());
    return 0;
  }
  const stopped = stopSignal();
  const running: Running = {};
  try {
    const url = await Promise.race([start(options, running), stopped]);
    if (url !== undefined) {
      const pid = findExampleProcess(new Set([...ancestors(), running.backend!.host().pid]));
      if (pid === null) say('\nNo process of this host may be read, so none is explained here.');
      else await Promise.race([explainOne(pid), stopped]);
      say(
        `\nOpen ${url}${pid === null ? '' : await searchFor(pid, running.collector!.port)}\nCtrl-C stops the page, the backend and the collector.`
      );
      await stopped;
    }
  } finally {
    await stop(running);
  }
  say('\nStopped.');
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    const expected = error instanceof StartError || error instanceof ConfigError || error instanceof StoreError;
    complain(expected ? error.message : `npm start: ${error.message}`);
    process.exit(expected ? 2 : 1);
  }
);
