/** How columns of tables look. A set property wins over what the frame brings along. */
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import { CATEGORIES, CATEGORY_STYLES } from '../core/attribution/categories';

/** The category column of a table as a coloured plate with the word on it. */
export function categoryColumn(): DynamicConfigValue[] {
  const options = Object.fromEntries(
    CATEGORIES.map((category, index) => [category, { color: CATEGORY_STYLES[category].safe, index, text: category }])
  );
  return [
    { id: 'displayName', value: 'Category' },
    { id: 'custom.width', value: 100 },
    { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } },
    { id: 'mappings', value: [{ type: 'value', options }] },
  ];
}

/** Severity is a sign and a colour, never colour alone. */
export function severityColumn(): DynamicConfigValue[] {
  const options = {
    info: { color: 'blue', index: 0, text: 'i' },
    success: { color: 'green', index: 1, text: '✓' },
    warning: { color: 'orange', index: 2, text: '!' },
    error: { color: 'red', index: 3, text: '×' },
  };
  return [
    { id: 'displayName', value: ' ' },
    { id: 'custom.width', value: 50 },
    { id: 'custom.align', value: 'center' },
    { id: 'custom.cellOptions', value: { type: 'color-text' } },
    { id: 'mappings', value: [{ type: 'value', options }] },
  ];
}

export const width = (pixels: number): DynamicConfigValue[] => [{ id: 'custom.width', value: pixels }];
export const named = (title: string): DynamicConfigValue[] => [{ id: 'displayName', value: title }];
/** What stands in a cell without a value. */
export const otherwise = (text: string): DynamicConfigValue[] => [{ id: 'noValue', value: text }];
export const decimals = (count: number): DynamicConfigValue[] => [{ id: 'decimals', value: count }];
export const hidden: DynamicConfigValue[] = [{ id: 'custom.hidden', value: true }];
/** To the second: milliseconds are cut off at any sensible width. */
export const moment: DynamicConfigValue[] = [{ id: 'unit', value: 'time:YYYY-MM-DD HH:mm:ss' }];
/** Bytes to the last one, with separators. */
export const exact: DynamicConfigValue[] = [{ id: 'unit', value: 'locale' }];
/** Sentences on several lines, as Grafana 12 asks for it. */
export const alsoWrapped: DynamicConfigValue[] = [{ id: 'custom.wrapText', value: true }];
/** The same in Grafana 11 as well, which wraps one column of a table. 10 cuts, and shows the rest on hover. */
export const wrapped: DynamicConfigValue[] = [
  ...alsoWrapped,
  { id: 'custom.cellOptions', value: { type: 'auto', wrapText: true } },
];
