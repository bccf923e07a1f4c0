import { expect, test } from 'vitest';
import { parseSize } from '../../../src/core/limits/parse-size';

test.each([
  ['800000000', 800_000_000],
  ['0', 0],
  ['700M', 734_003_200],
  ['700 MiB', 734_003_200],
  ['700mb', 734_003_200],
  ['1.5GiB', 1_610_612_736],
  ['64k', 65_536],
  ['2T', 2_199_023_255_552],
  ['4096B', 4096],
  ['800_000_000', 800_000_000],
  ['800,000,000', 800_000_000],
  ['unlimited', null],
  ['Infinity', null],
])('%s', (text, bytes) => expect(parseSize(text)).toBe(bytes));

test.each(['', '-1', 'M', '1e9', '12x', '1.2.3', '0x10', '99999999T', '10 20'])('%j is no size', (text) =>
  expect(parseSize(text)).toBeUndefined()
);
