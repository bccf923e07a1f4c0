/** What dist/ holds, in the words of Grafana's frontend: the data source's metadata and that of its nested panels. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

export interface PluginJson {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly includes?: ReadonlyArray<{ readonly type: string; readonly name: string; readonly path?: string }>;
  readonly [key: string]: unknown;
}

/** plugin.json with where its files are served, as Grafana's frontend expects it. */
export interface ServedPlugin extends PluginJson {
  readonly module: string;
  readonly baseUrl: string;
}

export interface PluginFiles {
  readonly dataSource: ServedPlugin;
  readonly panels: Readonly<Record<string, ServedPlugin>>;
}

function read(folder: string, baseUrl: string): ServedPlugin {
  const file = path.join(folder, 'plugin.json');
  const json = JSON.parse(readFileSync(file, 'utf8')) as PluginJson;
  return { ...json, module: `${baseUrl}/module.js`, baseUrl };
}

/** @throws Error when `dist` holds no built plugin */
export function readPluginFiles(dist: string): PluginFiles {
  if (!existsSync(path.join(dist, 'plugin.json')) || !existsSync(path.join(dist, 'module.js'))) {
    throw new Error(`${dist} holds no built plugin (plugin.json and module.js). Run npm run build.`);
  }
  const { id } = JSON.parse(readFileSync(path.join(dist, 'plugin.json'), 'utf8')) as PluginJson;
  const baseUrl = `public/plugins/${id}`;
  const nested = readdirSync(dist, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(path.join(dist, entry.name, 'plugin.json')))
    .map((entry) => read(path.join(dist, entry.name), `${baseUrl}/${entry.name}`))
    .filter(({ type }) => type === 'panel');
  return {
    dataSource: read(dist, baseUrl),
    panels: Object.fromEntries(nested.map((panel) => [panel.id, panel])),
  };
}
