import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { casesOf } from '../../../scripts/corpus-score';
import { ParseError } from '../../../src/core/errors';
import type { Mapping } from '../../../src/core/mapping/mapping';
import { parseMaps } from '../../../src/core/mapping/parse-maps';

const HOME = join(__dirname, '../../corpus');

/** A line as fs/proc/task_mmu.c prints it. */
function printed(m: Mapping): string {
  const hex = (value: number): string => value.toString(16).padStart(8, '0');
  const head = `${hex(m.start)}-${hex(m.end)} ${m.permissions} ${hex(m.offset)} ${m.device} ${m.inode} `;
  return m.name === '' ? head : `${head.padEnd(73)}${m.name}`;
}

/** Slow and plain, to check the fast one against. */
function parsedPlainly(line: string): unknown {
  const match = /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) ([r-][w-][x-][ps]) ([0-9a-f]{1,16}) ([^\s]+) (\d+) *(.*)$/.exec(
    line
  )!;
  const [, start, end, permissions, offset, device, inode, name] = match as unknown as string[];
  return {
    start: parseInt(start!, 16),
    end: parseInt(end!, 16),
    permissions,
    offset: parseInt(offset!, 16),
    device,
    inode: Number(inode),
    name,
  };
}

describe('parseMaps', () => {
  it('reads every line of the corpus like a plain reader, and prints it again as it was', () => {
    for (const name of casesOf(HOME)) {
      const text = readFileSync(join(HOME, name, 'maps'), 'latin1');
      const lines = text.split('\n').filter((line) => line !== '');
      const mappings = parseMaps(text);
      expect(mappings.map(({ access: _access, ...rest }) => rest)).toEqual(lines.map(parsedPlainly));
      expect(mappings.map(printed)).toEqual(lines);
    }
  });

  it('reads bytes like text, whatever was read before', () => {
    for (const name of casesOf(HOME)) {
      const bytes = readFileSync(join(HOME, name, 'maps'));
      const mappings = parseMaps(bytes);
      expect(mappings).toEqual(parseMaps(bytes.toString('latin1')));
      expect(parseMaps(new Uint8Array(bytes))).toEqual(mappings);
    }
  });

  it('keeps names apart that differ in a letter anywhere, and takes equal ones for one string', () => {
    const path = '/usr/lib/locale/C.utf8/LC_MESSAGES/a-long-name-of-a-file';
    const names = Array.from(path, (_, i) => `${path.slice(0, i)}~${path.slice(i + 1)}`);
    const lines = names.map((name, i) =>
      `7f0e6b9fe000-7f0e6ba24000 r--p 00000000 fe:00 ${316500 + (i % 7)} `.padEnd(73).concat(name, '\n')
    );
    const bytes = new TextEncoder().encode(lines.join(''));
    const read = (): string[] => parseMaps(bytes).map((m) => m.name);
    expect(read()).toEqual(names);
    expect(read()).toEqual(names);
    expect(parseMaps(lines.join('')).map((m) => m.name)).toEqual(names);
  });

  it('reads names of bytes as UTF-8, and what is none byte by byte', () => {
    const line = (name: string): string => `7f0e6b9fe000-7f0e6ba24000 r--p 00000000 fe:00 1234567 ${name}\n`;
    const names = ['/é', '/%41é', '/été', '/日本', '/Ã©'];
    const bytes = new TextEncoder().encode(names.map(line).join(''));
    expect(parseMaps(bytes).map((m) => m.name)).toEqual(names);
    expect(parseMaps(names.map(line).join('')).map((m) => m.name)).toEqual(names);
    expect(parseMaps(Buffer.from(line('/é'), 'latin1')).map((m) => m.name)).toEqual(['/é']);
  });

  it('keeps names apart whose bytes are zeros of either sign', () => {
    const line = (last: number): number[] => [
      ...new TextEncoder().encode('7f0e6b9fe000-7f0e6ba24000 r--p 00000000 fe:00 1234567 /xxxxxxxxxx'),
      ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last, 10],
    ];
    const [first, second] = parseMaps(Uint8Array.from([...line(0), ...line(0x80)]));
    expect(first!.name).not.toBe(second!.name);
  });

  it('reads 57-bit addresses and large offsets exactly', () => {
    const [m] = parseMaps('fffffffffff000-1fffffffffffe000 rw-s 7ffffffffffff000 103:1 18446744073709 /a b\n');
    expect(m).toMatchObject({
      start: 0xfffffffffff000,
      end: 0x1fffffffffffe000,
      offset: 0x7ffffffffffff000,
      device: '103:1',
      inode: 18446744073709,
      name: '/a b',
    });
  });

  it('keeps names as printed: spaces, escapes, the deleted mark', () => {
    const names = [
      '/a  b',
      '/x\\012y',
      '/gone (deleted)',
      '[anon: Go: heap]',
      '/ends in space ',
      '/x                                       y',
    ];
    const text = names.map((name) => `1000-2000 r--p 00000000 08:01 5 ${name}`).join('\n');
    expect(parseMaps(text).map((m) => m.name)).toEqual(names);
  });

  it('does not take a line for the one before when only its end differs', () => {
    const text = ['/lib/a', '/lib/a.so', '/lib/a', '/lib/b']
      .map((name) => `1000-2000 r--p 00000000 08:01 5 ${name}\n`)
      .join('');
    expect(parseMaps(text).map((m) => m.name)).toEqual(['/lib/a', '/lib/a.so', '/lib/a', '/lib/b']);
    const numbers = ['08:01 5', '08:01 55', '08:02 5'].map((id) => `1000-2000 r--p 00000000 ${id} /lib/a\n`).join('');
    expect(parseMaps(numbers).map((m) => `${m.device} ${m.inode}`)).toEqual(['08:01 5', '08:01 55', '08:02 5']);
  });

  it('accepts a last line without newline, and empty lines', () => {
    expect(parseMaps('\n1000-2000 rw-p 00000000 00:00 0 \n\n2000-3000 rw-p 00000000 00:00 0')).toHaveLength(2);
    expect(parseMaps('')).toEqual([]);
  });

  it.each([
    'x',
    '1000-2000',
    '1000-1000 rw-p 00000000 00:00 0',
    '2000-1000 rw-p 00000000 00:00 0',
    '1000-2000 rw-q 00000000 00:00 0',
    '1000-2000 rwp 00000000 00:00 0',
    '1000-2000 rw-p 0000000g 00:00 0',
    '1000-2000 rw-p 00000000 00:00',
    '1000-2000 rw-p 00000000 00:00 x',
    '11111111111111111-22222222222222222 rw-p 00000000 00:00 0',
    '1000\u0000-2000 rw-p 00000000 00:00 0',
    '１000-2000 rw-p 00000000 00:00 0',
  ])('names line and text of %j', (line) => {
    const read = (): unknown => parseMaps(`1000-2000 rw-p 00000000 00:00 0 \n${line}\n`, 'p/maps');
    expect(read).toThrow(ParseError);
    expect(read).toThrow(/^p\/maps: line 2 /);
  });

  it('throws ParseError or answers, whatever the text', () => {
    const alphabet = fc.constantFrom(...'0123456789abcdef-rwxps: \n/[]()é\u0000');
    const noise = fc.array(alphabet, { maxLength: 200 }).map((letters) => letters.join(''));
    const line = '7f0e6b9fe000-7f0e6ba24000 r--p 00000000 08:01 1234                       /usr/lib/libc.so.6\n';
    const damaged = fc
      .tuple(fc.nat(line.length), fc.nat(6), fc.string({ maxLength: 6 }))
      .map(([at, cut, put]) => `${line}${line.slice(0, at)}${put}${line.slice(at + cut)}${line}`);
    fc.assert(
      fc.property(fc.oneof(noise, damaged), (text) => {
        try {
          const mappings = parseMaps(text);
          for (const m of mappings) expect(m.end).toBeGreaterThan(m.start);
          expect(parseMaps(new TextEncoder().encode(text))).toEqual(mappings);
        } catch (error) {
          expect(error).toBeInstanceOf(ParseError);
        }
      }),
      { numRuns: 2000 }
    );
  });
});
