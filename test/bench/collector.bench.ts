/**
 * CPU of one look at 200 quiet processes against CPU of reading their statm and nothing else, in one run.
 * Target: a ratio of 8 at most, which at one look per second stays far below 1 % of a core.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import { openSqliteStore } from '../../src/adapters/store/sqlite/sqlite-store';
import { createAccounts } from '../../src/collector/accounts';
import { createTracker } from '../../src/collector/tracker';
import type { Bench } from './run';

const PROCESSES = 200;
const ROUNDS = 40;
const TARGET = 8;

/** CPU of this process, us. */
async function cpuOf(work: () => Promise<void>): Promise<number> {
  const began = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(began);
  return user + system;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function measure(children: readonly ChildProcess[]): Promise<readonly string[]> {
  // Processes are taken up when they are a second old.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const store = openSqliteStore(':memory:');
  const options = {
    root: '/proc',
    host: 'bench',
    include: [/^sleep/],
    exclude: [],
    exposeAddresses: false,
    smaps: null,
  };
  const tracker = await createTracker(store, createAccounts(), { ...options, maxKept: 10_000, now: Date.now });
  const first = await cpuOf(() => tracker.cycle());
  for (let i = 0; i < ROUNDS; i++) await tracker.cycle();
  const followed = tracker.followed().length;

  const buffer = Buffer.alloc(256);
  const files = children.map(({ pid }) => openSync(`/proc/${pid}/statm`, 'r'));
  const readAll = async (): Promise<void> => {
    for (const file of files) readSync(file, buffer, 0, buffer.length, 0);
  };
  for (let i = 0; i < ROUNDS; i++) await readAll();

  const looks: number[] = [];
  const reads: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    looks.push(await cpuOf(() => tracker.cycle()));
    reads.push(await cpuOf(readAll));
  }
  const flush = await cpuOf(() => store.flush());
  files.forEach((file) => closeSync(file));
  tracker.close();
  await store.close();

  const look = median(looks);
  const ratio = look / median(reads);
  console.log(
    `  ${followed} processes: first look ${(first / 1000).toFixed(0)} ms, each look ${(look / 1000).toFixed(2)} ms ` +
      `(${(look / 10_000).toFixed(2)} % of a core at 1 s), flush ${(flush / 1000).toFixed(1)} ms, statm alone ` +
      `${(median(reads) / 1000).toFixed(2)} ms, ratio ${ratio.toFixed(1)}`
  );
  const failures = followed < PROCESSES ? [`only ${followed} of ${PROCESSES} processes were followed`] : [];
  return ratio > TARGET
    ? [...failures, `a look costs ${ratio.toFixed(1)} times reading statm, more than ${TARGET}`]
    : failures;
}

export const collectorBench: Bench = {
  name: 'collector',
  async run() {
    const children = Array.from({ length: PROCESSES }, () => spawn('sleep', ['600'], { stdio: 'ignore' }));
    try {
      return await measure(children);
    } finally {
      for (const child of children) child.kill();
    }
  },
};
