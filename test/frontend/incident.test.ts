import { FieldType, toDataFrame, type DataFrame } from '@grafana/data';
import { setAppEvents, setBackendSrv, type BackendSrv } from '@grafana/runtime';
import { lastValueFrom, of, throwError } from 'rxjs';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { incidentOf, withKeepColumn } from '../../src/frontend/incident';
import { singleRequest } from '../../src/frontend/request';
import { attributionFrame, host, range } from './datasource';

const FROM = 1_795_419_000_000;
let serial = 0;

/** An answer of a `plateaus` query with two rows; ids are new in each test, since kept ones are remembered. */
function plateausFrame(): DataFrame {
  serial++;
  const text = (name: string, values: string[]) => ({ name, type: FieldType.string, values });
  return toDataFrame({
    name: 'plateaus',
    fields: [
      { name: 'time', type: FieldType.time, values: [FROM, FROM + 60_000] },
      { name: 'timeEnd', type: FieldType.time, values: [FROM + 59_000, FROM + 120_000] },
      text('process', ['api', 'api']),
      text('title', ['Plateau, 1 GiB', 'Plateau, 1.5 GiB']),
      text('text', ['The first level.', '+512 MiB: 8 glibc arenas.']),
      text('tags', ['plateau,api', 'plateau,api']),
      text('id', [`first-${serial}`, `second-${serial}`]),
    ],
  });
}

/** Clicks the link as Grafana does, with the row's own fields filled in. */
function click(frame: DataFrame, row: number): void {
  const [link] = withKeepColumn(frame).fields.at(-1)!.config.links!;
  const id = String(frame.fields.find((field) => field.name === 'id')!.values[row]);
  link!.onClick!({
    origin: undefined,
    e: undefined,
    replaceVariables: (text) => text.replace('${__data.fields.id}', id),
  });
}

const sent: unknown[] = [];
const events: Array<{ type: string; payload: string[] }> = [];
let refusal: { status: number; data: { message: string } } | null = null;

beforeEach(() => {
  sent.length = 0;
  events.length = 0;
  refusal = null;
  const fetch = (request: unknown) => {
    sent.push(request);
    return refusal ? throwError(() => refusal) : of({ data: { id: 1 }, status: 200 });
  };
  setBackendSrv({ fetch } as unknown as BackendSrv);
  setAppEvents({ publish: (event: { type: string; payload: string[] }) => events.push(event) } as never);
});

const told = async (): Promise<string[]> => {
  await vi.waitFor(() => expect(events).toHaveLength(1));
  return [events[0]!.type, ...events[0]!.payload];
};

describe('one click', () => {
  test('keeps the plateau of its row as a region annotation', async () => {
    click(plateausFrame(), 1);
    expect((await told()).slice(0, 2)).toEqual(['alert-success', 'Kept as incident']);
    expect(sent).toEqual([
      expect.objectContaining({
        url: '/api/annotations',
        method: 'POST',
        data: {
          time: FROM + 60_000,
          timeEnd: FROM + 120_000,
          text: 'Plateau, 1.5 GiB: api\n+512 MiB: 8 glibc arenas.',
          tags: ['incident', 'plateau', 'api'],
        },
      }),
    ]);
  });

  test('a second one writes nothing', async () => {
    const frame = plateausFrame();
    click(frame, 0);
    await told();
    events.length = 0;
    click(frame, 0);
    expect((await told())[1]).toBe('Already kept');
    expect(sent).toHaveLength(1);
  });

  test.each([
    [403, 'Grafana does not let you write annotations. Ask for the Editor role or the permission annotations:create.'],
    [500, 'database is locked'],
  ])('says why when Grafana refuses with %d, and can be tried again', async (status, reason) => {
    refusal = { status, data: { message: 'database is locked' } };
    const frame = plateausFrame();
    click(frame, 0);
    expect(await told()).toEqual(['alert-error', 'Not kept', reason]);
    events.length = 0;
    refusal = null;
    click(frame, 0);
    expect((await told())[1]).toBe('Kept as incident');
  });

  test('without a row says so and writes nothing', async () => {
    const [link] = withKeepColumn(plateausFrame()).fields.at(-1)!.config.links!;
    link!.onClick!({ origin: undefined, e: undefined, replaceVariables: (text) => text });
    expect((await told())[1]).toBe('Not kept');
    expect(sent).toEqual([]);
  });
});

test('only frames of plateaus get the column, also on their way through the data source', async () => {
  const grafana = host();
  grafana.answer = [plateausFrame(), attributionFrame()];
  const answer = await lastValueFrom(
    grafana.datasource.query(singleRequest({ refId: 'A', queryType: 'plateaus' }, range(), {}))
  );
  const names = answer.data.map((frame: DataFrame) => frame.fields.at(-1)!.name);
  expect(names).toEqual(['keep', 'virtual']);
  expect(incidentOf(answer.data[0], 'nobody')).toBeNull();
});
