import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findExecutable } from '../../../src/adapters/command/find-executable';

const scratch = mkdtempSync(path.join(tmpdir(), 'plateau-find-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const first = path.join(scratch, 'first');
const second = path.join(scratch, 'second');
mkdirSync(first);
mkdirSync(second);
writeFileSync(path.join(first, 'tool'), '');
writeFileSync(path.join(second, 'tool'), '');
chmodSync(path.join(second, 'tool'), 0o755);
writeFileSync(path.join(first, 'plain'), '');

describe('which file a command means', () => {
  const search = `${first}:${second}`;
  it('is the first executable one on the PATH', () => {
    expect(findExecutable('tool', search)).toEqual({ kind: 'ok', file: path.join(second, 'tool') });
  });
  it('says which file is not executable, missing or a directory', () => {
    expect(findExecutable('plain', search)).toEqual({ kind: 'not-executable', file: path.join(first, 'plain') });
    expect(findExecutable('nothing', search)).toEqual({ kind: 'missing', file: 'nothing' });
    expect(findExecutable(first, search).kind).toBe('directory');
    expect(findExecutable(path.join(first, 'plain'), '').kind).toBe('not-executable');
  });
});
