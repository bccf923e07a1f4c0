/**
 * Table → Arrow IPC file, as Grafana's SDK writes frames: name, refId and meta on the schema; labels and config as JSON
 * on the fields.
 *
 * apache-arrow's `new Table(schema, batch)` and `new RecordBatch(schema, ...)` compare and merge fields by name; frames
 * repeat names. The batch gets its schema by assignment, which keeps the columns as they are.
 */
import {
  Binary,
  Bool,
  type Data,
  type DataType,
  Field,
  Float64,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  TimestampNanosecond,
  Utf8,
  makeData,
  vectorFromArray,
} from 'apache-arrow';
import type { Column, Table } from '../../core/query/table';
import { fieldConfig } from './field-config';

const NANOSECONDS = BigInt(1_000_000);
const TS_TYPES = { time: 'time', number: 'number', string: 'string', boolean: 'boolean', json: 'other' } as const;

function arrowType(column: Column): DataType {
  switch (column.type) {
    case 'time':
      return new TimestampNanosecond();
    case 'number':
      return new Float64();
    case 'string':
      return new Utf8();
    case 'boolean':
      return new Bool();
    case 'json':
      return new Binary();
  }
}

/** Validity bitmap, least significant bit first; null when every value is there. */
function validity(values: Column['values']): { readonly bits: Uint8Array; readonly nullCount: number } | null {
  let bits: Uint8Array | null = null;
  let nullCount = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== null) continue;
    bits ??= new Uint8Array(Math.ceil(values.length / 64) * 8).fill(255);
    bits[i >> 3]! &= ~(1 << (i & 7));
    nullCount++;
  }
  return bits ? { bits, nullCount } : null;
}

function columnData(column: Column, type: DataType): Data {
  const { values } = column;
  if (column.type === 'string' || column.type === 'boolean') return vectorFromArray(values as string[], type).data[0]!;
  if (column.type === 'json') {
    const encoder = new TextEncoder();
    const bytes = values.map((value) => (value === null ? null : encoder.encode(JSON.stringify(value))));
    return vectorFromArray(bytes, type).data[0]!;
  }
  const nulls = validity(values);
  const common = {
    length: values.length,
    nullCount: nulls?.nullCount ?? 0,
    ...(nulls ? { nullBitmap: nulls.bits } : {}),
  };
  if (column.type === 'time') {
    const data = new BigInt64Array(values.length);
    // Milliseconds times 1e6 in a double would lose the last digits.
    values.forEach((value, i) => (data[i] = BigInt(Math.round((value as number | null) ?? 0)) * NANOSECONDS));
    return makeData({ type: type as TimestampNanosecond, data, ...common });
  }
  const data = new Float64Array(values.length);
  values.forEach((value, i) => (data[i] = (value as number | null) ?? 0));
  return makeData({ type: type as Float64, data, ...common });
}

function metaOf(table: Table): Record<string, unknown> {
  return {
    ...(table.frameType ? { type: table.frameType, typeVersion: [0, 1] } : {}),
    ...(table.custom ? { custom: table.custom } : {}),
    ...(table.notices.length > 0 ? { notices: table.notices.map(({ severity, text }) => ({ severity, text })) } : {}),
    preferredVisualisationType: table.visualisation,
    ...(table.executed === '' ? {} : { executedQueryString: table.executed }),
  };
}

/** @throws Error when columns differ in length, which is a mistake of ours */
export function encodeFrame(table: Table, refId: string): Uint8Array {
  const length = table.columns[0]?.values.length ?? 0;
  const fields: Field[] = [];
  const children: Data[] = [];
  for (const column of table.columns) {
    if (column.values.length !== length) {
      throw new Error(
        `column '${column.name}' of '${table.name}' has ${column.values.length} values instead of ${length}`
      );
    }
    const type = arrowType(column);
    const metadata = new Map<string, string>([['tstype', TS_TYPES[column.type]]]);
    if (column.labels) metadata.set('labels', JSON.stringify(column.labels));
    const config = fieldConfig(column);
    if (config) metadata.set('config', JSON.stringify(config));
    const nullable = column.type !== 'time' && column.values.includes(null);
    fields.push(new Field(column.name, type, nullable, metadata));
    children.push(columnData(column, type));
  }
  const schema = new Schema(
    fields,
    new Map([
      ['name', table.name],
      ['refId', refId],
      ['meta', JSON.stringify(metaOf(table))],
    ])
  );
  // Unique names while the batch is made, the real ones afterwards: see above.
  const unique = fields.map((field, i) => new Field(String(i), field.type, field.nullable));
  const batch = new RecordBatch(
    new Schema(unique),
    makeData({ type: new Struct(unique), length, nullCount: 0, children })
  );
  (batch as { schema: Schema }).schema = schema;
  return RecordBatchFileWriter.writeAll([batch]).toUint8Array(true);
}
