import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkRoot, defaultDataPath, loadConfig, readToken } from '../../../src/collector/load-config';

let directory: string;
beforeAll(() => void (directory = mkdtempSync(path.join(tmpdir(), 'plateau-config-'))));
afterAll(() => rmSync(directory, { recursive: true }));

function file(text: string): string {
  const name = path.join(directory, 'collector.yaml');
  writeFileSync(name, text);
  return name;
}

describe('configuration', () => {
  test('of nothing is the defaults', () => {
    const config = loadConfig(null, {});
    expect(config).toMatchObject({
      listen: { host: '127.0.0.1', port: 9871 },
      root: '/proc',
      retention: 604_800_000,
      maxSize: 536_870_912,
      interval: 1000,
      smaps: false,
      exposeAddresses: false,
    });
    expect(loadConfig(file(''), {})).toEqual(config);
    expect(loadConfig(file('# only a comment\n'), {})).toEqual(config);
  });

  test('is YAML or JSON, and options win', () => {
    const yaml = file('listen: "[::1]:80"\nretention: 2d\nmaxSize: 1GiB\nexclude: ["^bash", sshd]\n');
    expect(loadConfig(yaml, { retention: '12h' })).toMatchObject({
      listen: { host: '::1', port: 80 },
      retention: 43_200_000,
      maxSize: 1_073_741_824,
      exclude: [/^bash/u, /sshd/u],
    });
    expect(loadConfig(file('{"interval": "500ms", "include": "api"}'), {})).toMatchObject({
      interval: 500,
      include: [/api/u],
    });
  });

  test.each([
    ['listne: 127.0.0.1:1', `unknown key 'listne'`],
    ['listen: here', 'listen: '],
    ['listen: 1.2.3.4:99999', 'listen: '],
    ['interval: 5', 'interval: '],
    ['interval: 10ms', 'interval: must be 100ms or more'],
    ['retention: 7 days', `'7 days' is not a duration`],
    ['maxSize: lots', `'lots' is not a size`],
    ['include: "("', `'(' is not a regular expression`],
    ['smapsInterval: 5s', 'smapsInterval: must be 60s or more'],
    ['- a\n- b', 'expected keys and values'],
    ['a: [', 'neither YAML nor JSON'],
  ])('%s is refused, naming file and key', (text, message) => {
    const name = file(text);
    expect(() => loadConfig(name, {})).toThrow(message);
    expect(() => loadConfig(name, {})).toThrow(name);
  });

  test('that is not there is named', () => {
    expect(() => loadConfig('/no/such.yaml', {})).toThrow('/no/such.yaml cannot be read (ENOENT)');
  });
});

test('an option that is wrong is named as it was typed', () => {
  expect(() => loadConfig(null, { maxSize: 'lots' })).toThrow(/^--max-size: 'lots' is not a size/);
  expect(() => loadConfig(null, { include: '(' })).toThrow(/^--include: '\(' is not a regular expression/);
});

test('the root has to be a proc file system', () => {
  checkRoot(loadConfig(null, { root: path.resolve(__dirname, '../../proc-root') }));
  for (const root of ['/no/such', directory]) {
    expect(() => checkRoot(loadConfig(null, { root }))).toThrow(`${root} is no proc file system`);
  }
});

describe('the token', () => {
  const at = (listen: string, tokenFile?: string) => loadConfig(null, { listen, ...(tokenFile ? { tokenFile } : {}) });

  test('is needed as soon as others can reach the collector', () => {
    expect(readToken(at('127.0.0.1:0'))).toBeNull();
    expect(readToken(at('localhost:0'))).toBeNull();
    expect(readToken(at('[::1]:0'))).toBeNull();
    for (const open of ['0.0.0.0:0', ':0', '[::]:0', '192.168.1.1:0', 'example.org:0']) {
      expect(() => readToken(at(open))).toThrow('--token-file');
    }
  });

  test('is the content of its file, and no short one', () => {
    expect(readToken(at(':0', file('0123456789abcdef\n')))).toBe('0123456789abcdef');
    expect(() => readToken(at(':0', file('short')))).toThrow('16 characters');
    expect(() => readToken(at(':0', '/no/such'))).toThrow('/no/such cannot be read (ENOENT)');
  });
});

test('layouts lie in the state directory of the user', () => {
  expect(defaultDataPath({ XDG_STATE_HOME: '/home/a/.local/state' })).toBe(
    '/home/a/.local/state/plateau/layouts.sqlite'
  );
  expect(defaultDataPath({ XDG_STATE_HOME: 'relative' })).toBe('.plateau/layouts.sqlite');
  expect(defaultDataPath({})).toBe('.plateau/layouts.sqlite');
});
