import { describe, expect, it } from 'vitest';
import { runQuery } from '../../../src/core/query/run';
import type { Layout, LayoutRange } from '../../../src/core/snapshot/layout';
import type { Table } from '../../../src/core/query/table';
import { HOUR, emptyLayout, engine, fakeLayouts, fakeSeries, interval, known, query, series } from './fixtures';

const range = (
  category: LayoutRange['category'],
  region: string,
  size: number,
  more: Partial<LayoutRange> = {}
): LayoutRange => ({
  gap: 0,
  size,
  permissions: 'rw-p',
  category,
  region,
  confidence: 'certain',
  why: 'because',
  name: '',
  mapping: 0,
  resident: null,
  ...more,
});
const small: Layout = {
  ...emptyLayout,
  virtualBytes: 4096 * 3,
  mappings: 2,
  maxMapCount: 65530,
  limits: { addressSpace: 1_000_000, data: null },
  ranges: [
    range('code', 'elf.text', 4096, { start: '400000' }),
    range('heap', 'libc.brk', 8192, { start: '800000', gap: 4096, mapping: 1 }),
  ],
};
const large: Layout = {
  ...small,
  virtualBytes: 4096 * 5,
  ranges: [small.ranges[0]!, range('heap', 'libc.brk', 16384, { mapping: 1, gap: 8192 })],
};
const api = known('api-1', {
  virtualBytes: 20480,
  residentBytes: 4096,
  mappings: 2,
  runtime: 'go',
  runtimeVersion: '1.24',
});
const intervals = [
  interval('a', HOUR, HOUR + 100_000, { code: 4096, heap: 8192 }),
  interval('b', HOUR + 101_000, HOUR + 240_000, { code: 4096, heap: 16384 }),
];
const layouts = fakeLayouts(
  [api, known('db-1', { evidence: 'bounds', mappings: 0 })],
  { 'api-1': intervals },
  { a: small, b: large }
);
const ask = (parts: Parameters<typeof query>[0], more = {}) =>
  runQuery(query({ process: 'api-1', ...parts }), engine({ layouts, ...more }));

/** Rows as objects. */
function rows(table: Table): Array<Record<string, unknown>> {
  return (table.columns[0]?.values ?? []).map((_, i) =>
    Object.fromEntries(table.columns.map((column) => [column.name, column.values[i]]))
  );
}

describe('processes', () => {
  it('lists what the collector knows', async () => {
    const [table] = await ask({ queryType: 'processes', process: '' });
    expect(rows(table!)).toMatchObject([
      { process: 'api-1', runtime: 'go 1.24', virtual: 20480, resident: 4096, mappings: 2, evidence: 'snapshot' },
      { process: 'db-1', mappings: null, evidence: 'bounds' },
    ]);
  });

  it('lists what a series selects, matched or not', async () => {
    const source = fakeSeries({
      x: [series({ process: 'api-1' }, [20480]), series({ __name__: 'x', job: 'other' }, [5])],
    });
    const [table] = await ask({ queryType: 'processes', process: '', expr: 'x' }, { series: source });
    expect(rows(table!)).toMatchObject([
      { process: 'api-1', virtual: 20480, mappings: 2 },
      { process: 'x{job="other"}', virtual: 5, mappings: null, evidence: 'bounds' },
    ]);
  });

  it('says so when there is none', async () => {
    const [table] = await ask({ queryType: 'processes', process: 'nobody' });
    expect(table!.notices[0]!.text).toContain('No process in this time range.');
  });
});

describe('snapshot', () => {
  it('has a row per range, addresses relative unless they are allowed', async () => {
    const [table] = await ask({ queryType: 'snapshot', at: 'start' });
    expect(rows(table!)).toMatchObject([
      { address: '+0', size: 4096, category: 'code', region: 'elf.text' },
      { address: '+2000', size: 8192, category: 'heap', why: 'because' },
    ]);
    const [absolute] = await ask({ queryType: 'snapshot', at: 'start' }, { showAddresses: true });
    expect(rows(absolute!).map((row) => row.address)).toEqual(['400000', '800000']);
  });

  it('says when the layout is another instant, and when there is none', async () => {
    const [late] = await ask({ queryType: 'snapshot', at: String(HOUR + 500_000) });
    expect(late!.notices[0]!.text).toBe('api-1: nearest layout, taken 4 min 20 s before 07:08:20 UTC.');
    const [none] = await ask({ queryType: 'snapshot', process: 'db-1' });
    expect(none!.notices[0]!.text).toContain('db-1 has no layout at');
    const [nobody] = await ask({ queryType: 'snapshot', process: 'nobody' });
    expect(nobody!.notices[0]!.text).toContain("No process 'nobody' in this time range.");
    const [difference] = await ask({ queryType: 'diff', process: 'nobody' });
    expect(difference!.notices[0]!.text).toContain("No process 'nobody' in this time range.");
    expect(nobody!.executed).toMatch(/^collector: snapshot at \d+$/);
    await expect(ask({ queryType: 'snapshot', at: 'soon' })).rejects.toThrow("'at' is 'soon'");
  });
});

it('says when the mappings of a process were not readable', async () => {
  const split = { ...small, mappings: 0, ranges: [range('heap', 'bounds.data', 8192)] };
  const denied = fakeLayouts([api], { 'api-1': intervals }, { a: split, b: split });
  for (const queryType of ['snapshot', 'diff'] as const) {
    const [table] = await ask({ queryType }, { layouts: denied });
    expect(table!.notices[0]!.text).toContain("api-1: only the kernel's Vm* split was readable");
  }
});

it('tree nests process, category and region, and every level sums', async () => {
  const [table] = await ask({ queryType: 'tree', at: 'end' });
  expect(rows(table!)).toEqual([
    { level: 0, label: 'api-1', value: 20480, self: 0 },
    { level: 1, label: 'heap', value: 16384, self: 0 },
    { level: 2, label: 'libc.brk', value: 16384, self: 16384 },
    { level: 1, label: 'code', value: 4096, self: 0 },
    { level: 2, label: 'elf.text', value: 4096, self: 4096 },
  ]);
});

it('diff has the change of each region between two instants', async () => {
  const [table] = await ask({ queryType: 'diff' });
  expect(rows(table!)).toMatchObject([
    { region: 'libc.brk', category: 'heap', from: 8192, to: 16384, change: 8192 },
    { region: 'elf.text', category: 'code', from: 4096, to: 4096, change: 0 },
  ]);
});

it('findings have a headline of two sentences', async () => {
  const [table] = await ask({ queryType: 'findings', part: 'headline' });
  expect(table!.columns.map((column) => column.name)).toEqual(['headline', 'detail', 'process']);
  expect(table!.columns[0]!.values).toEqual(['16 KiB of the 20 KiB is heap, which can cost RAM.']);
});

it('findings are sentences with a severity that Grafana colours', async () => {
  const [table] = await ask({ queryType: 'findings' });
  expect(table!.columns.map((column) => column.name).slice(0, 4)).toEqual(['severity', 'kind', 'bytes', 'sentence']);
  for (const row of rows(table!)) {
    expect(['info', 'success', 'warning', 'error']).toContain(row.severity);
    expect(row.sentence).toMatch(/\.$/);
  }
});

it('limits compare what is used with what is allowed', async () => {
  const [table] = await ask({ queryType: 'limits' });
  expect(rows(table!)).toMatchObject([
    { resource: 'RLIMIT_AS', limit: 1_000_000, used: 20480, headroom: 979_520, of: 'bytes' },
    { resource: 'RLIMIT_DATA', limit: null, used: 20480, headroom: null },
    { resource: 'vm.max_map_count', limit: 65530, used: 2, of: 'mappings' },
  ]);
});

describe('plateaus', () => {
  const window = { fromMs: HOUR, toMs: HOUR + 3_600_000, intervalMs: 15_000, maxDataPoints: 1000 };
  const MIB = 1024 * 1024;
  const stepped = [
    interval('a', HOUR, HOUR + 1_800_000, { heap: 100 * MIB, code: MIB }),
    interval('b', HOUR + 1_801_000, HOUR + 3_600_000, { heap: 356 * MIB, code: MIB }),
  ];

  it('names what moved at a step, and serves as annotations', async () => {
    const [table] = await ask({ queryType: 'plateaus' }, { layouts: fakeLayouts([api], { 'api-1': stepped }), window });
    const [first, second, ...more] = rows(table!);
    expect(more).toEqual([]);
    expect(first).toMatchObject({
      kind: 'plateau',
      level: 101 * MIB,
      step: null,
      cause: 'The first level in the time range.',
    });
    expect(second).toMatchObject({
      level: 357 * MIB,
      step: 256 * MIB,
      process: 'api-1',
      causes: [{ region: 'x.heap', category: 'heap', bytes: 256 * MIB }],
      tags: 'plateau,api-1',
      title: 'Plateau, 357 MiB',
      evidence: 'snapshot',
      cause: '+256 MiB: heap of x grew.',
    });
    expect(second!.timeEnd).toBeGreaterThan(second!.time as number);
  });

  it('says when no layout covers a step', async () => {
    const values = Array.from({ length: 240 }, (_, i) => (i < 120 ? 100 : 300) * MIB);
    const source = fakeSeries({ x: [series({ process: 'api-1' }, values, 15_000)] });
    const [table] = await ask({ queryType: 'plateaus', expr: 'x' }, { series: source, window });
    expect(rows(table!)[1]!.cause).toBe(
      'VSZ rose by 209,715,200 B at 07:30:00 UTC and no layout covers that moment. The step is shown as unknown.'
    );
  });
});

it('one process that cannot be read does not hide the others', async () => {
  const broken = {
    ...layouts,
    snapshot: (process: string, which: Parameters<typeof layouts.snapshot>[1]) =>
      process === 'db-1' ? Promise.resolve(null) : layouts.snapshot(process, which),
  };
  const tables = await ask({ queryType: 'snapshot', process: '' }, { layouts: broken });
  expect(tables.map((table) => table.name)).toEqual(['api-1']);
  expect(tables[0]!.notices.map((notice) => notice.text).join()).toContain('db-1 has no layout');
});
