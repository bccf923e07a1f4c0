import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeQuery } from '../../../src/contract/query';
import { DASHBOARDS } from '../../../src/dashboards/index';

const root = path.join(import.meta.dirname, '..', '..', '..');
const folder = path.join(root, 'src', 'dashboards');
const DATASOURCE = { type: 'plateau-addressspace-datasource', uid: '${datasource}' };
/** Kinds of panels that Grafana 10.1 has in its core. */
const CORE_PANELS = ['timeseries', 'stat', 'table', 'flamegraph', 'state-timeline', 'bargauge', 'text'];

interface Panel {
  type: string;
  title?: string;
  description?: string;
  datasource?: unknown;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: Array<Record<string, unknown>>;
  panels?: Panel[];
}
interface Dashboard {
  uid: string;
  schemaVersion: number;
  panels: Panel[];
  templating: { list: Array<{ name: string; type: string; query: unknown; datasource?: unknown }> };
  annotations: { list: Array<{ datasource: unknown; target: unknown }> };
}

const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const read = (file: string) => readFileSync(path.join(folder, file), 'utf8');
const parse = (file: string) => JSON.parse(read(file)) as Dashboard;
/** Rows hold their panels when they are collapsed. */
const flat = (panels: Panel[]): Panel[] =>
  panels.flatMap((panel) => (panel.type === 'row' ? flat(panel.panels ?? []) : [panel]));

test('the committed files are what the generator writes', () => {
  expect(files.sort()).toEqual(Object.keys(DASHBOARDS).sort());
  for (const file of files) expect(read(file)).toBe(DASHBOARDS[file]!());
});

test('every dashboard is listed in plugin.json, and nothing else is', () => {
  const plugin = JSON.parse(readFileSync(path.join(root, 'src', 'plugin.json'), 'utf8')) as {
    includes: Array<{ type: string; path?: string }>;
  };
  const listed = plugin.includes.filter(({ type }) => type === 'dashboard').map((include) => include.path);
  expect(listed.sort()).toEqual(files.map((file) => `dashboards/${file}`).sort());
});

test('no two dashboards share a uid', () => {
  expect(new Set(files.map((file) => parse(file).uid)).size).toBe(files.length);
});

describe.each(files)('%s', (file) => {
  const dashboard = parse(file);
  const panels = flat(dashboard.panels);
  /** Incidents that somebody kept are annotations of Grafana's own. */
  const plateauAnnotations = dashboard.annotations.list.filter(
    ({ datasource }) => (datasource as { uid: string }).uid !== '-- Grafana --'
  );

  test('works by import, by provisioning and on the Dashboards tab', () => {
    expect(read(file)).not.toMatch(/__inputs|\$\{DS_/);
    expect(dashboard.schemaVersion).toBeLessThanOrEqual(38);
    expect(dashboard.templating.list[0]).toMatchObject({
      name: 'datasource',
      type: 'datasource',
      query: DATASOURCE.type,
    });
  });

  test('takes every answer from the data source that the variable names', () => {
    const sources = [
      ...panels.flatMap((panel) => [panel.datasource, ...(panel.targets ?? []).map((target) => target.datasource)]),
      ...plateauAnnotations.map((annotation) => annotation.datasource),
      ...dashboard.templating.list.filter(({ type }) => type === 'query').map((variable) => variable.datasource),
    ];
    expect(sources.length).toBeGreaterThan(0);
    for (const source of sources) expect(source).toEqual(DATASOURCE);
  });

  test('every panel is a core panel, says what it shows, and asks a query that the backend reads', () => {
    expect(panels.length).toBeGreaterThan(0);
    for (const panel of panels) {
      expect(CORE_PANELS).toContain(panel.type);
      expect(panel.title).toBeTruthy();
      expect(panel.description).toBeTruthy();
      for (const target of panel.targets!) expect(decodeQuery(target)).toMatchObject({ queryType: target.queryType });
    }
    for (const { target } of plateauAnnotations) expect(decodeQuery(target).queryType).toBe('plateaus');
  });

  test('no panel lies on another or outside the grid', () => {
    const taken = new Set<string>();
    for (const { gridPos, title } of panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x},${y}`), `${title} at ${x},${y}`).toBe(false);
          taken.add(`${x},${y}`);
        }
      }
    }
  });

  test('every variable that is used is there', () => {
    const names = dashboard.templating.list.map(({ name }) => name);
    const used = [...read(file).matchAll(/\$\{?([a-z]\w*)/g)].map((match) => match[1]!);
    expect(names).toEqual(expect.arrayContaining([...new Set(used)]));
  });
});
