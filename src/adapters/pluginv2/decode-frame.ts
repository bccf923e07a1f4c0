/**
 * Arrow IPC file → fields with exact values: times as BigInt nanoseconds, 64-bit integers as BigInt.
 *
 * apache-arrow's Table and tableFromIPC merge fields by name, and Grafana's frames repeat names ("value"): labels would
 * be lost. So batches are read one by one and columns taken by index, with the schema read before the first batch.
 */
import { type Field, RecordBatchReader, Type, type Vector } from 'apache-arrow';

export type FrameFieldType = 'time' | 'number' | 'string' | 'boolean' | 'enum' | 'other';

export interface DecodedField {
  readonly name: string;
  readonly type: FrameFieldType;
  /** Go's name of the type, as Grafana writes it in JSON frames: `float64`, `time.Time`, ... */
  readonly goType: string;
  readonly nullable: boolean;
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly config: Readonly<Record<string, unknown>> | undefined;
  /** time: bigint ns since the epoch; int64 and uint64: bigint; other: parsed JSON; null where there is no value. */
  readonly values: readonly unknown[];
}

export interface DecodedFrame {
  readonly name: string;
  readonly refId: string;
  readonly meta: Readonly<Record<string, unknown>> | undefined;
  readonly fields: readonly DecodedField[];
  readonly length: number;
}

interface FieldKind {
  readonly type: FrameFieldType;
  readonly goType: string;
}

function kindOf(field: Field): FieldKind {
  const arrow = field.type;
  switch (arrow.typeId) {
    case Type.Timestamp:
      return { type: 'time', goType: 'time.Time' };
    case Type.Utf8:
      return { type: 'string', goType: 'string' };
    case Type.Bool:
      return { type: 'boolean', goType: 'bool' };
    case Type.Binary:
      return { type: 'other', goType: 'json.RawMessage' };
    case Type.Float: {
      const float = arrow as unknown as { readonly precision: number };
      return { type: 'number', goType: float.precision === 1 ? 'float32' : 'float64' };
    }
    case Type.Int: {
      const int = arrow as unknown as { readonly bitWidth: number; readonly isSigned: boolean };
      if (field.metadata.get('tstype') === 'enum') return { type: 'enum', goType: 'enum' };
      return { type: 'number', goType: `${int.isSigned ? '' : 'u'}int${int.bitWidth}` };
    }
    default:
      throw new Error(`Field '${field.name}' has the Arrow type ${arrow.toString()}, which no Grafana frame holds.`);
  }
}

function json(text: string | undefined): Record<string, unknown> | undefined {
  return text === undefined || text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>);
}

const utf8 = new TextDecoder();

function append(vector: Vector, kind: FieldKind, into: unknown[]): void {
  for (const data of vector.data) {
    const times = kind.type === 'time' ? (data.values as BigInt64Array) : null;
    const nulls = data.nullCount > 0;
    for (let i = 0; i < data.length; i++) {
      if (nulls && !data.getValid(i)) into.push(null);
      // The vector's own getter divides timestamps in doubles and loses nanoseconds.
      else if (times) into.push(times[i]);
      else into.push(undefined);
    }
  }
  if (kind.type === 'time') return;
  const first = into.length - vector.length;
  for (let i = 0; i < vector.length; i++) {
    if (into[first + i] === null) continue;
    const value: unknown = vector.get(i);
    into[first + i] = kind.type === 'other' ? (JSON.parse(utf8.decode(value as Uint8Array)) as unknown) : value;
  }
}

/** @throws Error when the bytes are no Arrow IPC file of a Grafana frame */
export function decodeFrame(bytes: Uint8Array): DecodedFrame {
  const reader = RecordBatchReader.from(bytes).open();
  const schema = reader.schema;
  const kinds = schema.fields.map(kindOf);
  const values: unknown[][] = schema.fields.map(() => []);
  let length = 0;
  for (const batch of reader) {
    length += batch.numRows;
    kinds.forEach((kind, i) => {
      const column = batch.getChildAt(i);
      if (column) append(column, kind, values[i]!);
    });
  }
  return {
    name: schema.metadata.get('name') ?? '',
    refId: schema.metadata.get('refId') ?? '',
    meta: json(schema.metadata.get('meta')),
    length,
    fields: schema.fields.map((field, i) => ({
      name: field.name,
      ...kinds[i]!,
      nullable: field.nullable,
      labels: json(field.metadata.get('labels')) as Record<string, string> | undefined,
      config: json(field.metadata.get('config')),
      values: values[i]!,
    })),
  };
}
