/** How `npm start` begins and ends where it cannot do what was asked for. No browser is needed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { childrenOf, start } from './started';

const data = mkdtempSync(path.join(tmpdir(), 'plateau-start-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

const free = ['--port', '0', '--collector-port', '0', '--data', path.join(data, 'layouts.sqlite')];
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('npm start', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s ends it and everything that it started', async (signal) => {
    const started = start(free);
    await started.printed(/Open http/);
    const children = await childrenOf(started.child.pid!);
    expect(children.length).toBeGreaterThan(0);
    started.child.kill(signal);
    expect(await started.closed).toBe(0);
    expect(children.filter(alive)).toEqual([]);
    expect(started.output()).toContain('Stopped.');
  });

  test('a port that was asked for and is taken is named, with the option to set', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    for (const [option, variable] of [
      ['--port', 'PLATEAU_PORT'],
      ['--collector-port', 'PLATEAU_COLLECTOR_PORT'],
    ] as const) {
      const byOption = start([option, String(port)]);
      expect(await byOption.closed).toBe(2);
      expect(byOption.output()).toContain(`Port ${port} on 127.0.0.1 is taken`);
      expect(byOption.output()).toContain(`npm start -- ${option} N`);
      const byEnvironment = start([], { [variable]: String(port) });
      expect(await byEnvironment.closed).toBe(2);
      expect(byEnvironment.output()).toContain(`Port ${port}`);
    }
    other.close();
  });

  test.each([
    [['--port', 'many'], "not 'many'"],
    [['--port', '70000'], "not '70000'"],
    [['--prot', '1'], '--prot'],
    [['here'], 'here'],
  ])('%j is refused with one line', async (args, text) => {
    const started = start(args);
    expect(await started.closed).toBe(2);
    expect(started.output().trim().split('\n')).toHaveLength(1);
    expect(started.output()).toContain(text);
  });

  test('--help says what can be set', async () => {
    const started = start(['--help']);
    expect(await started.closed).toBe(0);
    for (const word of ['--port', '--collector-port', '--data', '--prometheus', 'PLATEAU_PROMETHEUS_URL']) {
      expect(started.output()).toContain(word);
    }
  });

  test('a store that cannot be opened is an error that names it, and nothing stays behind', async () => {
    const started = start(['--port', '0', '--collector-port', '0', '--data', '/proc/no/layouts.sqlite']);
    expect(await started.closed).toBe(2);
    expect(started.output()).toContain('/proc/no/layouts.sqlite');
  });
});
