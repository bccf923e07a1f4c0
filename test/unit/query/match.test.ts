import { describe, expect, it } from 'vitest';
import type { LayoutPoint } from '../../../src/core/plateau/join';
import { matchSeries } from '../../../src/core/query/match';
import type { KnownProcess } from '../../../src/core/query/sources';
import { HOUR, known, layout, series } from './fixtures';

const START = HOUR - 5000;
const samples = series({ job: 'api', instance: 'h:1' }, [500, 500, 500, 700, 700]);
const fits = [
  layout('a', HOUR, HOUR + 150_000, { heap: 500 }),
  layout('b', HOUR + 151_000, HOUR + 300_000, { heap: 700 }),
];
const other = [layout('c', HOUR, HOUR + 300_000, { heap: 640 })];

const match = (
  processes: KnownProcess[],
  layouts: Record<string, LayoutPoint[]>,
  startMs: number | null,
  one = samples
) => matchSeries(one, startMs, processes, async (process) => layouts[process] ?? []);

describe('matchSeries', () => {
  it("believes the collector's own label, also a renamed one", async () => {
    const processes = [known('api-1'), known('api-2')];
    expect(await match(processes, {}, null, series({ process: 'api-2' }, [1]))).toMatchObject({
      process: { process: 'api-2' },
      by: 'label',
    });
    expect(await match(processes, {}, null, series({ exported_process: 'api-1' }, [1]))).toMatchObject({ by: 'label' });
  });

  it('takes the process of that start time', async () => {
    const processes = [known('api', { startMs: START + 900 }), known('db', { startMs: START + 1100 })];
    expect(await match(processes, { api: fits }, START)).toMatchObject({
      process: { process: 'api' },
      by: 'start',
      notice: null,
    });
  });

  it('asks the size when several were started at that second', async () => {
    const processes = [known('a', { startMs: START }), known('b', { startMs: START })];
    expect(await match(processes, { a: other, b: fits }, START)).toMatchObject({
      process: { process: 'b' },
      by: 'start+size',
    });
    expect(await match(processes, { a: other, b: other }, START)).toMatchObject({ process: null });
    expect((await match(processes, { a: fits, b: fits }, START)).notice).toContain('fit equally');
  });

  it('refuses a process of another host that was started at the same second', async () => {
    const far = [layout('c', HOUR, HOUR + 300_000, { heap: 9_000 })];
    const found = await match([known('api', { startMs: START })], { api: far }, START);
    expect(found).toMatchObject({ process: null });
    expect(found.notice).toContain('its size is another');
  });

  it('keeps a process whose size moves between two looks', async () => {
    expect(await match([known('api', { startMs: START })], { api: other }, START)).toMatchObject({ by: 'start' });
  });

  it('needs three of five equal samples when there is no start time, and says so', async () => {
    const processes = [known('api', { virtualBytes: 700 }), known('db', { virtualBytes: 123 })];
    const found = await match(processes, { api: fits }, null);
    expect(found).toMatchObject({ process: { process: 'api' }, by: 'size' });
    expect(found.notice).toContain('by size alone');
    expect(await match(processes, { api: [fits[1]!] }, null)).toMatchObject({ process: null });
  });

  it('says why there is none', async () => {
    expect((await match([], {}, null)).notice).toContain('knows no process');
    expect((await match([known('db', { startMs: 1 })], {}, START)).notice).toContain(
      'No process of the collector was started'
    );
    expect((await match([known('db')], {}, null)).notice).toContain('has its size');
  });
});
