/**
 * Arrow frame → the JSON form that Grafana's server sends to browsers (`dataFrameFromJSON` of @grafana/data reads it).
 * JSON has no NaN, no infinities, no 64-bit integers and its times are milliseconds: those travel beside the values, in
 * `entities` and `nanos`, or as text.
 */
import { type DecodedField, decodeFrame } from '../decode-frame';

interface JsonEntities {
  NaN?: number[];
  Inf?: number[];
  NegInf?: number[];
}

export interface JsonFrame {
  readonly schema: {
    readonly name?: string;
    readonly refId?: string;
    readonly meta?: Readonly<Record<string, unknown>>;
    readonly fields: ReadonlyArray<{
      readonly name: string;
      readonly type: string;
      readonly typeInfo: { readonly frame: string; readonly nullable?: boolean };
      readonly labels?: Readonly<Record<string, string>>;
      readonly config?: Readonly<Record<string, unknown>>;
    }>;
  };
  readonly data: {
    readonly values: ReadonlyArray<readonly unknown[]>;
    readonly entities?: ReadonlyArray<JsonEntities | null>;
    readonly nanos?: ReadonlyArray<readonly number[] | null>;
  };
}

interface JsonColumn {
  readonly values: unknown[];
  readonly entities: JsonEntities | null;
  readonly nanos: number[] | null;
}

const MILLISECOND = BigInt(1_000_000);

function timeColumn(field: DecodedField): JsonColumn {
  let nanos: number[] | null = null;
  const values = field.values.map((value, i) => {
    if (value === null) return null;
    let ms = (value as bigint) / MILLISECOND;
    let rest = Number((value as bigint) % MILLISECOND);
    if (rest < 0) {
      ms -= BigInt(1);
      rest += 1_000_000;
    }
    if (rest !== 0) {
      nanos ??= new Array<number>(field.values.length).fill(0);
      nanos[i] = rest;
    }
    return Number(ms);
  });
  return { values, entities: null, nanos };
}

function numberColumn(field: DecodedField): JsonColumn {
  const entities: JsonEntities = {};
  let special = false;
  const note = (key: keyof JsonEntities, row: number): null => {
    special = true;
    (entities[key] ??= []).push(row);
    return null;
  };
  const values = field.values.map((value, i) => {
    if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
    if (typeof value !== 'number' || Number.isFinite(value)) return value;
    return Number.isNaN(value) ? note('NaN', i) : note(value > 0 ? 'Inf' : 'NegInf', i);
  });
  return { values, entities: special ? entities : null, nanos: null };
}

function toColumn(field: DecodedField): JsonColumn {
  if (field.type === 'time') return timeColumn(field);
  if (field.type === 'number') return numberColumn(field);
  return { values: [...field.values], entities: null, nanos: null };
}

/** @throws Error when the bytes are no Arrow IPC file of a Grafana frame */
export function frameToJson(bytes: Uint8Array): JsonFrame {
  const frame = decodeFrame(bytes);
  const columns = frame.fields.map(toColumn);
  const entities = columns.map((column) => column.entities);
  const nanos = columns.map((column) => column.nanos);
  return {
    schema: {
      ...(frame.name === '' ? {} : { name: frame.name }),
      ...(frame.refId === '' ? {} : { refId: frame.refId }),
      ...(frame.meta ? { meta: frame.meta } : {}),
      fields: frame.fields.map((field) => ({
        name: field.name,
        type: field.type,
        typeInfo: { frame: field.goType, ...(field.nullable ? { nullable: true } : {}) },
        ...(field.labels ? { labels: field.labels } : {}),
        ...(field.config ? { config: field.config } : {}),
      })),
    },
    data: {
      values: columns.map((column) => column.values),
      ...(entities.some(Boolean) ? { entities } : {}),
      ...(nanos.some(Boolean) ? { nanos } : {}),
    },
  };
}
