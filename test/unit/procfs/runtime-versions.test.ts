import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRuntimeVersions } from '../../../src/adapters/procfs/runtime-versions';
import { attribute } from '../../../src/core/attribution/attribute';
import { parseMaps } from '../../../src/core/mapping/parse-maps';
import { snapshotOf } from '../../../src/core/snapshot/snapshot';

let home = '';

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'plateau-versions-'));
  const file = (path: string, text: string): void => {
    mkdirSync(dirname(join(home, 'root', path)), { recursive: true });
    writeFileSync(join(home, 'root', path), text);
  };
  file('/opt/jdk/release', 'IMPLEMENTOR="X"\nJAVA_VERSION="21.0.5"\nJAVA_VERSION_DATE="2024-10-15"\n');
  file('/opt/jdk8/release', 'JAVA_VERSION="1.8.0_432"\n');
  file('/opt/hostile/release', 'JAVA_VERSION="21\u001b[2J"\n');
  file(
    '/usr/include/node/node_version.h',
    '#define NODE_MAJOR_VERSION 20\n#define NODE_MINOR_VERSION 19\n#define NODE_PATCH_VERSION 2\n'
  );
});

afterAll(() => {
  rmSync(home, { recursive: true });
});

const mapsOf = (library: string): string => `7f0000000000-7f0000001000 r-xp 00000000 08:01 7 ${library}\n`;
const versions = (library: string, exe: string | null = null): Record<string, string> =>
  readRuntimeVersions(home, parseMaps(mapsOf(library)), exe);

describe('exact versions', () => {
  it.each([
    ['/opt/jdk/lib/server/libjvm.so', '21.0.5'],
    ['/opt/jdk8/jre/lib/amd64/server/libjvm.so', '8u432'],
  ])('%s: %s, from the release file above it', (library, version) => {
    expect(versions(library)).toEqual({ jvm: version });
  });

  it('are left out where there is no file, or one that says something else', () => {
    expect(versions('/opt/other/lib/server/libjvm.so')).toEqual({});
    expect(versions('/opt/hostile/lib/server/libjvm.so')).toEqual({});
    expect(versions('/usr/lib/libc.so.6', '/usr/bin/nodejs-wrapper')).toEqual({});
  });

  it('of Node.js come from the header beside it', () => {
    expect(versions('/usr/lib/libc.so.6', '/usr/bin/node')).toEqual({ node: '20.19.2' });
    expect(versions('/usr/lib/libc.so.6', '/opt/node/bin/node')).toEqual({});
  });

  it('take the place of what the path tells', () => {
    const mappings = parseMaps(mapsOf('/usr/lib/jvm/java-21-openjdk-amd64/lib/server/libjvm.so'));
    expect(attribute(snapshotOf(mappings)).runtimes).toMatchObject([{ name: 'jvm', version: '21' }]);
    const known = attribute(snapshotOf(mappings, { runtimeVersions: { jvm: '21.0.5' } }));
    expect(known.runtimes).toMatchObject([{ name: 'jvm', version: '21.0.5' }]);
  });
});
