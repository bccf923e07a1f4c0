import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/core/query/engine';
import { isPlainSelector } from '../../../src/core/query/plateau-samples';
import { runQuery } from '../../../src/core/query/run';
import { type Series, SourceError } from '../../../src/core/query/sources';
import type { Table } from '../../../src/core/query/table';
import { GIB, MIB } from '../../../src/core/units';
import { HOUR, engine, fakeLayouts, fakeSeries, interval, known, query, series } from './fixtures';

const STEP = 15_000;
const window = { fromMs: HOUR, toMs: HOUR + 3_600_000, intervalMs: 15_000, maxDataPoints: 1000 };
/** `level` MiB for `count` samples, one after the other. */
const held = (...levels: ReadonlyArray<readonly [level: number, count: number]>): number[] =>
  levels.flatMap(([level, count]) => Array.from({ length: count }, () => level * MIB));

type Row = Record<string, unknown>;
const rows = (table: Table): Row[] =>
  Array.from({ length: table.columns[0]!.values.length }, (_, i) =>
    Object.fromEntries(table.columns.map((column) => [column.name, column.values[i]]))
  );
const ask = async (parts: Parameters<typeof query>[0], more: Partial<Engine>): Promise<Table> =>
  (await runQuery(query({ queryType: 'plateaus', ...parts }), engine({ window, ...more })))[0]!;
const texts = (table: Table): string => table.notices.map((notice) => notice.text).join('\n');
const LABELS = { __name__: 'vsz', job: 'api', instance: 'h:1' };

describe('a series without layouts', () => {
  const two = (values: readonly number[]): Series => series(LABELS, values, STEP);

  it('gets a hedged cause where the runtime is known by its metrics', async () => {
    const source = fakeSeries({
      go_info: [series({ __name__: 'nodejs_version_info', job: 'api', instance: 'h:1' }, [1], STEP)],
      vsz: [two(held([1000, 60], [1000 + 10 * 1024, 60]))],
    });
    const table = await ask({ expr: 'vsz' }, { series: source });
    expect(rows(table)[1]).toMatchObject({
      step: 10 * GIB,
      evidence: 'metrics',
      cause:
        '+10 GiB: looks like one wasm memory (10 GiB); told by the size of the step and Node.js, no layout covers that moment.',
      causes: [expect.objectContaining({ kind: 'wasm', region: 'v8.wasm-memory', bytes: 10 * GIB })],
    });
  });

  it('gets none where it is not', async () => {
    const table = await ask(
      { expr: 'vsz' },
      { series: fakeSeries({ vsz: [two(held([1000, 60], [1000 + 10 * 1024, 60]))] }) }
    );
    expect(rows(table)[1]).toMatchObject({
      evidence: 'bounds',
      cause: expect.stringMatching(
        /^VSZ rose by 10,737,418,240 B at .* and no layout covers that moment\. The step is shown as unknown\.$/
      ),
    });
  });

  it('is told by the split that the collector wrote into Prometheus', async () => {
    const labels = { process: 'api', job: 'plateau', instance: 'h:9871' };
    const total = series(
      { ...labels, __name__: 'plateau_process_virtual_memory_bytes' },
      held([100, 60], [612, 60]),
      STEP
    );
    const part = (category: string, before: number, after: number) =>
      series(
        { ...labels, __name__: 'plateau_process_address_space_bytes', category },
        held([before, 60], [after, 60]),
        STEP
      );
    const source = fakeSeries({
      plateau_process_address_space_bytes: [part('heap', 90, 94), part('reservation', 10, 518)],
      go_info: [series({ ...labels, __name__: 'plateau_process_info', runtime: 'cpython' }, [1], STEP)],
      plateau_process_virtual_memory_bytes: [total],
    });
    const [, second] = rows(await ask({ expr: 'plateau_process_virtual_memory_bytes' }, { series: source }));
    expect(second).toMatchObject({
      evidence: 'snapshot',
      cause:
        '+512 MiB: reserved address space grew. Looks like 8 glibc arenas (64 MiB each), because more threads call malloc.',
    });
    expect(second!.causes).toEqual([
      expect.objectContaining({ category: 'reservation', bytes: 508 * MIB }),
      expect.objectContaining({ category: 'heap', bytes: 4 * MIB }),
    ]);
  });

  it('does not call that split exact where the collector had only that of the kernel', async () => {
    const labels = { process: 'init', job: 'plateau', instance: 'h:9871' };
    const total = { ...labels, __name__: 'plateau_process_virtual_memory_bytes' };
    const heap = { ...labels, __name__: 'plateau_process_address_space_bytes', category: 'heap' };
    const known = { ...labels, __name__: 'plateau_process_info', evidence: 'bounds' };
    const values = held([100, 60], [612, 60]);
    const source = fakeSeries({
      plateau_process_address_space_bytes: [
        series(heap, values, STEP),
        series(
          known,
          values.map(() => 1),
          STEP
        ),
      ],
      plateau_process_virtual_memory_bytes: [series(total, values, STEP)],
    });
    const [, second] = rows(await ask({ expr: 'plateau_process_virtual_memory_bytes' }, { series: source }));
    expect(second).toMatchObject({ evidence: 'bounds', causes: [{ category: 'heap', bytes: 512 * MIB }] });
  });

  it('tells a restart from a step', async () => {
    const values = held([500, 60], [900, 60]);
    const started = series(
      { ...LABELS, __name__: 'process_start_time_seconds' },
      values.map((_, i) => HOUR / 1000 + (i < 60 ? 0 : 900)),
      STEP
    );
    const source = fakeSeries({ process_start_time_seconds: [started], vsz: [two(values)] });
    const [, second] = rows(await ask({ expr: 'vsz' }, { series: source }));
    expect(second).toMatchObject({ reset: true, cause: 'The process was started anew.' });
    expect(second!.causes).toEqual([expect.objectContaining({ kind: 'restart' })]);
  });
});

describe('samples', () => {
  it('are read raw for a plain selector, on a grid otherwise', async () => {
    const asked: string[] = [];
    const one = series(LABELS, held([100, 40], [400, 40]), STEP);
    const source = {
      range: async (expr: string) => {
        asked.push(`range ${expr}`);
        const values = expr.startsWith('count_over_time') ? [80] : one.values;
        return {
          series: [{ ...one, values, timesMs: one.timesMs.slice(0, values.length) }],
          notices: [],
          executed: expr,
        };
      },
      raw: async (selector: string) => {
        asked.push(`raw ${selector}`);
        return { series: [one], notices: [], executed: selector };
      },
    };
    expect(rows(await ask({ expr: 'vsz{job="api"}' }, { series: source }))).toHaveLength(2);
    expect(asked).toContain('raw vsz{job="api"}');
    asked.length = 0;
    expect(rows(await ask({ expr: 'sum(vsz)' }, { series: source }))).toHaveLength(2);
    expect(asked).toContain('range sum(vsz)');
    expect(asked.join()).not.toContain('raw sum');
  });

  it.each([
    ['vsz', true],
    ['vsz{job="a", pod=~"x{2}y"}', true],
    ['{__name__="vsz"}', true],
    [' a:b_c {x="\\"}"} ', true],
    ['sum(vsz)', false],
    ['vsz[5m]', false],
    ['vsz offset 1h', false],
    ['vsz{a="b"} + 1', false],
    ['vsz{a="b"', false],
    ['{}', false],
    ['', false],
  ])('%j is a plain selector: %s', (expr, plain) => {
    expect(isPlainSelector(expr)).toBe(plain);
  });
});

describe('bad input has a defined answer', () => {
  const of = async (values: readonly number[], more: Partial<Series> = {}): Promise<Table> =>
    ask({ expr: 'vsz' }, { series: fakeSeries({ vsz: [{ ...series(LABELS, values, STEP), ...more }] }) });

  it('no series', async () => {
    const table = await ask({ expr: 'vsz' }, { series: fakeSeries({}) });
    expect(rows(table)).toEqual([]);
    expect(texts(table)).toContain('The expression selects no series in this time range.');
  });

  it('an empty series', async () => {
    expect(rows(await of([]))).toEqual([]);
  });

  it('one sample', async () => {
    const table = await of([5 * MIB]);
    expect(rows(table)).toHaveLength(1);
    expect(texts(table)).toContain('Too few samples to see a plateau');
  });

  it('NaN, infinite and negative values are left out, and said', async () => {
    const values = held([100, 40], [400, 40]);
    values[3] = Number.NaN;
    values[50] = Number.POSITIVE_INFINITY;
    values[51] = -1;
    const table = await of(values);
    expect(rows(table).map((row) => row.level)).toEqual([100 * MIB, 400 * MIB]);
    expect(texts(table)).toContain('3 samples are no sizes (NaN, infinite or negative) and are left out.');
  });

  it('nothing but NaN', async () => {
    const table = await of([Number.NaN, Number.NaN]);
    expect(rows(table)).toEqual([]);
    expect(texts(table)).toContain('holds no sizes');
  });

  it('unsorted times and duplicates give the same as sorted ones', async () => {
    const plain = series(LABELS, held([100, 40], [400, 40]), STEP);
    const order = plain.timesMs.map((_, i) => (i * 37) % 80);
    const mixed = {
      timesMs: [...order.map((i) => plain.timesMs[i]!), plain.timesMs[7]!],
      values: [...order.map((i) => plain.values[i]!), plain.values[7]!],
    };
    const pick = (table: Table) => rows(table).map(({ time, timeEnd, level, cause }) => [time, timeEnd, level, cause]);
    expect(pick(await of([], mixed))).toEqual(pick(await of(plain.values)));
  });

  it('an hour at 1 s beside a week at 5 min', async () => {
    const week = { ...window, fromMs: HOUR - 7 * 86_400_000 };
    const source = fakeSeries({
      vsz: [
        series({ ...LABELS, pod: 'a' }, held([100, 1800], [400, 1800]), 1_000),
        series({ ...LABELS, pod: 'b' }, held([100, 1000], [300, 1016]), 300_000, week.fromMs),
      ],
    });
    const table = await ask({ expr: 'vsz' }, { series: source, window: week });
    expect(rows(table).map((row) => row.level)).toEqual([100, 300, 100, 400].map((level) => level * MIB));
  });

  it('a Prometheus that does not answer is an error, one that cannot count is none', async () => {
    const one = series(LABELS, held([100, 40], [400, 40]), STEP);
    const refuse = (): never => {
      throw new SourceError('prometheus', 'bad-query', 'no');
    };
    const counting = {
      range: async (expr: string) =>
        expr.startsWith('count_over_time') ? refuse() : { series: [one], notices: [], executed: expr },
      raw: async () => refuse(),
    };
    expect(rows(await ask({ expr: 'vsz' }, { series: counting }))).toHaveLength(2);
    await expect(
      ask({ expr: 'vsz' }, { series: { range: async () => refuse(), raw: async () => refuse() } })
    ).rejects.toThrow('no');
  });
});

it('ids stay when the time range moves on', async () => {
  const values = held([100, 80], [400, 80], [700, 80]);
  const at = async (fromIndex: number) => {
    const part = values.slice(fromIndex);
    const table = await ask(
      { expr: 'vsz' },
      { series: fakeSeries({ vsz: [series(LABELS, part, STEP, HOUR + fromIndex * STEP)] }) }
    );
    return rows(table).map((row) => row.id);
  };
  const ids = await at(0);
  expect(new Set(ids).size).toBe(3);
  expect(await at(20)).toEqual(ids);
});

it('a layout near enough in size explains a step, and the rest of it is unknown', async () => {
  const source = fakeSeries({ vsz: [series({ ...LABELS, process: 'api' }, held([100, 60], [400, 60]), STEP)] });
  const middle = HOUR + 60 * STEP;
  const layouts = fakeLayouts([known('api')], {
    api: [
      interval('a', HOUR, middle - 20_000, { heap: 99 * MIB }),
      interval('b', middle + 10_000, HOUR + 3_600_000, { heap: 399 * MIB, code: 2 * MIB }),
    ],
  });
  const [, second] = rows(await ask({ expr: 'vsz' }, { series: source, layouts }));
  expect(second).toMatchObject({ evidence: 'nearby', cause: '+300 MiB: heap of x grew.' });
  const causes = second!.causes as Array<{ kind: string; bytes: number }>;
  expect(causes.at(-1)).toMatchObject({ kind: 'unknown', bytes: -2 * MIB });
  expect(causes.reduce((sum, cause) => sum + cause.bytes, 0)).toBe(300 * MIB);
});

it('300 series of 1,000 points give the thread back after each series', async () => {
  const many = Array.from({ length: 300 }, (_, i) =>
    series(
      { ...LABELS, pod: `p${i}` },
      Array.from({ length: 1000 }, (_unused, k) => (100 + (k > 500 ? 300 : 0) + ((k * 7919 + i) % 5)) * MIB),
      3_600
    )
  );
  let breaths = 0;
  // Processor time and not the clock: another program may hold the processor.
  let since = process.cpuUsage();
  let longestMs = 0;
  const breathe = async (): Promise<void> => {
    const { user, system } = process.cpuUsage(since);
    longestMs = Math.max(longestMs, (user + system) / 1000);
    breaths++;
    await new Promise((resolve) => setImmediate(resolve));
    since = process.cpuUsage();
  };
  const table = await ask(
    { expr: 'sum by (pod) (vsz)' },
    { series: fakeSeries({ vsz: many }), maxSeries: 300, breathe }
  );
  expect(rows(table).length).toBeGreaterThanOrEqual(600);
  expect(breaths).toBeGreaterThanOrEqual(600);
  // 50 ms is what other queries may wait; ten times that on a machine that is busy with other tests.
  expect(longestMs).toBeLessThan(500);
}, 120_000);

describe('findings that need time', () => {
  const end = HOUR + 3_600_000;
  const findings = async (
    intervals: Parameters<typeof fakeLayouts>[1][string],
    more: Partial<Engine> = {},
    expr = ''
  ) => {
    const layouts = fakeLayouts([known('api')], { api: intervals });
    const [table] = await runQuery(query({ queryType: 'findings', expr }), engine({ window, layouts, ...more }));
    return rows(table!).map(({ kind, sentence }) => [kind, sentence]);
  };

  it('what turned from reservation into heap while VSZ stood still', async () => {
    const regions = (heap: number) => ({
      regions: {
        'go.heap-arena\theap': heap * MIB,
        'go.heap-arena\treservation': (1000 - heap) * MIB,
      },
    });
    const sums = (heap: number) => ({ heap: heap * MIB, reservation: (1000 - heap) * MIB });
    const found = await findings([
      interval('a', HOUR, HOUR + 1_800_000, sums(100), regions(100)),
      interval('b', HOUR + 1_801_000, end, sums(300), regions(300)),
    ]);
    expect(found).toContainEqual([
      'inside',
      'VSZ stands still at 1,000 MiB since 07:00:00 UTC. Inside: the Go heap took 200 MiB out of its reservation.',
    ]);
  });

  it('a step that nobody saw', async () => {
    const source = fakeSeries({ vsz: [series({ ...LABELS, process: 'api' }, held([100, 120], [400, 120]), STEP)] });
    const found = await findings(
      [interval('a', HOUR, HOUR + 1_000_000, { heap: 100 * MIB })],
      { series: source },
      'vsz'
    );
    expect(found).toContainEqual([
      'step.unknown',
      'VSZ rose by 314,572,800 B (300 MiB) at 07:30:00 UTC and no layout covers that moment. The step is shown as unknown.',
    ]);
  });

  it('growth that goes on', async () => {
    const growing = Array.from({ length: 240 }, (_, i) => (100 + i) * MIB);
    const source = fakeSeries({ vsz: [series({ ...LABELS, process: 'api' }, growing, STEP)] });
    const intervals = growing.map((bytes, i) =>
      interval(`l${i}`, HOUR + i * STEP, HOUR + i * STEP + 14_000, { heap: bytes })
    );
    const [first] = await findings(intervals, { series: source }, 'vsz');
    expect(first).toEqual([
      'ramp',
      'VSZ grows since 07:00:00 UTC: 239 MiB in 59 min 45 s, 240 MiB an hour, by heap of x grew.',
    ]);
  });
});

it('without the collector, what Prometheus has scraped from it is looked at', async () => {
  const source = fakeSeries({
    plateau_process_virtual_memory_bytes: [
      series({ __name__: 'plateau_process_virtual_memory_bytes', process: 'api' }, held([100, 60], [400, 60]), STEP),
    ],
  });
  expect(rows(await ask({}, { series: source })).map((row) => row.level)).toEqual([100 * MIB, 400 * MIB]);
});
