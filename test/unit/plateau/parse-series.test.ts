import { describe, expect, it } from 'vitest';
import { ParseError } from '../../../src/core/errors';
import { parseSeries } from '../../../src/core/plateau/parse-series';

describe('a series as text', () => {
  it('is read with and without a header, with and without start times', () => {
    const expected = { timesMs: [1000, 2000], values: [4096, 8192], startMs: [500, Number.NaN] };
    expect(parseSeries('time_ms\tbytes\tstart_ms\n1000\t4096\t500\n2000\t8192\n', 'a')).toEqual(expected);
    expect(parseSeries('1000\t4096\t500\r\n2000\t8192\t\r\n', 'a')).toEqual(expected);
  });

  it('follows the names of the header', () => {
    const text = '# kept by hand\nbytes\tcomment\ttime_ms\n4096\tx\t1\n';
    expect(parseSeries(text, 'a')).toEqual({ timesMs: [1], values: [4096], startMs: [Number.NaN] });
  });

  it('passes NaN and Inf on as missing values', () => {
    expect(parseSeries('1\tNaN\n2\t+Inf\n3\t1.5e3\n', 'a').values).toEqual([Number.NaN, Infinity, 1500]);
  });

  it('is empty when the text is', () => {
    expect(parseSeries('', 'a')).toEqual({ timesMs: [], values: [], startMs: [] });
  });

  it.each([
    ['1\t2\n3\tx\n', 2],
    ['1\n', 1],
    ['1\t2\tsoon\n', 1],
    ['1\t0x10\n', 1],
    ['time_ms\tsize\n', 1],
  ])('refuses %j, naming the line', (text, line) => {
    const refused = (): unknown => parseSeries(text, 'api.tsv');
    expect(refused).toThrow(ParseError);
    expect(refused).toThrow(`api.tsv: line ${line} `);
  });
});
