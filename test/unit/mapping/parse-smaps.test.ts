import { describe, expect, test } from 'vitest';
import { ParseError } from '../../../src/core/errors';
import { parseSmaps } from '../../../src/core/mapping/parse-smaps';

const record = (range: string, rss: number, flags = 'rd wr mr'): string =>
  `${range} rw-p 00000000 00:00 0                          [heap]
Size:                132 kB
KernelPageSize:        4 kB
Rss:              ${String(rss).padStart(6)} kB
Pss:                   3 kB
Pss_Dirty:             9 kB
Referenced:           99 kB
Anonymous:             2 kB
AnonHugePages:        88 kB
Swap:                  1 kB
SwapPss:              77 kB
THPeligible:           0
VmFlags: ${flags} 
`;

describe('smaps', () => {
  const text = record('00400000-00421000', 4) + record('7f0000000000-7f0000021000', 8, 'rd nr nh');

  test('gives bytes and flags, and does not take one field for another', () => {
    expect(parseSmaps(text)).toEqual([
      { start: 0x400000, end: 0x421000, rss: 4096, pss: 3072, anonymous: 2048, swap: 1024, flags: ['rd', 'wr', 'mr'] },
      {
        start: 0x7f0000000000,
        end: 0x7f0000021000,
        rss: 8192,
        pss: 3072,
        anonymous: 2048,
        swap: 1024,
        flags: ['rd', 'nr', 'nh'],
      },
    ]);
  });

  test('equal flags are one list', () => {
    const [a, b] = parseSmaps(record('1000-2000', 0) + record('2000-3000', 0));
    expect(a?.flags).toBe(b?.flags);
  });

  test('an empty file has no entries, a missing last newline changes nothing', () => {
    expect(parseSmaps('')).toEqual([]);
    expect(parseSmaps(text.trimEnd())).toHaveLength(2);
  });

  test('flags are empty on a kernel without them', () => {
    const old = text.replace(/VmFlags.*\n/g, '');
    expect(parseSmaps(old).map((entry) => entry.flags)).toEqual([[], []]);
  });

  test.each([
    ['a record that is cut off', text.slice(0, text.lastIndexOf('VmFlags')), 'line 14 begins a record that is cut off'],
    ['a header alone', '1000-2000 rw-p 00000000 00:00 0\n', 'line 1 begins a record that is cut off'],
    ['a size that is cut off', text.slice(0, text.lastIndexOf('Rss:') + 12), 'line 17 has no size in kB'],
    ['a field before any mapping', 'Rss:   4 kB\n', 'line 1 stands before the first mapping'],
    ['a field without a colon', `${record('1000-2000', 1)}Rss\n`, 'line 14 is neither a mapping nor a field'],
    ['an empty range', record('2000-2000', 1), 'line 1 is not a mapping'],
    ['a range that is no range', record('2000', 1), 'line 1 is not a mapping'],
  ])('%s is refused with its line', (_, broken, message) => {
    expect(() => parseSmaps(broken, 'x/smaps')).toThrow(ParseError);
    expect(() => parseSmaps(broken, 'x/smaps')).toThrow(`x/smaps: ${message}`);
  });
});
