import { describe, expect, test } from 'vitest';
import type { Read } from '../../../src/adapters/procfs';
import { readSteadyMaps } from '../../../src/adapters/procfs/read-steady';

const statm = (size: number, resident = 1): string => `${size} ${resident} 1 1 0 ${size} 0\n`;

/** Answers in the order of asking; null is a file that is gone. */
function script(answers: ReadonlyArray<readonly [name: string, text: string | null]>) {
  const left = [...answers];
  return {
    left,
    read: (name: string): Read<string> => {
      const [expected, text] = left.shift() ?? ['nothing', null];
      expect(name).toBe(expected);
      return text === null ? { kind: 'gone', path: name, code: 'ENOENT' } : { kind: 'ok', value: text };
    },
  };
}

const steady = (read: ReturnType<typeof script>['read']): ReturnType<typeof readSteadyMaps<string>> =>
  readSteadyMaps(
    () => read('maps'),
    () => read('statm')
  );

describe('maps between two looks at statm', () => {
  test('are taken when nothing changed; resident pages do not matter', () => {
    const { read, left } = script([
      ['statm', statm(5)],
      ['maps', 'A'],
      ['statm', statm(5, 3)],
    ]);
    expect(steady(read)).toEqual({ kind: 'ok', value: { maps: 'A', statm: statm(5, 3) } });
    expect(left).toEqual([]);
  });

  test('are read once more when the size changed', () => {
    const { read } = script([
      ['statm', statm(5)],
      ['maps', 'A'],
      ['statm', statm(6)],
      ['maps', 'B'],
      ['statm', statm(6)],
    ]);
    expect(steady(read)).toEqual({ kind: 'ok', value: { maps: 'B', statm: statm(6) } });
  });

  test('of a process that never stands still are those read last', () => {
    const { read, left } = script([
      ['statm', statm(5)],
      ['maps', 'A'],
      ['statm', statm(6)],
      ['maps', 'B'],
      ['statm', statm(7)],
    ]);
    expect(steady(read)).toEqual({ kind: 'ok', value: { maps: 'B', statm: statm(7) } });
    expect(left).toEqual([]);
  });

  test('may be read without any statm', () => {
    const { read } = script([
      ['statm', null],
      ['maps', 'A'],
      ['statm', null],
    ]);
    expect(steady(read)).toEqual({ kind: 'ok', value: { maps: 'A', statm: null } });
  });

  test('of a process that vanishes are gone, at either attempt', () => {
    expect(
      steady(
        script([
          ['statm', statm(5)],
          ['maps', null],
        ]).read
      )
    ).toMatchObject({ kind: 'gone' });
    const later = script([
      ['statm', statm(5)],
      ['maps', 'A'],
      ['statm', null],
      ['maps', null],
    ]);
    expect(steady(later.read)).toMatchObject({ kind: 'gone' });
  });
});
