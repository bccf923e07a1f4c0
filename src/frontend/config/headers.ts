/** Custom HTTP headers as Grafana stores them: httpHeaderNameN beside the secret httpHeaderValueN, N from 1 without gaps. */
import type { PlateauOptions, PlateauSecrets } from '../types';

export interface StoredHeaders {
  readonly jsonData: PlateauOptions;
  readonly secureJsonData?: Partial<PlateauSecrets>;
  readonly secureJsonFields?: Record<string, boolean>;
}

export const nameKey = (n: number) => `httpHeaderName${n}` as const;
export const valueKey = (n: number) => `httpHeaderValue${n}` as const;

/** The numbers in use, from 1. */
export function headerNumbers(jsonData: PlateauOptions): number[] {
  const numbers: number[] = [];
  for (let n = 1; jsonData[nameKey(n)] !== undefined; n++) numbers.push(n);
  return numbers;
}

/**
 * Removes the last header. Only the last: a stored value is not known in the browser, so that those after a removed one
 * could not be moved up to close the gap.
 */
export function withoutLastHeader(settings: StoredHeaders): StoredHeaders {
  const last = headerNumbers(settings.jsonData).pop();
  if (last === undefined) return settings;
  return {
    jsonData: { ...settings.jsonData, [nameKey(last)]: undefined },
    secureJsonData: { ...settings.secureJsonData, [valueKey(last)]: '' },
    secureJsonFields: { ...settings.secureJsonFields, [valueKey(last)]: false },
  };
}
