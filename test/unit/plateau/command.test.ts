import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { plateaus } from '../../../src/cli/commands/plateaus';
import { duration } from '../../../src/cli/terminal/plateaus-picture';
import { drawn } from './draw';

const folder = mkdtempSync(join(tmpdir(), 'plateaus-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function seriesFile(name: string, text: string): string {
  const { timesMs, values } = drawn(text);
  return file(name, `time_ms\tbytes\n${timesMs.map((time, i) => `${time}\t${values[i]}\n`).join('')}`);
}

async function run(...args: string[]): Promise<{ code: number; out: string; err: string[] }> {
  const written: string[] = [];
  const err: string[] = [];
  const code = await plateaus.run(args, {
    write: async (text) => void written.push(text),
    complain: (line) => void err.push(line),
    isTty: false,
    showProgress: false,
    columns: 80,
    environment: {},
  });
  return { code, out: written.join(''), err };
}

describe('plateau plateaus', () => {
  it('prints one document per file, in order', async () => {
    const { code, out } = await run('--json', seriesFile('a', '200x20 300x20'), seriesFile('b', '500x20'));
    const documents = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { schema: number; plateaus: object[] });
    expect(code).toBe(0);
    expect(documents.map((document) => document.plateaus.length)).toEqual([2, 1]);
    expect(documents[0]).toMatchObject({
      schema: 1,
      plateaus: [
        { startMs: 0, endMs: 285_000, levelBytes: 209_715_200, kind: 'plateau', stepBytes: 0, reset: false },
        { startMs: 300_000, levelBytes: 314_572_800, stepBytes: 104_857_600 },
      ],
    });
  });

  it('prints a curve and a table that fit the terminal', async () => {
    const { out } = await run(seriesFile('curve', '200x20 700x2 200x20 300x40'));
    const lines = out.trimEnd().split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines[1]).toBe('82 samples in 20 min 15 s: 2 plateaus, 0 ramps, 1 spike');
    expect(lines.at(-1)).toMatch(/10 min 30 s +9 min 45 s +314,572,800 +\+104,857,600 +plateau$/);
  });

  it('names file, line and reason, goes on with the other files, and ends with 2', async () => {
    const { code, out, err } = await run('--json', file('bad', '1\t2\n3\n'), seriesFile('good', '200x20'));
    expect(code).toBe(2);
    expect(err).toEqual([`plateau plateaus: ${join(folder, 'bad')}: line 2 has no number in column 2 (bytes): '3'`]);
    expect(out.split('\n').length).toBe(2);
    expect((await run(join(folder, 'none'))).err[0]).toContain('no such file');
    await expect(run()).rejects.toThrow('needs a FILE');
  });

  it('says so when there is no sample', async () => {
    expect((await run(file('empty', ''))).out).toContain('no usable sample');
    expect((await run('--json', file('empty', ''))).out).toBe('{"schema":1,"plateaus":[]}\n');
  });

  it('words durations with two units', () => {
    expect([0, 28_000, 130_000, 3_600_000, 788_645_000].map(duration)).toEqual([
      '0 s',
      '28 s',
      '2 min 10 s',
      '1 h',
      '9 d 3 h',
    ]);
  });
});
