import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { choosePlace, handshakeLine, startProblem, sweepStaleSockets } from '../../../src/adapters/pluginv2/handshake';
import { parseHandshake } from '../../../src/adapters/pluginv2/host/start-plugin';

const env = { grafana_plugin_type: 'datasource' };

describe('startProblem', () => {
  it.each([
    ['started by hand', {}, 'started by Grafana'],
    ['another protocol', { ...env, PLUGIN_PROTOCOL_VERSIONS: '1,3' }, 'speaks 2'],
    ['AutoMTLS', { ...env, PLUGIN_CLIENT_CERT: 'x' }, 'AutoMTLS'],
  ])('names what is wrong: %s', (_, given, text) => {
    expect(startProblem(given)).toContain(text);
  });

  it('accepts Grafana', () => {
    expect(startProblem({ ...env, PLUGIN_PROTOCOL_VERSIONS: '1,2' })).toBeNull();
    expect(startProblem(env)).toBeNull();
  });
});

describe('the place of the socket', () => {
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(path.join(tmpdir(), 'hs-'));
  });
  afterEach(() => rmSync(parent, { recursive: true, force: true }));
  const here = () => ({ ...env, PLUGIN_UNIX_SOCKET_DIR: parent });

  it('is a directory of its own, named in the handshake line', () => {
    const place = choosePlace(here());
    expect(parseHandshake(handshakeLine(place, 1))).toBe(place.bind);
    place.remove();
    expect(existsSync(path.dirname(place.address(0)))).toBe(false);
  });

  it('is TCP on Windows', () => {
    expect(handshakeLine(choosePlace(env, 'win32'), 12345)).toBe('1|2|tcp|127.0.0.1:12345|grpc|\n');
  });

  it('is refused when a socket cannot have so long a path', () => {
    const deep = path.join(parent, 'd'.repeat(100));
    mkdirSync(deep);
    expect(() => choosePlace({ ...env, PLUGIN_UNIX_SOCKET_DIR: deep })).toThrow('shorter PLUGIN_UNIX_SOCKET_DIR');
  });

  it('is swept only when it is old and nobody answers', async () => {
    const age = (directory: string) => utimesSync(directory, new Date(0), new Date(0));
    const make = (name: string): string => {
      const directory = path.join(parent, `plateau-plugin-${name}`);
      mkdirSync(directory);
      return directory;
    };
    const stale = make('stale');
    const young = make('young');
    const alive = make('alive');
    const foreign = path.join(parent, 'other');
    mkdirSync(foreign);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path.join(alive, 's'), resolve));
    try {
      for (const directory of [stale, alive, foreign]) age(directory);
      expect(await sweepStaleSockets(here(), Date.now())).toBe(1);
      expect([stale, young, alive, foreign].map((directory) => existsSync(directory))).toEqual([
        false,
        true,
        true,
        true,
      ]);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

describe('parseHandshake', () => {
  it.each(['', 'hello', '1|1|unix|/x|grpc|', '1|2|unix|/x|netrpc|', '2|2|unix|/x|grpc|', '1|2|udp|x|grpc|'])(
    'refuses %j',
    (line) => {
      expect(() => parseHandshake(line)).toThrow('no handshake');
    }
  );
});
