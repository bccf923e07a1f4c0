import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exactAndIec, iec, printable, share, signed, withSeparators } from '../../../src/core/explain/format';

describe('sizes', () => {
  test.each([
    [0, '0 B'],
    [1, '1 B'],
    [1023, '1,023 B'],
    [1024, '1 KiB'],
    [135168, '132 KiB'],
    [9541632, '9.1 MiB'],
    [40345600, '38.5 MiB'],
    [492761088, '470 MiB'],
    [2830856192, '2.64 GiB'],
    [2134028288, '1.99 GiB'],
    [1048575, '1 MiB'],
    [1023.4 * 1024, '1,023 KiB'],
    [20 * 1024 ** 4, '20 TiB'],
    [1024 ** 6 * 5000, '5,000 EiB'],
    [-4096, '-4 KiB'],
  ])('%d is %s', (bytes, text) => expect(iec(bytes)).toBe(text));

  test('exact bytes have separators, prose has both', () => {
    expect(withSeparators(2830856192)).toBe('2,830,856,192');
    expect(withSeparators(-1000)).toBe('-1,000');
    expect(exactAndIec(613400576)).toBe('613,400,576 B (585 MiB)');
    expect(exactAndIec(12)).toBe('12 B');
  });

  test('a change has its sign', () => {
    expect([signed(1048576), signed(-1048576), signed(0)]).toEqual(['+1 MiB', '-1 MiB', '0 B']);
  });

  test('an IEC size is within half a percent of the bytes', () => {
    const factor: Readonly<Record<string, number>> = {
      B: 1,
      KiB: 2 ** 10,
      MiB: 2 ** 20,
      GiB: 2 ** 30,
      TiB: 2 ** 40,
      PiB: 2 ** 50,
    };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 52 }), (bytes) => {
        const [number, unit] = iec(bytes).split(' ') as [string, string];
        expect(Math.abs(Number(number.replaceAll(',', '')) * factor[unit]! - bytes)).toBeLessThanOrEqual(
          bytes * 0.0051
        );
      })
    );
  });
});

describe('shares', () => {
  test.each([
    [0, 10, '0 %'],
    [1, 100000, '<0.1 %'],
    [3, 4, '75.0 %'],
    [99999, 100000, '99.9 %'],
    [10, 10, '100 %'],
    [1, 0, '0 %'],
  ])('%d of %d is %s', (part, whole, text) => expect(share(part, whole)).toBe(text));
});

test('text from a process cannot steer a terminal', () => {
  expect(printable('a\u001b[31mb\nc\u202ed\u009b')).toBe('a?[31mb?c?d?');
  expect(printable('naïve ☃ · 名')).toBe('naïve ☃ · 名');
});
