/**
 * Table options as dashboards of Grafana 10 write them → those that the table of Grafana 13 reads. Grafana's own panel
 * does the same when it loads an older dashboard.
 */
import type { DataFrame, Field } from '@grafana/data';

export interface OldFooter {
  readonly show?: boolean;
  readonly reducer?: readonly string[];
  /** Names of the columns; empty = all numbers. */
  readonly fields?: readonly string[] | string;
}

interface OldCustom {
  readonly hidden?: boolean;
  readonly cellOptions?: { readonly wrapText?: boolean };
}

export function toModernTable(frame: DataFrame, footer: OldFooter = {}): DataFrame {
  return { ...frame, fields: frame.fields.map((field) => toModernField(field, footer)) };
}

function toModernField(field: Field, { show, reducer = [], fields = [] }: OldFooter): Field {
  const custom = (field.config.custom ?? {}) as OldCustom;
  const summed = show === true && field.type === 'number' && (fields.length === 0 || fields.includes(field.name));
  return {
    ...field,
    config: {
      ...field.config,
      custom: {
        ...custom,
        ...(custom.hidden ? { hideFrom: { viz: true } } : {}),
        ...(custom.cellOptions?.wrapText ? { wrapText: true } : {}),
        ...(summed ? { footer: { reducers: reducer } } : {}),
      },
    },
  };
}
