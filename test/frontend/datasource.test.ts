import { createTheme, type DataQueryRequest } from '@grafana/data';
import { config } from '@grafana/runtime';
import { lastValueFrom } from 'rxjs';
import { afterEach, describe, expect, test } from 'vitest';
import { singleRequest } from '../../src/frontend/request';
import type { PlateauDataQuery } from '../../src/frontend/types';
import { attributionFrame, host, processesFrame, range } from './datasource';

const run = (request: PlateauDataQuery): DataQueryRequest<PlateauDataQuery> => singleRequest(request, range(), {});

describe('a query on its way to the backend', () => {
  test('has every variable filled in', async () => {
    const grafana = host();
    grafana.variables = { job: 'api', process: 'nginx', at: '1795419000000' };
    const query = {
      refId: 'A',
      queryType: 'diff',
      expr: 'process_virtual_memory_bytes{job="$job"}',
      process: '$process',
      at: '$at',
      from: '${at}',
      to: 'end',
    };
    await lastValueFrom(grafana.datasource.query(run(query)));
    expect(grafana.sent).toEqual([
      expect.objectContaining({
        expr: 'process_virtual_memory_bytes{job="api"}',
        process: 'nginx',
        at: '1795419000000',
        from: '1795419000000',
        to: 'end',
      }),
    ]);
  });

  test('takes several values as a regular expression, in PromQL and as a process', async () => {
    const grafana = host();
    grafana.variables = { job: ['a.b', 'c"d'], process: ['x+y', 'z'] };
    const query = { refId: 'A', expr: 'vsz{job=~"$job"}', process: '$process' };
    await lastValueFrom(grafana.datasource.query(run(query)));
    const [sent] = grafana.sent;
    expect(sent?.expr).toBe(String.raw`vsz{job=~"(a\\.b|c\"d)"}`);
    expect(sent?.process).toBe(String.raw`/^(x\+y|z)$/`);
    expect(new RegExp(sent!.process!.slice(1, -1)).test('x+y')).toBe(true);
  });

  test('keeps the regular expression that the user wrote around a variable', async () => {
    const grafana = host();
    grafana.variables = { process: ['a', 'b'] };
    await lastValueFrom(grafana.datasource.query(run({ refId: 'A', process: '/^prod-$process$/' })));
    expect(grafana.sent[0]?.process).toBe('/^prod-(a|b)$/');
  });

  test('a quote in a value cannot end the string that it stands in', async () => {
    const grafana = host();
    grafana.variables = { job: 'x"} or {y="' };
    await lastValueFrom(grafana.datasource.query(run({ refId: 'A', expr: 'vsz{job="$job"}' })));
    expect(grafana.sent[0]?.expr).toBe(String.raw`vsz{job="x\"} or {y=\""}`);
  });

  test('is run unless it is hidden, since an empty expression means all processes', () => {
    const { datasource } = host();
    expect(datasource.filterQuery({ refId: 'A' })).toBe(true);
    expect(datasource.filterQuery({ refId: 'A', hide: true })).toBe(false);
  });
});

describe('an answer', () => {
  const before = config.theme2;
  afterEach(() => {
    config.theme2 = before;
  });

  test.each([
    ['dark', '#fa9214', '#f8f8f9'],
    ['light', '#ea6100', '#262b35'],
  ] as const)('gets the colours of the %s theme', async (mode, heap, unknown) => {
    config.theme2 = createTheme({ colors: { mode } });
    const grafana = host();
    grafana.answer = [attributionFrame()];
    const answer = await lastValueFrom(grafana.datasource.query(run({ refId: 'A' })));
    const colours = answer.data[0].fields.map((field: { config: { color?: { fixedColor?: string } } }) => {
      return field.config.color?.fixedColor;
    });
    expect(colours).toEqual([undefined, heap, unknown, config.theme2.colors.text.maxContrast]);
    expect(answer.data[0].fields[1].config.unit).toBe('bytes');
  });
});

describe('what Grafana asks of a data source', () => {
  test('a fresh query attributes by category', () => {
    expect(host().datasource.getDefaultQuery()).toMatchObject({ queryType: 'attribution', groupBy: 'category' });
  });

  test('a collapsed query reads as a phrase', () => {
    const { datasource } = host();
    expect(datasource.getQueryDisplayText({ refId: 'A' })).toBe('Attribution by category');
    expect(
      datasource.getQueryDisplayText({ refId: 'A', queryType: 'snapshot', process: 'api', at: '17', expr: 'vsz' })
    ).toBe('Snapshot of api at 17: vsz');
  });

  test('queries for Explore name the data source and hold no variables', () => {
    const grafana = host();
    grafana.variables = { process: 'api' };
    const [query] = grafana.datasource.interpolateVariablesInQueries([{ refId: 'A', process: '$process' }], {});
    expect(query).toMatchObject({ process: 'api', datasource: { uid: 'plateau' } });
  });

  test('a virtual memory series of Prometheus is taken over, anything else starts empty', async () => {
    const { datasource } = host();
    const prometheus = { meta: { id: 'prometheus' } } as Parameters<typeof datasource.importQueries>[1];
    const queries = [
      { refId: 'A', expr: 'max(process_virtual_memory_bytes{job="api"})' },
      { refId: 'B', expr: 'up' },
    ];
    const [a, b] = await datasource.importQueries(queries, prometheus);
    expect(a).toMatchObject({
      refId: 'A',
      queryType: 'attribution',
      expr: 'max(process_virtual_memory_bytes{job="api"})',
    });
    expect(b).toMatchObject({ refId: 'B', expr: '' });
  });

  test('annotations ask for plateaus, and keep what was stored', () => {
    const { annotations } = host().datasource;
    const stored = { name: 'x', enable: true, iconColor: 'red', target: { refId: 'Anno', process: 'api' } };
    expect(annotations.getDefaultQuery?.()).toMatchObject({ queryType: 'plateaus' });
    expect(annotations.prepareAnnotation?.(stored)).toMatchObject({
      name: 'x',
      target: { queryType: 'plateaus', process: 'api' },
    });
  });
});

describe('variables', () => {
  const ask = async (grafana: ReturnType<typeof host>, target: object) => {
    const support = grafana.datasource.variables!;
    const request = { ...run({ refId: 'V' }), targets: [{ refId: 'V', ...target }] };
    // Grafana calls it without its object.
    const { query } = support as unknown as { query: (request: object) => ReturnType<typeof grafana.datasource.query> };
    const answer = await lastValueFrom(query(request));
    return answer.data[0].fields.map((field: { values: string[] }) => [...field.values]);
  };

  test('list the processes once each, in the order of people', async () => {
    const grafana = host();
    grafana.answer = [processesFrame('api-10', 'api-2', 'api-2', '')];
    const names = ['api-2', 'api-10'];
    expect(await ask(grafana, { list: 'processes', expr: 'vsz' })).toEqual([names, names]);
    expect(grafana.sent[0]).toMatchObject({ queryType: 'processes', expr: 'vsz' });
  });

  test('list the categories without a question to anybody', async () => {
    const grafana = host();
    const [text] = await ask(grafana, { list: 'categories' });
    expect(text).toHaveLength(11);
    expect(grafana.sent).toEqual([]);
  });

  test('pass on what the backend refused', async () => {
    const grafana = host();
    grafana.failure = 'The collector did not answer within 10 s.';
    await expect(ask(grafana, { list: 'processes' })).rejects.toThrow('The collector did not answer within 10 s.');
  });
});
