import { describe, expect, it } from 'vitest';
import { CATEGORIES } from '../../../src/core/attribution/categories';
import { runQuery } from '../../../src/core/query/run';
import { SourceError } from '../../../src/core/query/sources';
import type { Column, Table } from '../../../src/core/query/table';
import { HOUR, emptyLayout, engine, fakeLayouts, fakeSeries, interval, known, query, series } from './fixtures';

const VSZ = { __name__: 'process_virtual_memory_bytes', job: 'api', instance: 'h:1' };
const START = { __name__: 'process_start_time_seconds', job: 'api', instance: 'h:1' };
const startSeries = series(
  START,
  [HOUR, HOUR, HOUR, HOUR, HOUR].map((ms) => ms / 1000 - 5)
);
const api = known('api-1', { startMs: HOUR - 5000, virtualBytes: 700 });

const column = (table: Table, name: string): Column => table.columns.find((one) => one.name === name)!;
const texts = (table: Table): string => table.notices.map((notice) => notice.text).join('\n');

/** Sum over the stack, row by row. */
function stackSums(table: Table): Array<number | null> {
  const stack = table.columns.filter((one) => one.draw === 'stack');
  return table.columns[0]!.values.map((_, row) =>
    stack.some((one) => one.values[row] === null)
      ? null
      : stack.reduce((sum, one) => sum + (one.values[row] as number), 0)
  );
}

describe('attribution of series', () => {
  const prometheus = () =>
    fakeSeries({ process_start_time: [startSeries], virtual_memory: [series(VSZ, [500, 500, 600, 700, 700])] });
  const layouts = fakeLayouts([api], {
    'api-1': [
      interval('a', HOUR - 1000, HOUR + 100_000, { heap: 450, code: 50 }),
      interval('b', HOUR + 170_000, HOUR + 240_000, { heap: 640, code: 50, unknown: 10 }),
    ],
  });
  const ask = (parts = {}) =>
    runQuery(query({ expr: 'process_virtual_memory_bytes', ...parts }), engine({ series: prometheus(), layouts }));

  it('gives one wide frame whose categories sum to every sample', async () => {
    const [table, ...more] = await ask();
    expect(more).toEqual([]);
    expect(table!.columns.map((one) => one.name)).toEqual(['time', ...CATEGORIES, 'virtual']);
    expect(stackSums(table!)).toEqual([500, 500, 600, 700, 700]);
    expect(column(table!, 'virtual').values).toEqual([500, 500, 600, 700, 700]);
    expect(table!.frameType).toBe('timeseries-wide');
  });

  it('labels each field with the series, the category and the weakest evidence', async () => {
    const [table] = await ask();
    expect(column(table!, 'heap').labels).toEqual({
      job: 'api',
      instance: 'h:1',
      process: 'api-1',
      category: 'heap',
      evidence: 'nearby',
    });
    expect(column(table!, 'virtual').labels).toEqual({
      job: 'api',
      instance: 'h:1',
      process: 'api-1',
      evidence: 'nearby',
    });
    expect(table!.custom).toMatchObject({
      process: 'api-1',
      matchedBy: 'start',
      evidence: { snapshot: 4, nearby: 1, metrics: 0, bounds: 0 },
      layoutIds: ['a', 'b'],
    });
  });

  it('keeps categories that are zero throughout out of the legend, and in the frame', async () => {
    const [table] = await ask();
    expect(column(table!, 'heap').draw).toBe('stack');
    expect(column(table!, 'shared').draw).toBe('empty-stack');
    expect(column(table!, 'shared').values).toEqual([0, 0, 0, 0, 0]);
  });

  it('tells the evidence over time in words, in a frame of its own', async () => {
    const [table, ...more] = await ask({ part: 'evidence' });
    expect(more).toEqual([]);
    const words = column(table!, 'evidence').values;
    expect(words[0]).toBe('exact');
    expect(words).toContain('nearest layout');
    const times = column(table!, 'time').values;
    expect(times).toHaveLength(words.length);
    expect([...times].sort((a, b) => Number(a) - Number(b))).toEqual(times);
  });

  it('says what was nearby and how much is unknown', async () => {
    const [table] = await ask();
    expect(texts(table!)).toContain('Nearest layout: taken 20 s before. VSZ differs by 100 B, shown as unknown.');
    expect(texts(table!)).toContain('Unknown is 1.4 % of the explained samples at most.');
    expect(table!.executed).toContain('process_virtual_memory_bytes\n');
    expect(table!.executed).toContain('process_start_time_seconds');
  });

  it('groups by region in stacking order', async () => {
    const [table] = await ask({ groupBy: 'region' });
    expect(table!.columns.map((one) => one.name)).toEqual([
      'time',
      'x.code',
      'x.heap',
      'unknown',
      'x.unknown',
      'virtual',
    ]);
    expect(column(table!, 'x.heap').labels).toMatchObject({ region: 'x.heap', category: 'heap' });
    expect(stackSums(table!)).toEqual([500, 500, 600, 700, 700]);
  });

  it('narrows by process', async () => {
    expect(await ask({ process: 'api-1' })).toHaveLength(1);
    expect(await ask({ process: '/api-.*/' })).toHaveLength(1);
    expect(texts((await ask({ process: '/db-.*/' }))[0]!)).toBe(
      "None of the selected series (1) is of process '/db-.*/'."
    );
    await expect(ask({ process: '/(/' })).rejects.toThrow('cannot be read');
  });

  it('tells people why there is nothing, and the alerting engine nothing at all', async () => {
    const nothing = { series: fakeSeries({}), layouts };
    const [table] = await runQuery(query({ expr: 'x' }), engine(nothing));
    expect(table!.columns.map((one) => one.values)).toEqual([[], []]);
    expect(texts(table!)).toBe('The expression selects no series in this time range.');
    expect(await runQuery(query({ expr: 'x' }), engine({ ...nothing, forAlert: true }))).toEqual([]);
  });

  it('draws gaps as gaps, and drops what is no size', async () => {
    const gappy = { labels: VSZ, timesMs: [HOUR, HOUR + 60_000, HOUR + 240_000], values: [500, NaN, 700] };
    const [table] = await runQuery(query({ expr: 'x' }), engine({ series: fakeSeries({ x: [gappy] }), layouts }));
    expect(column(table!, 'time').values).toEqual([HOUR, HOUR + 60_000, HOUR + 240_000]);
    expect(stackSums(table!)).toEqual([500, null, 700]);
    expect(texts(table!)).toContain('1 samples are no sizes');
  });

  it('names each process when there are several, and says when it cuts', async () => {
    const many = Array.from({ length: 3 }, (_, i) => series({ ...VSZ, instance: `h:${i}` }, [500]));
    const tables = await runQuery(
      query({ expr: 'x' }),
      engine({ series: fakeSeries({ x: many }), layouts, maxSeries: 2 })
    );
    expect(tables).toHaveLength(2);
    expect(texts(tables[0]!)).toContain('Showing 2 of 3 series. Narrow the query or raise the limit.');
    expect(tables[0]!.frameType).toBeUndefined();
    expect(column(tables[1]!, 'heap').displayName).toMatch(/ heap$/);
    expect(column(tables[1]!, 'heap').draw).toBe('hidden');
    expect(column(tables[1]!, 'virtual')).toMatchObject({ draw: 'line', displayName: tables[1]!.name });
    expect(texts(tables[1]!)).toContain('Choose one process');
  });

  it('shows fewer series where there are many points, so that an answer stays of a size', async () => {
    const many = Array.from({ length: 50 }, (_, i) => series({ ...VSZ, instance: `h:${i}` }, [500]));
    const window = { fromMs: HOUR, toMs: HOUR + 20_000_000, intervalMs: 0, maxDataPoints: 1e308 };
    const tables = await runQuery(query({ expr: 'x' }), engine({ series: fakeSeries({ x: many }), window }));
    expect(tables).toHaveLength(9);
    expect(texts(tables[0]!)).toContain('Showing 9 of 50 series.');
  });

  it('shows what could be had when the collector is down', async () => {
    const down = {
      ...layouts,
      processes: () => Promise.reject(new SourceError('collector', 'unreachable', 'The collector is down.')),
    };
    const [table] = await runQuery(
      query({ expr: 'x' }),
      engine({ series: fakeSeries({ x: [series(VSZ, [500])] }), layouts: down })
    );
    expect(column(table!, 'unknown').values).toEqual([500]);
    expect(texts(table!)).toContain('No layouts: The collector is down.');
    expect(texts(table!)).toContain('shown as unknown');
    const filtered = { series: fakeSeries({ x: [series(VSZ, [500])] }), layouts: down };
    const [kept] = await runQuery(query({ expr: 'x', process: 'api-1' }), engine(filtered));
    expect(texts(kept!)).toContain("Whether this is process 'api-1' is not known without the collector.");
  });

  it("estimates from Go's own metrics where no layout is", async () => {
    const MIB = 1024 * 1024;
    const go = (name: string, value: number) => series({ ...VSZ, __name__: name }, [value, value]);
    const metrics = ['heap', 'stack', 'mspan', 'mcache', 'buck_hash', 'gc', 'other'].map((part) =>
      go(`go_memstats_${part}_sys_bytes`, MIB)
    );
    const source = fakeSeries({
      go_memstats: [...metrics, series({ ...VSZ, __name__: 'go_info', version: 'go1.19' }, [1, 1])],
      virtual: [go('x', 800 * MIB)],
    });
    const [table] = await runQuery(query({ expr: 'virtual' }), engine({ series: source }));
    expect(column(table!, 'heap')).toMatchObject({ values: [MIB, MIB], labels: { evidence: 'metrics' } });
    expect(stackSums(table!)).toEqual([800 * MIB, 800 * MIB]);
    expect(texts(table!)).toContain("Estimated from Go's own metrics from 07:00:00 to 07:01:00 UTC: no layout then.");
  });

  it("takes the collector's own split from Prometheus when its layouts are gone", async () => {
    const labels = { job: 'p', instance: 'c:1', process: 'api-1' };
    const source = fakeSeries({
      address_space: [
        series({ ...labels, category: 'heap' }, [450, 460]),
        series({ ...labels, category: 'code' }, [50, 50]),
      ],
      virtual: [series({ ...labels, __name__: 'plateau_process_virtual_memory_bytes' }, [500, 520])],
    });
    const [table] = await runQuery(query({ expr: 'virtual' }), engine({ series: source }));
    expect(column(table!, 'heap').values).toEqual([450, 0]);
    expect(table!.custom).toMatchObject({ evidence: { snapshot: 1, bounds: 1 } });
    expect(stackSums(table!)).toEqual([500, 520]);
  });

  it('does not call the split exact where the collector had only that of the kernel', async () => {
    const labels = { job: 'p', instance: 'c:1', process: 'init' };
    const source = fakeSeries({
      address_space: [
        series({ ...labels, category: 'heap' }, [450, 460]),
        series({ ...labels, category: 'code' }, [50, 50]),
        series({ ...labels, __name__: 'plateau_process_info', runtime: '', evidence: 'bounds' }, [1]),
      ],
      virtual: [series({ ...labels, __name__: 'plateau_process_virtual_memory_bytes' }, [500, 510])],
    });
    const [table] = await runQuery(query({ expr: 'virtual' }), engine({ series: source }));
    expect(column(table!, 'heap')).toMatchObject({ values: [450, 460], labels: { evidence: 'bounds' } });
    expect(table!.custom).toMatchObject({ evidence: { snapshot: 1, bounds: 1 } });
    expect(texts(table!)).toContain("Only the kernel's Vm* split was readable at 07:00:00 UTC");
  });

  it('cuts what is left after the process was chosen, not before', async () => {
    const many = ['a', 'b', 'api-1'].map((process) => series({ process }, [500]));
    const narrow = { series: fakeSeries({ x: many }), maxSeries: 1 };
    const [table] = await runQuery(query({ expr: 'x', process: 'api-1' }), engine(narrow));
    expect(column(table!, 'virtual').values).toEqual([500]);
    expect(texts(table!)).not.toContain('Showing');
  });

  it('names a series that has no labels', async () => {
    const nothing = fakeSeries({ x: [series({}, [NaN])] });
    const [table] = await runQuery(query({ expr: 'x' }), engine({ series: nothing }));
    expect(texts(table!)).toContain('A series without labels holds no sizes.');
    expect(texts(table!)).toContain('None of the selected series (1) holds sizes.');
  });

  it('says what to do when there is no Prometheus, or nothing to ask', async () => {
    await expect(runQuery(query({ expr: 'x' }), engine({ layouts }))).rejects.toThrow('no Prometheus URL is set');
    await expect(runQuery(query(), engine({}))).rejects.toThrow('no collector URL is set');
  });
});

describe("attribution of the collector's own timeline", () => {
  const layouts = fakeLayouts([api, known('db')], {
    'api-1': [
      interval('a', HOUR, HOUR + 60_000, { heap: 500 }),
      interval('b', HOUR + 200_000, HOUR + 239_000, { heap: 700 }),
    ],
    db: [interval('c', HOUR - 900_000, HOUR - 800_000, { heap: 1 })],
  });

  it('steps the layouts onto the grid, with the end of the window, and leaves out when nobody looked', async () => {
    const window = { fromMs: HOUR, toMs: HOUR + 245_000, intervalMs: 60_000, maxDataPoints: 100 };
    const [table, ...more] = await runQuery(query(), engine({ layouts, window }));
    expect(more).toEqual([]);
    const times = column(table!, 'time').values.map((ms) => ((ms as number) - HOUR) / 1000);
    expect(times).toEqual([0, 60, 120, 240, 245]);
    expect(column(table!, 'virtual').values).toEqual([500, 500, null, 700, 700]);
    expect(column(table!, 'heap').labels).toEqual({
      process: 'api-1',
      host: 'h',
      category: 'heap',
      evidence: 'snapshot',
    });
  });

  it('falls back to what Prometheus has scraped when the collector is down', async () => {
    const reason = new SourceError('collector', 'unreachable', 'The collector is down.');
    const down = { ...layouts, processes: () => Promise.reject(reason) };
    const labels = { job: 'p', instance: 'c:1', process: 'api-1' };
    const source = fakeSeries({
      address_space: [series({ ...labels, category: 'heap' }, [500])],
      plateau_process_virtual: [series({ ...labels, __name__: 'plateau_process_virtual_memory_bytes' }, [500])],
    });
    const [table] = await runQuery(query({ process: 'api-1' }), engine({ series: source, layouts: down }));
    expect(column(table!, 'heap')).toMatchObject({ values: [500], labels: { evidence: 'snapshot' } });
    expect(texts(table!)).toContain('The collector is down.');
    await expect(runQuery(query(), engine({ series: fakeSeries({}), layouts: down }))).rejects.toThrow(reason);
  });

  it('measures resident memory where the layouts have it', async () => {
    const body = (resident: number | null) => ({
      ...emptyLayout,
      ranges: [
        {
          gap: 0,
          size: 400,
          permissions: 'rw-p',
          category: 'heap' as const,
          region: 'x',
          confidence: 'certain' as const,
          why: '',
          name: '',
          mapping: 0,
          resident,
        },
        {
          gap: 0,
          size: 100,
          permissions: 'rw-p',
          category: 'reservation' as const,
          region: 'y',
          confidence: 'certain' as const,
          why: '',
          name: '',
          mapping: 0,
          resident,
        },
      ],
    });
    const one = { 'api-1': [interval('a', HOUR, HOUR + 240_000, { heap: 400, reservation: 100 })] };
    const [table] = await runQuery(
      query({ measure: 'resident' }),
      engine({ layouts: fakeLayouts([api], one, { a: body(410) }) })
    );
    expect(column(table!, 'heap').values[0]).toBe(400);
    expect(column(table!, 'reservation').values[0]).toBe(10);
    expect(column(table!, 'resident').values[0]).toBe(410);
    const none = await runQuery(
      query({ measure: 'resident', expr: 'x' }),
      engine({
        series: fakeSeries({ start: [startSeries], x: [series(VSZ, [500])] }),
        layouts: fakeLayouts([api], one, { a: body(null) }),
      })
    );
    expect(texts(none[0]!)).toContain('Resident by category is off: the collector does not read smaps.');
  });
});
