/** What the executable asks of the machine it runs on: Grafana's official image has a handful of glibc's libraries only. */
import { spawnSync } from 'node:child_process';
import { openSync, readSync, closeSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Workplace, setUpBackend } from './backend-setup';

const readelf = spawnSync('readelf', ['--version']).status === 0 || process.env.CI === 'true';
const linux = process.platform === 'linux' && process.arch === 'x64';

let place: Workplace;
beforeAll(async () => {
  place = await setUpBackend();
});
afterAll(() => place.clean());

describe.skipIf(!linux)('the executable for linux-x64', () => {
  it.skipIf(!readelf)('needs glibc alone (readelf)', () => {
    const { stdout } = spawnSync('readelf', ['-d', '-V', place.executable], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    const needed = [...stdout.matchAll(/NEEDED.*\[(.+?)\]/g)].map((match) => match[1]!);
    expect(needed.length).toBeGreaterThan(0);
    for (const library of needed) expect(library).toMatch(/^(libc|libpthread|libdl|libm|ld-linux-x86-64)\.so\.\d$/);
    const versions = [...stdout.matchAll(/GLIBC_2\.(\d+)/g)].map((match) => Number(match[1]));
    expect(Math.max(...versions)).toBeLessThanOrEqual(17);
  });

  it('may be run by everybody, and is an ELF file', () => {
    expect(statSync(place.executable).mode & 0o777).toBe(0o755);
    const file = openSync(place.executable, 'r');
    const head = Buffer.alloc(4);
    readSync(file, head);
    closeSync(file);
    expect(head.toString('latin1')).toBe('\u007fELF');
  });

  it("starts with an empty environment beside Grafana's own", async () => {
    const host = await place.start({ env: {} });
    expect(await host.ping()).toBe(true);
    expect(await host.stop()).toEqual({ code: 0, signal: null });
  });
});
