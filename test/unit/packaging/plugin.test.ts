import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import { describe, expect, test } from 'vitest';
import { PLUGIN_SCHEMA } from './plugin-schema';

const root = path.join(import.meta.dirname, '..', '..', '..');
const validate = new Ajv({ strict: false, allErrors: true }).compile(PLUGIN_SCHEMA);

interface Plugin {
  id: string;
  info: { logos: Record<string, string>; screenshots: Array<{ path: string }> };
  includes?: Array<{ type: string; path?: string }>;
}
const read = (file: string) =>
  JSON.parse(readFileSync(path.join(root, file), 'utf8')) as Plugin & Record<string, unknown>;

const files = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => path.basename(file) === 'plugin.json')
  .map((file) => path.join('src', file));

describe.each(files)('%s', (file) => {
  const plugin = read(file);

  test('is what Grafana accepts', () => {
    validate(plugin);
    expect(validate.errors).toBeNull();
  });

  test('names only files that are there', () => {
    const named = [
      ...Object.values(plugin.info.logos),
      ...plugin.info.screenshots.map((shot) => shot.path),
      ...(plugin.includes ?? []).flatMap((include) => include.path ?? []),
    ];
    for (const one of named) expect(existsSync(path.join(root, path.dirname(file), one)), one).toBe(true);
  });

  test('has a logo without anything that runs or loads', () => {
    for (const logo of Object.values(plugin.info.logos)) {
      const svg = readFileSync(path.join(root, path.dirname(file), logo), 'utf8');
      expect(svg).not.toMatch(/<script|\son\w+=|href=|url\(|<foreignObject/i);
    }
  });
});

test('the schema refuses what Grafana would refuse', () => {
  const plugin = read('src/plugin.json');
  const broken: Array<[object, string]> = [
    [{ ...plugin, id: 'Plateau' }, '/id'],
    [{ ...plugin, executable: undefined }, ''],
    [{ ...plugin, backend: false }, '/alerting'],
    [{ ...plugin, info: { ...plugin.info, version: 'soon' } }, '/info/version'],
    [{ ...plugin, includes: [{ type: 'dashboard', name: 'x' }] }, '/includes/0'],
  ];
  for (const [value, at] of broken) {
    validate(JSON.parse(JSON.stringify(value)));
    expect(validate.errors?.map((error) => error.instancePath)).toContain(at);
  }
});

test('the data source is the one that contracts, dashboards and provisioning name', () => {
  const id = 'plateau-addressspace-datasource';
  expect(read('src/plugin.json')).toMatchObject({ id, executable: 'gpx_plateau', backend: true });
  for (const file of ['provisioning/datasources/plateau.yml', 'docker-compose.yml', 'src/dashboards/process.json']) {
    expect(readFileSync(path.join(root, file), 'utf8')).toContain(id);
  }
});
