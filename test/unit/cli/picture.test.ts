import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bar, cellCounts } from '../../../src/cli/terminal/bar';
import { diffPicture } from '../../../src/cli/terminal/diff-table';
import { picture } from '../../../src/cli/terminal/picture';
import { mappingsTable, regionsTable } from '../../../src/cli/terminal/ranges-table';
import { type Style, styleFor } from '../../../src/cli/terminal/style';
import { wrap } from '../../../src/cli/terminal/text';
import { CATEGORIES, emptyCategoryBytes } from '../../../src/core/attribution/categories';
import { diffLayouts } from '../../../src/core/snapshot/diff';
import { drawLayout } from '../explain/draw-layout';
import { daemon } from './pictures';

const plain = (columns: number, unicode = true): Style => ({ colours: 0, unicode, columns, tableWidth: columns });
const golden = (name: string): string => `./golden/${name}.txt`;
const linesOf = (text: string): string[] => text.replace(/\n$/, '').split('\n');

describe('the terminal picture', () => {
  test.each([
    ['80 columns, no colour', 'explain-80', plain(80)],
    ['120 columns, no colour', 'explain-120', plain(120)],
    [
      '120 columns, 256 colours',
      'explain-120-colour',
      { colours: 256, unicode: true, columns: 120, tableWidth: 120 } as Style,
    ],
    [
      '50 columns, 16 colours',
      'explain-50-colour16',
      { colours: 16, unicode: true, columns: 50, tableWidth: 50 } as Style,
    ],
    ['40 columns', 'explain-40', plain(40)],
    ['80 columns, ASCII', 'explain-80-ascii', plain(80, false)],
  ])('%s', async (_, name, style) => {
    await expect(picture(style, daemon(), '4242', 'live')).toMatchFileSnapshot(golden(name));
  });

  test('without smaps has no resident column', () => {
    const text = picture(plain(100), daemon({ measured: false, layout: { residentBytes: null } }), '4242', 'live');
    expect(text).not.toMatch(/^ +category.*resident|MiB of it resident|<=/m);
  });

  test.each([40, 46, 59, 60, 62, 63, 80, 99, 100, 120, 300])('fits %i columns', (columns) => {
    for (const line of linesOf(picture(plain(columns), daemon(), '4242', 'directory'))) {
      expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  test('in ASCII every character is ASCII', () => {
    expect(picture(plain(80, false), daemon(), 'x', 'stdin')).toMatch(/^[\n -~]*$/);
  });

  test('rows add up to the sum line', () => {
    const rows = linesOf(picture(plain(80), daemon(), '4242', 'live'))
      .map((line) => /^. (\w+) +([\d,]+) +[\d,.]+ \w+ +/.exec(line))
      .filter((match) => match !== null)
      .map((match) => [match[1]!, Number(match[2]!.replaceAll(',', ''))] as const);
    const sum = rows.find(([name]) => name === 'sum')?.[1];
    const parts = rows.filter(([name]) => (CATEGORIES as readonly string[]).includes(name));
    expect(sum).toBe(2830856192);
    expect(parts.reduce((total, [, bytes]) => total + bytes, 0)).toBe(sum);
  });

  test('tells when maps and statm differ', () => {
    const shown = daemon();
    const text = picture(
      plain(120),
      { ...shown, snapshot: { ...shown.snapshot, statmBytes: 2830860288, notices: ['maps adds up to less.'] } },
      '4242',
      'live'
    );
    expect(text).toContain('not consistent');
    expect(text).toContain('= VmSize, difference 4,096 B');
    expect(text).toContain('\n! maps adds up to less.\n');
  });

  test('a hostile name cannot steer the terminal', () => {
    const shown = daemon();
    const hostile = {
      ...shown,
      snapshot: { ...shown.snapshot, comm: '\u001b[2Jx\r\n', notices: ['\u001b]0;t\u0007'] },
    };
    expect(picture(plain(80), hostile, 'x', 'live')).not.toMatch(/[\u001b\r\u0007]/);
  });
});

test('rows by region and by mapping', async () => {
  const { layout } = daemon();
  await expect(`${regionsTable(plain(100), layout).join('\n')}\n`).toMatchFileSnapshot(golden('by-region'));
  await expect(`${regionsTable(plain(140), layout).join('\n')}\n`).toMatchFileSnapshot(golden('by-region-140'));
  await expect(`${mappingsTable(plain(100), layout).join('\n')}\n`).toMatchFileSnapshot(golden('by-mapping'));
});

test('the picture of a difference, wide and narrow', async () => {
  const before = daemon().layout;
  const after = drawLayout('go.heap-arena heap 600MiB\nglibc.arena reservation 894MiB\nelf.text code 6115328');
  const diff = diffLayouts(before, after);
  await expect(diffPicture(plain(110), diff)).toMatchFileSnapshot(golden('diff-110'));
  await expect(diffPicture(plain(70), diff)).toMatchFileSnapshot(golden('diff-70'));
});

describe('the bar', () => {
  const sizes = fc.record(Object.fromEntries(CATEGORIES.map((category) => [category, fc.maxSafeNat()])));

  test('is exactly as wide as asked, and gives no cell to nothing', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 20, max: 200 }), (bytes, width) => {
        const all = { ...emptyCategoryBytes(), ...bytes };
        fc.pre(CATEGORIES.some((category) => all[category] > 0));
        const counts = cellCounts(all, width);
        expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(width);
        for (const category of CATEGORIES) {
          expect(counts.get(category)).toBeGreaterThanOrEqual(0);
          if (all[category] === 0) expect(counts.get(category)).toBe(0);
        }
      })
    );
  });

  test('gives a cell to what is above half of one', () => {
    const bytes = { ...emptyCategoryBytes(), reservation: 1990, heap: 6, stack: 4 };
    const counts = cellCounts(bytes, 200);
    expect([counts.get('reservation'), counts.get('heap'), counts.get('stack')]).toEqual([199, 1, 0]);
  });

  test('of an empty address space is empty', () => expect(bar(plain(80), emptyCategoryBytes(), 80)).toBe(''));
});

describe('the style', () => {
  const output = (environment: Record<string, string>, isTty = true) =>
    styleFor({
      write: async () => undefined,
      complain: () => undefined,
      isTty,
      showProgress: false,
      columns: 80,
      environment,
    });

  test.each([
    [{ TERM: 'xterm-256color' }, true, 256],
    [{ TERM: 'xterm', COLORTERM: 'truecolor' }, true, 256],
    [{ TERM: 'xterm' }, true, 16],
    [{ TERM: 'xterm-256color' }, false, 0],
    [{ TERM: 'xterm-256color', NO_COLOR: '1' }, true, 0],
    [{ TERM: 'xterm-256color', NO_COLOR: '' }, true, 256],
    [{ TERM: 'dumb' }, true, 0],
    [{}, true, 0],
  ])('%j, terminal %s: %i colours', (environment, isTty, colours) => {
    expect(output(environment as Record<string, string>, isTty).colours).toBe(colours);
  });

  test.each([
    [{ LANG: 'en_US.UTF-8' }, true],
    [{ LANG: 'C.utf8' }, true],
    [{ LANG: 'C' }, false],
    [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, false],
    [{}, false],
  ])('%j: unicode %s', (environment, unicode) => {
    expect(output(environment as Record<string, string>).unicode).toBe(unicode);
  });
});

test('wrapping leaves a number with its unit', () => {
  expect(wrap('it is 75.4 % of 2.64 GiB, 12 B', 9)).toEqual(['it is', '75.4 % of', '2.64 GiB,', '12 B']);
});

test('wrapping breaks a path that is too long after a slash', () => {
  expect(wrap('from /usr/lib/x86_64-linux-gnu/libc.so.6 on', 20)).toEqual([
    'from',
    '/usr/lib/',
    'x86_64-linux-gnu/',
    'libc.so.6 on',
  ]);
});

test('wrapping cuts a word that fits on no terminal', () => {
  expect(wrap(`is '${'x'.repeat(90)}'.`, 38).map((line) => line.length)).toEqual([2, 38, 38, 17]);
});

test('wrapping keeps every word', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^\w{1,30}$/)), fc.integer({ min: 1, max: 60 }), (words, width) => {
      const lines = wrap(words.join(' '), width);
      expect(lines.join(' ')).toBe(words.join(' '));
      // A line that is too long is one word, and a number with its unit is one word.
      const joined = (line: string): string => line.replace(/(?<=\d) (?=(?:%|B|[KMGTPE]iB)(?:[^\w]|$))/g, '');
      for (const line of lines) expect(line.length <= width || !joined(line).includes(' ')).toBe(true);
    }),
    { examples: [[['4', 'B'], 1]] }
  );
});
