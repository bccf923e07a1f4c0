import type { PlateauQuery } from '../core/query/query';

/** Apart from the decoder, so that the browser gets the defaults without the decoding library. */
export const DEFAULT_QUERY: Omit<PlateauQuery, 'refId'> = {
  queryType: 'attribution',
  schema: 1,
  expr: '',
  process: '',
  groupBy: 'category',
  measure: 'virtual',
  at: 'end',
  from: '',
  to: '',
};
