import { describe, expect, test } from 'vitest';
import { checkExpr, checkInstant, checkProcess } from '../../src/frontend/query/validate';
import { shade } from '../../src/frontend/shade';

describe('an expression', () => {
  test.each(['', 'vsz{job="a}b"}', "sum by (job) (vsz{x='('})", 'vsz{a="\\""}', 'vsz{a=`\\`}', '$metric{job="$job"}'])(
    'may be %j',
    (expr) => expect(checkExpr(expr)).toBeUndefined()
  );
  test.each([
    ['sum(vsz', "'(' is not closed."],
    ['vsz}', "Column 4: '}' closes nothing."],
    ['vsz{a=")"]', "Column 10: ']' closes nothing."],
    ['vsz{a="x}', 'A text that begins with " does not end.'],
  ])('%j is refused', (expr, problem) => expect(checkExpr(expr)).toBe(problem));
});

describe('an instant', () => {
  test.each(['', 'end', 'start', '1795419000000', '$at', '${__from}', '[[at]]'])('may be %j', (text) =>
    expect(checkInstant(text)).toBeUndefined()
  );
  test.each([
    ['yesterday', /not an instant/],
    ['1795419000', /looks like seconds/],
  ])('%j is refused', (text, problem) => expect(checkInstant(text)).toMatch(problem));
});

describe('a process', () => {
  test.each(['', 'api', '/system.slice/api', '/^api-\\d+$/', '/$process/'])('may be %j', (text) =>
    expect(checkProcess(text)).toBeUndefined()
  );
  test('may be no broken regular expression', () => expect(checkProcess('/(/')).toMatch(/regular expression/i));
});

describe('shades of a category', () => {
  test('are three, the first of them the colour itself', () => {
    const shades = [0, 1, 2, 3].map((index) => shade('#fa9214', index));
    expect(shades[0]).toBe('#fa9214');
    expect(shades[3]).toBe('#fa9214');
    expect(new Set(shades).size).toBe(3);
  });

  test('differ in lightness and not in hue', () => {
    expect([1, 2].map((index) => shade('#808080', index))).toEqual(['#616161', '#a1a1a1']);
  });

  test('stay colours at both ends', () => {
    for (const hex of ['#000000', '#ffffff', '#f8f8f9', '#0b7668']) {
      for (const index of [0, 1, 2]) expect(shade(hex, index)).toMatch(/^#[0-9a-f]{6}$/);
    }
  });
});
