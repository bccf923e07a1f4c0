import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/cli/command';
import { nearest } from '../../../src/cli/nearest';
import { parseOptions } from '../../../src/cli/options';
import { columnsFrom } from '../../../src/cli/output';
import { PLATEAU_VERSION } from '../../../src/core/version';

const OPTIONS = { json: { type: 'boolean' }, by: { type: 'string' } } as const;

describe('options', () => {
  test('stand anywhere among the targets', () => {
    expect(parseOptions('explain', ['1', '--json', '--by=region', '-', '2'], OPTIONS)).toEqual({
      values: { json: true, by: 'region' },
      positionals: ['1', '-', '2'],
    });
    expect(parseOptions('explain', ['--by', 'region', '--', '--json'], OPTIONS)).toEqual({
      values: { by: 'region' },
      positionals: ['--json'],
    });
  });

  test.each([
    [['--jsn'], 'explain: unknown option --jsn, did you mean --json?'],
    [['--frobnicate'], 'explain: unknown option --frobnicate'],
    [['-x'], 'explain: unknown option -x'],
    [['--json=yes'], 'explain: option --json takes no value'],
    [['--by'], 'explain: option --by needs a value'],
    [['a', 'b', 'c'], "explain: unexpected argument 'c'"],
  ])('%j is refused in one line', (args, message) => {
    expect(() => parseOptions('explain', args, OPTIONS, 2)).toThrow(UsageError);
    expect(() => parseOptions('explain', args, OPTIONS, 2)).toThrow(new UsageError(message));
  });
});

test.each([
  ['explian', 'explain'],
  ['exp', 'explain'],
  ['dif', 'diff'],
  ['verison', 'version'],
  ['zzz', null],
  ['', null],
])('the word nearest to %j is %j', (wrong, word) => {
  expect(nearest(wrong, ['explain', 'diff', 'version', 'collect'])).toBe(word);
});

test.each([
  ['100', 80, 100],
  [undefined, 132, 132],
  [undefined, undefined, 80],
  ['0', 90, 90],
  ['abc', undefined, 80],
  ['3', undefined, 80],
])('COLUMNS %j on a terminal of %j is %i', (variable, terminal, columns) => {
  expect(columnsFrom(variable, terminal)).toBe(columns);
});

test('the version is that of the package', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(PLATEAU_VERSION).toBe(version);
});
