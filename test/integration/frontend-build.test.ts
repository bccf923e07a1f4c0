import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '..', '..');
const dist = mkdtempSync(path.join(tmpdir(), 'plateau-dist-'));
const read = (file: string) => readFileSync(path.join(dist, file), 'utf8');
/** What Grafana 10.1 gives to plugins. `react/jsx-runtime` is not among it. */
const SHARED = ['@grafana/data', '@grafana/runtime', '@grafana/ui', '@emotion/css', 'module', 'react', 'rxjs'];

beforeAll(() => {
  // A backend from an earlier build.
  writeFileSync(path.join(dist, 'gpx_plateau_linux_amd64'), 'binary');
  chmodSync(path.join(dist, 'gpx_plateau_linux_amd64'), 0o755);
  const webpack = path.join(root, 'node_modules', 'webpack', 'bin', 'webpack.js');
  const options = ['-c', './webpack.config.ts', '--env', 'production', '--output-path', dist];
  execFileSync(process.execPath, [webpack, ...options], { cwd: root, stdio: 'pipe' });
});
afterAll(() => rmSync(dist, { recursive: true, force: true }));

const modules = () =>
  readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) => path.basename(file) === 'module.js');

describe('the built plugin', () => {
  test('keeps the backend executables', () => {
    expect(read('gpx_plateau_linux_amd64')).toBe('binary');
  });

  test('has what Grafana reads, with version and date filled in', () => {
    for (const file of ['module.js', 'plugin.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'img/logo.svg']) {
      expect(existsSync(path.join(dist, file)), file).toBe(true);
    }
    const plugin = JSON.parse(read('plugin.json')) as {
      info: { version: string; updated: string };
      includes: Array<{ path?: string }>;
    };
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
    expect(plugin.info.version).toBe(version);
    expect(plugin.info.updated).toMatch(/^\d{4}-\d\d-\d\d$/);
    for (const { path: file } of plugin.includes) if (file) expect(existsSync(path.join(dist, file)), file).toBe(true);
  });

  test('has a module for each plugin, in the form that Grafana loads, with nothing external that 10.1 does not share', () => {
    const plugins = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => path.basename(file) === 'plugin.json')
      .map((file) => path.join(path.dirname(file), 'module.js'));
    expect(modules().sort()).toEqual(plugins.sort());
    for (const file of modules()) {
      const header = /define\(\[([^\]]*)\]/.exec(read(file))?.[1] ?? '';
      const externals = [...header.matchAll(/"([^"]+)"/g)].map((match) => match[1]!);
      expect(externals).toContain('@grafana/data');
      for (const external of externals) expect(SHARED, file).toContain(external);
    }
  });

  test('holds nothing of the servers, of the decoder or of a second React, and is small', () => {
    for (const file of modules()) {
      const map = JSON.parse(read(`${file}.map`)) as { sources: string[] };
      const foreign = map.sources.filter((source) =>
        /node_modules|\/(adapters|collector|backend|cli|workbench)\//.test(source)
      );
      expect(foreign.filter((source) => !source.includes('grafana-public-path'))).toEqual([]);
      expect(read(file)).not.toMatch(/__SECRET_INTERNALS|findDOMNode/);
      expect(read(file).length).toBeLessThan(120_000);
    }
  });
});
