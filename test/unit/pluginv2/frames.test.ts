import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../../../src/adapters/pluginv2/decode-frame';
import { encodeFrame } from '../../../src/adapters/pluginv2/encode-frame';
import { frameToJson } from '../../../src/adapters/pluginv2/host/frames-to-json';
import type { Column, Table } from '../../../src/core/query/table';

const table = (columns: Column[], parts: Partial<Table> = {}): Table => ({
  name: 'api-1',
  columns,
  notices: [],
  executed: '',
  visualisation: 'table',
  ...parts,
});

/** Written by Grafana's Go SDK: all types, repeated names, nulls, NaN, nanoseconds. */
const sdk = (extension: string): Buffer =>
  readFileSync(path.join(__dirname, '../../fixtures/arrow', `sdk-frame.${extension}`));

describe("frames of Grafana's SDK", () => {
  it('become the JSON that the SDK itself writes', () => {
    const expected = JSON.parse(sdk('json').toString('utf8')) as ReturnType<typeof frameToJson>;
    const values = [...expected.data.values];
    // JSON.parse rounds what the SDK wrote in digits; we send text instead.
    values[3] = ['9007199254740993', -1, 0];
    expect(JSON.parse(JSON.stringify(frameToJson(sdk('arrow'))))).toEqual({
      ...expected,
      data: { ...expected.data, values },
    });
  });

  it('keep nanoseconds and 64-bit integers exact', () => {
    const frame = decodeFrame(sdk('arrow'));
    expect(frame.fields[0]!.values[0]).toBe(BigInt('1795419180320000001'));
    expect(frame.fields[3]!.values[0]).toBe(BigInt('9007199254740993'));
  });

  it('keep the labels of fields that share a name', () => {
    const [, first, second] = decodeFrame(sdk('arrow')).fields;
    expect([first!.labels, second!.labels]).toEqual([{ a: 'b', category: 'heap' }, { category: 'code' }]);
  });
});

describe('encodeFrame', () => {
  it('writes what decodeFrame reads', () => {
    const bytes = encodeFrame(
      table(
        [
          { name: 'time', type: 'time', values: [1795419180320, 0] },
          {
            name: 'value',
            type: 'number',
            values: [613400576, null],
            labels: { category: 'heap' },
            unit: 'bytes',
            draw: 'stack',
            color: '#fb7409',
          },
          { name: 'value', type: 'number', values: [NaN, -0.5], labels: { category: 'code' } },
          { name: 'text', type: 'string', values: ['é', null] },
          { name: 'flag', type: 'boolean', values: [true, false] },
          { name: 'raw', type: 'json', values: [{ a: [1] }, null] },
        ],
        {
          notices: [{ severity: 'warning', text: 'part' }],
          executed: 'up',
          frameType: 'timeseries-wide',
          visualisation: 'graph',
          custom: { layoutIds: ['0123456789abc'] },
        }
      ),
      '__proto__'
    );
    const frame = decodeFrame(bytes);
    expect(frame).toMatchObject({
      name: 'api-1',
      refId: '__proto__',
      length: 2,
      meta: {
        type: 'timeseries-wide',
        typeVersion: [0, 1],
        notices: [{ severity: 'warning', text: 'part' }],
        executedQueryString: 'up',
        preferredVisualisationType: 'graph',
        custom: { layoutIds: ['0123456789abc'] },
      },
    });
    expect(frame.fields.map((field) => [field.name, field.type, field.nullable, field.values])).toEqual([
      ['time', 'time', false, [BigInt('1795419180320000000'), BigInt(0)]],
      ['value', 'number', true, [613400576, null]],
      ['value', 'number', false, [NaN, -0.5]],
      ['text', 'string', true, ['é', null]],
      ['flag', 'boolean', false, [true, false]],
      ['raw', 'other', true, [{ a: [1] }, null]],
    ]);
    expect(frame.fields[1]!.config).toMatchObject({
      unit: 'bytes',
      color: { mode: 'fixed', fixedColor: '#fb7409' },
      custom: { stacking: { mode: 'normal', group: 'A' }, fillOpacity: 100, lineInterpolation: 'stepAfter' },
    });
  });

  it('writes an empty table and one without columns', () => {
    expect(decodeFrame(encodeFrame(table([{ name: 'a', type: 'string', values: [] }]), 'A')).length).toBe(0);
    expect(decodeFrame(encodeFrame(table([]), 'A')).fields).toEqual([]);
  });

  it('refuses columns of different lengths', () => {
    const uneven = table([
      { name: 'a', type: 'number', values: [1] },
      { name: 'b', type: 'number', values: [1, 2] },
    ]);
    expect(() => encodeFrame(uneven, 'A')).toThrow("column 'b' of 'api-1' has 2 values instead of 1");
  });

  it('round-trips any numbers with any nulls', () => {
    const cell = fc.option(fc.double(), { nil: null });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 200 }), (rows) => {
        const columns: Column[] = [0, 1].map((i) => ({
          name: 'value',
          type: 'number',
          values: rows.map((row) => row[i]!),
        }));
        const frame = decodeFrame(encodeFrame(table(columns), 'A'));
        expect(frame.fields.map((field) => field.values)).toEqual(columns.map((column) => column.values));
      }),
      { numRuns: 60 }
    );
  });
});
