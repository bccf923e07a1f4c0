import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { listPids, readIdentity, readProcess, readSystemFacts } from '../../../src/adapters/procfs';
import { attempt } from '../../../src/adapters/procfs/read-file';
import { attribute } from '../../../src/core/attribution/attribute';
import { ParseError } from '../../../src/core/errors';

const ROOT = 'test/proc-root';
const PID = 28386;
const copies: string[] = [];

/** A copy of the fake /proc that a test may break. */
function copyOfRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'plateau-proc-'));
  copies.push(root);
  cpSync(ROOT, root, { recursive: true, verbatimSymlinks: true });
  return root;
}

afterEach(() => {
  for (const root of copies.splice(0)) rmSync(root, { recursive: true, force: true });
});

function snapshotOf(root: string, options = {}) {
  const read = readProcess(PID, { root, ...options });
  if (read.kind !== 'ok') throw new Error(`${read.kind}: ${read.path}`);
  return read.value;
}

describe('a process', () => {
  test('is read with everything that /proc tells', () => {
    const snapshot = snapshotOf(ROOT, { smaps: true });
    expect(snapshot).toMatchObject({
      pid: PID,
      comm: 'hello',
      cmdline: ['/srv/d075/hello', 'wait'],
      exe: '/srv/d075/hello',
      statmBytes: 719851520,
      limits: { addressSpace: null, data: null, stack: 8388608 },
      system: { pageSize: 4096, kernel: '6.18.44', machine: 'x86_64', maxMapCount: 65530 },
      notices: [],
    });
    expect(snapshot.startMs).toBe(snapshot.system.bootMs! + 3_057_110);
    expect(snapshot.threads).toHaveLength(4);
    expect(snapshot.threads!.every((thread) => thread.comm === 'hello' && thread.stackPointer !== null)).toBe(true);
    expect(snapshot.smaps!.length).toBeGreaterThanOrEqual(snapshot.mappings.length - 1);
    expect(attribute(snapshot).virtualBytes).toBe(719851520);
  });

  test('smaps is read only when asked for, and not above the limit', () => {
    expect(snapshotOf(ROOT).smaps).toBeNull();
    const limited = snapshotOf(ROOT, { smaps: true, smapsResidentLimit: 4096 });
    expect(limited.smaps).toBeNull();
    expect(limited.notices).toEqual([expect.stringContaining('Resident sizes by category were not read')]);
  });

  test('that is not there is gone', () => {
    expect(readProcess(1, { root: ROOT })).toEqual({ kind: 'gone', path: join(ROOT, '1/stat'), code: 'ENOENT' });
    expect(readIdentity(1, readSystemFacts(ROOT), ROOT).kind).toBe('gone');
  });

  test('that ends after its stat was read is gone', () => {
    const root = copyOfRoot();
    rmSync(join(root, `${PID}/maps`));
    expect(readProcess(PID, { root })).toMatchObject({ kind: 'gone', code: 'ENOENT' });
  });

  test('that loses everything but maps is still answered', () => {
    const root = copyOfRoot();
    for (const name of ['stat', 'statm', 'status', 'limits', 'comm', 'cmdline', 'cgroup', 'auxv', 'exe', 'task']) {
      if (name !== 'stat') rmSync(join(root, `${PID}/${name}`), { recursive: true });
    }
    expect(snapshotOf(root)).toMatchObject({ pid: PID, comm: 'hello', statmBytes: null, status: null, threads: null });
  });

  test('without address space is gone with its own code', () => {
    const root = copyOfRoot();
    writeFileSync(join(root, `${PID}/maps`), '');
    expect(readProcess(PID, { root })).toMatchObject({ kind: 'gone', code: 'ENOMAPS' });
  });

  test('whose maps are broken is an error with file and line', () => {
    const root = copyOfRoot();
    writeFileSync(join(root, `${PID}/maps`), '00400000-00401000 r-xp 00000000 00:00 0 \n7f12-\n');
    expect(() => readProcess(PID, { root })).toThrow(ParseError);
    expect(() => readProcess(PID, { root })).toThrow(`${root}/${PID}/maps: line 2 is not a mapping: '7f12-'`);
  });

  test('whose statm does not fit its maps says so', () => {
    const root = copyOfRoot();
    writeFileSync(join(root, `${PID}/statm`), '175746 385 276 103 0 27052 0\n');
    expect(snapshotOf(root).notices).toEqual([
      expect.stringMatching(/maps adds up to 719851520 B and statm says 719855616 B/),
    ]);
  });

  test('whose pid now belongs to another is gone', () => {
    const root = copyOfRoot();
    const stat = join(root, `${PID}/stat`);
    // The thread list is read between the two looks at stat; a name that is read only then changes it.
    const other = readFileSync(stat, 'utf8').replace('305711', '305999');
    const options = {
      root,
      get threads(): boolean {
        writeFileSync(stat, other);
        return true;
      },
    };
    expect(readProcess(PID, options)).toEqual({ kind: 'gone', path: stat, code: 'ESRCH' });
  });
});

test('this very process, live', () => {
  const read = readProcess(process.pid, { smaps: true });
  if (read.kind !== 'ok') throw new Error(read.kind);
  expect(read.value.pid).toBe(process.pid);
  expect(read.value.startMs).toBeLessThanOrEqual(Date.now());
  expect(read.value.threads!.length).toBeGreaterThan(1);
  const { categories, virtualBytes } = attribute(read.value);
  expect(Object.values(categories).reduce((sum, bytes) => sum + bytes, 0)).toBe(virtualBytes);
});

test.each([
  ['ENOENT', 'gone'],
  ['ESRCH', 'gone'],
  ['ENOTDIR', 'gone'],
  ['EACCES', 'denied'],
  ['EPERM', 'denied'],
  ['EIO', 'failed'],
])('errno %s is the value %s', (code, kind) => {
  const read = attempt('/proc/7/maps', () => {
    throw Object.assign(new Error(code), { code });
  });
  expect(read).toEqual({ kind, path: '/proc/7/maps', code });
});

test('process ids are the numbers of the directory', () => {
  expect(listPids(ROOT)).toEqual({ kind: 'ok', value: [PID] });
  expect(listPids(join(ROOT, 'nowhere'))).toMatchObject({ kind: 'gone' });
});

test('identity is pid and start', () => {
  const system = readSystemFacts(ROOT);
  expect(readIdentity(PID, system, ROOT)).toEqual({
    kind: 'ok',
    value: { pid: PID, comm: 'hello', startTicks: 305711, startMs: system.bootMs! + 3_057_110 },
  });
});

test('system facts that are not there keep their usual values', () => {
  expect(readSystemFacts(join(ROOT, 'nowhere'))).toEqual({
    pageSize: 4096,
    kernel: null,
    machine: null,
    maxMapCount: null,
    bootMs: null,
    clockTicks: 100,
  });
});
