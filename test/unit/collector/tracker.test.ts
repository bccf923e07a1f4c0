import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openMemoryStore } from '../../../src/adapters/store/memory/memory-store';
import { type Accounts, createAccounts } from '../../../src/collector/accounts';
import { type Tracker, type TrackerOptions, createTracker } from '../../../src/collector/tracker';
import type { LayoutStore } from '../../../src/core/snapshot/store';
import { type FakeProc, createFakeProc, program } from './fake-proc';

const ALL = Number.MAX_SAFE_INTEGER;

let proc: FakeProc;
let store: LayoutStore;
let accounts: Accounts;
let clock: number;

async function open(options: Partial<TrackerOptions> = {}): Promise<Tracker> {
  return createTracker(store, accounts, {
    root: proc.root,
    host: 'node-1',
    include: [],
    exclude: [],
    exposeAddresses: false,
    smaps: null,
    // The files of a test do not answer ESRCH when they are gone, as the kernel's do.
    maxKept: 0,
    now: () => clock,
    ...options,
  });
}

async function cycle(tracker: Tracker): Promise<string[]> {
  clock += 1000;
  await tracker.cycle();
  return tracker.followed().map(({ life }) => life.process);
}

const intervals = async (process: string) =>
  (await store.layouts(process, 0, ALL, { limit: 1000, include: 'regions' })).items;

beforeEach(() => {
  proc = createFakeProc();
  store = openMemoryStore();
  accounts = createAccounts();
  clock = proc.bootMs + 3_600_000;
});
afterEach(() => proc.clean());

describe('following', () => {
  test('reads maps once, and again when statm changes', async () => {
    proc.set(10, { maps: program(64) });
    const tracker = await open();
    for (let i = 0; i < 5; i++) await cycle(tracker);
    expect(accounts.reads.maps).toBe(1);
    proc.set(10, { maps: program(128) });
    await cycle(tracker);
    await cycle(tracker);
    expect(accounts.reads.maps).toBe(2);
    const [first, second] = await intervals('api');
    expect(first!.toMs - first!.fromMs).toBe(4000);
    expect(second!.fromMs - first!.toMs).toBe(1000);
    expect(second!.virtualBytes - first!.virtualBytes).toBe(65_536);
    expect(accounts.errors).toMatchObject({ gone: 0, denied: 0, parse: 0, inconsistent: 0, store: 0 });
  });

  test('looks again after five minutes for changes that statm cannot show', async () => {
    proc.set(10, { maps: program(64) });
    const tracker = await open();
    await cycle(tracker);
    const moved = program(64).map((line) => line.replace('7ffc001', '7ffd001'));
    proc.write(10, 'maps', moved.map((line) => `${line}\n`).join(''));
    clock += 200_000;
    await cycle(tracker);
    expect(accounts.reads.maps).toBe(1);
    clock += 200_000;
    await cycle(tracker);
    expect(accounts.reads.maps).toBe(2);
  });

  test('passes by kernel threads and what is not wanted', async () => {
    proc.set(2, { comm: 'kthreadd', maps: null });
    proc.set(10, { comm: 'api', maps: program(64) });
    proc.set(11, { comm: 'worker', maps: program(64) });
    proc.set(12, { comm: 'worker-sync', maps: program(64) });
    expect(await cycle(await open({ include: [/^api$/, /^worker/], exclude: [/sync/] }))).toEqual(['api', 'worker']);
    expect(Object.values(accounts.errors).every((count) => count === 0)).toBe(true);
  });

  test('leaves a process alone until it is a second old', async () => {
    const tracker = await open();
    const born = clock + 900;
    proc.set(10, { maps: program(64), startTicks: (born - proc.bootMs) / 10 });
    expect(await cycle(tracker)).toEqual([]);
    expect(await cycle(tracker)).toEqual(['api']);
  });

  test('names are told apart by number, in order of appearance', async () => {
    for (const pid of [10, 11, 12]) proc.set(pid, { maps: program(64), startTicks: pid });
    const tracker = await open();
    expect(await cycle(tracker)).toEqual(['api', 'api-2', 'api-3']);
    proc.remove(11);
    expect(await cycle(tracker)).toEqual(['api', 'api-3']);
    proc.set(13, { maps: program(64), startTicks: 13 });
    expect((await cycle(tracker)).sort()).toEqual(['api', 'api-2', 'api-3']);
    const lives = new Set((await intervals('api-2')).map(({ startMs }) => startMs));
    expect(lives.size).toBe(2);
  });
});

describe('what goes wrong', () => {
  test('a reused pid is another process', async () => {
    proc.set(10, { maps: program(64), startTicks: 1000 });
    const tracker = await open();
    await cycle(tracker);
    proc.set(10, { maps: program(64), startTicks: 2000 });
    await cycle(tracker);
    await cycle(tracker);
    expect(accounts.errors.reused).toBe(1);
    expect((await intervals('api')).map(({ startMs }) => startMs! - proc.bootMs)).toEqual([10_000, 20_000]);
  });

  test('a process that goes in mid-read is counted and dropped', async () => {
    proc.set(10, { maps: program(64) });
    const tracker = await open();
    await cycle(tracker);
    proc.set(10, { maps: program(128) });
    proc.write(10, 'maps', '');
    expect(await cycle(tracker)).toEqual([]);
    expect(accounts.errors.gone).toBe(1);
  });

  test('unreadable maps degrade to the split of the kernel', async () => {
    proc.set(10, { maps: program(64) });
    proc.write(10, 'maps', null);
    const tracker = await open();
    await cycle(tracker);
    const [one] = tracker.followed();
    expect(accounts.errors.failed).toBe(1);
    expect(one!.life.evidence).toBe('bounds');
    expect(Object.values(one!.categories).reduce((a, b) => a + b, 0)).toBe(one!.layout.virtualBytes);
    expect((await store.processes(0, ALL))[0]!.evidence).toBe('bounds');
    expect((await intervals('api')).length).toBe(1);
  });

  test('maps that do not parse cost this process its detail and nobody else anything', async () => {
    proc.set(10, { maps: program(64) });
    proc.write(10, 'maps', 'not maps at all\n');
    proc.set(11, { comm: 'other', maps: program(64) });
    const tracker = await open();
    expect(await cycle(tracker)).toEqual(['api', 'other']);
    expect(accounts.errors.parse).toBe(1);
    expect(tracker.followed().map(({ life }) => life.evidence)).toEqual(['bounds', 'snapshot']);
  });

  test.each(['', 'x', '1 2 3', '-1 0 0 0 0 0 0', '\0'])(
    'a broken statm %j is counted, and the process dropped',
    async (text) => {
      proc.set(10, { maps: program(64) });
      const tracker = await open();
      await cycle(tracker);
      proc.write(10, 'statm', text);
      expect(await cycle(tracker)).toEqual([]);
      expect(accounts.errors.parse).toBe(1);
    }
  );

  test('maps that do not add up are read again at the next look', async () => {
    proc.set(10, { maps: program(64) });
    proc.write(
      10,
      'maps',
      program(128)
        .map((line) => `${line}\n`)
        .join('')
    );
    const tracker = await open();
    await cycle(tracker);
    expect(accounts.errors.inconsistent).toBe(1);
    proc.write(
      10,
      'maps',
      program(64)
        .map((line) => `${line}\n`)
        .join('')
    );
    await cycle(tracker);
    await cycle(tracker);
    expect(accounts.errors.inconsistent).toBe(1);
    expect(accounts.reads.maps).toBe(2);
  });

  test('a /proc that is not there is counted, and no process is lost for ever', async () => {
    proc.set(10, { maps: program(64) });
    const tracker = await open({ root: `${proc.root}/missing` });
    expect(await cycle(tracker)).toEqual([]);
    expect(accounts.errors.gone).toBe(1);
  });

  test('a store that fails is asked again', async () => {
    proc.set(10, { maps: program(64) });
    const { put } = store;
    store.put = () => Promise.reject(new Error('disk full'));
    const tracker = await open();
    await cycle(tracker);
    expect(tracker.followed()[0]!.layoutId).toBeNull();
    expect(accounts.errors.store).toBe(1);
    store.put = put;
    await cycle(tracker);
    expect(tracker.followed()[0]!.layoutId).not.toBeNull();
  });

  test('a process that changes all the time is measured always and kept seldom', async () => {
    proc.set(10, { maps: program(64) });
    const tracker = await open();
    for (let i = 1; i <= 200; i++) {
      proc.set(10, { maps: program(64 + 4 * i) });
      await cycle(tracker);
      expect(tracker.followed()[0]!.layout.virtualBytes).toBe(180_224 + (64 + 4 * i) * 1024);
    }
    expect(accounts.skippedLayouts).toBeGreaterThan(20);
    expect(accounts.skippedLayouts + (await intervals('api')).length).toBe(200);
  });
});

describe('time in which nobody looked', () => {
  test('is not covered, and what comes after is', async () => {
    proc.set(10, { maps: program(64) });
    const tracker = await open();
    await cycle(tracker);
    clock += 60_000;
    await cycle(tracker);
    await cycle(tracker);
    expect((await intervals('api')).map(({ fromMs, toMs }) => toMs - fromMs)).toEqual([0, 1000]);
    expect(accounts.reads.maps).toBe(1);
  });

  test('nor is time that a clock set back has seen twice', async () => {
    proc.set(10, { maps: program(64) });
    const tracker = await open();
    for (const jump of [0, -3000, -3_000_000, 0, 5000]) {
      clock += jump;
      await cycle(tracker);
    }
    for (const { fromMs, toMs } of await intervals('api')) expect(toMs).toBeGreaterThanOrEqual(fromMs);
    expect(tracker.followed()[0]!.layoutId).not.toBeNull();
  });
});

test('a process that breaks the collector itself is counted and hides no other', async () => {
  proc.set(10, { maps: program(64) });
  proc.set(11, { comm: 'other', maps: program(64) });
  const { touch } = store;
  store.touch = (life, ...rest) => {
    if (life.process === 'api') throw new TypeError('a defect');
    return touch(life, ...rest);
  };
  const tracker = await open();
  await cycle(tracker);
  expect(await cycle(tracker)).toEqual(['other']);
  expect(accounts.errors.internal).toBe(1);
});

describe('exec', () => {
  test('another program is another process under its own label', async () => {
    proc.set(10, { comm: 'bash', maps: program(64), textPages: 200 });
    const tracker = await open();
    expect(await cycle(tracker)).toEqual(['bash']);
    proc.set(10, { comm: 'api', maps: program(128), textPages: 8 });
    expect(await cycle(tracker)).toEqual(['api']);
    expect((await intervals('bash')).length).toBe(1);
    expect((await intervals('api')).length).toBe(1);
  });
});

describe('after a restart of the collector', () => {
  test('living processes keep label, life and interval; nobody takes their label', async () => {
    for (const pid of [20, 21]) proc.set(pid, { maps: program(64), startTicks: pid });
    const first = await open();
    await cycle(first);
    await cycle(first);
    first.close();
    proc.remove(20);
    proc.set(10, { maps: program(64), startTicks: 9 });
    const second = await open({ host: 'another-container' });
    expect((await cycle(second)).sort()).toEqual(['api', 'api-2']);
    const byPid = new Map(second.followed().map(({ pid, life }) => [pid, life.process]));
    expect(byPid.get(21)).toBe('api-2');
    expect((await intervals('api-2')).map(({ fromMs, toMs }) => toMs - fromMs)).toEqual([2000]);
  });
});

describe('a fresh read', () => {
  test('sees what the last cycle did not', async () => {
    proc.set(10, { maps: program(64) });
    const tracker = await open();
    await cycle(tracker);
    proc.set(10, { maps: program(256) });
    clock += 300;
    const fresh = await tracker.readNow('api');
    expect(fresh).toMatchObject({ exact: true, fromMs: clock, toMs: clock });
    expect(fresh!.layout.ranges.find(({ name }) => name === '[heap]')!.size).toBe(256 * 1024);
    expect((await store.snapshot('api', { id: fresh!.id }))!.layout).toEqual(fresh!.layout);
    expect(await tracker.readNow('nobody')).toBeNull();
    proc.remove(10);
    expect(await tracker.readNow('api')).toBeNull();
  });
});

test('nothing that a process was told is kept: no argument, no environment, no address', async () => {
  proc.set(10, {
    maps: [
      ...program(64),
      '7f0000000000-7f0000001000 r--s 00000000 08:01 2002                       /home/alice/secret-plans.db',
    ],
  });
  const tracker = await open();
  await cycle(tracker);
  const stored = JSON.stringify([await store.snapshot('api', { atMs: clock }), await store.processes(0, ALL)]);
  expect(stored).toContain('secret-plans.db');
  expect(stored).toContain('/usr/bin/api');
  for (const secret of ['hunter2', 'alice', '55f0', '7f00', '7ffc']) expect(stored).not.toContain(secret);
});
