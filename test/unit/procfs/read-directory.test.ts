import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readDirectory } from '../../../src/adapters/procfs';

const scratch = mkdtempSync(join(tmpdir(), 'plateau-directory-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const MAPS = '00400000-00402000 r-xp 00000000 fe:00 12   /srv/tool\n';

function directory(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(scratch, name);
  mkdirSync(path, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

describe('a directory with copies of /proc files', () => {
  test('needs maps alone', () => {
    const read = readDirectory(directory('alone', { maps: MAPS }));
    expect(read).toMatchObject({ kind: 'ok', value: { pid: null, comm: null, notices: [] } });
  });

  test('uses what is beside it', () => {
    const read = readDirectory(
      directory('more', {
        maps: MAPS,
        comm: 'tool\n',
        statm: '2 1 0 1 0 0 0\n',
        'auxv.hex': '06000000000000000010000000000000',
        'exe.txt': 'exe\t/srv/tool\n',
        'threads.tsv': 'tid\tcomm\tsyscall\tstat\n7\ttool\t-1 0x7f0000001000 0x1\t7 (tool) S\n',
        'system.txt': 'captured_at\t1000\n',
        'truth.json': 'not read',
      })
    );
    expect(read).toMatchObject({
      kind: 'ok',
      value: { comm: 'tool', exe: '/srv/tool', takenMs: 1_000_000, statmBytes: 8192, threads: [{ tid: 7 }] },
    });
  });

  test.each([
    ['an empty directory', (): string => directory('empty', {}), 'gone', 'ENOENT'],
    ['a missing directory', (): string => join(scratch, 'missing'), 'gone', 'ENOENT'],
    ['a file', (): string => join(directory('file', { maps: MAPS }), 'maps'), 'gone', 'ENOTDIR'],
  ])('%s is a value, not an exception', (_, path, kind, code) => {
    const at = path();
    expect(readDirectory(at)).toEqual({ kind, path: join(at, 'maps'), code });
  });

  test('a part that is no file is named and left out', () => {
    const path = directory('odd', { maps: MAPS });
    mkdirSync(join(path, 'smaps'));
    expect(readDirectory(path)).toMatchObject({
      kind: 'ok',
      value: { smaps: null, notices: [`${path}/smaps could not be read (EISDIR) and is not used.`] },
    });
  });

  test('the path in an error has no doubled slash', () => {
    expect(() => readDirectory(`${directory('broken', { maps: 'x\n' })}//`)).toThrow(
      `${scratch}/broken/maps: line 1 is not a mapping: 'x'`
    );
  });
});
