/** Hundreds of short processes while the collector looks: nothing breaks, nothing leaks, everything is counted. */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FROM_SOURCE, scrape, startCollector, until } from './collector-process';

const PROCESSES = 600;
const AT_ONCE = 40;

/** Lives up to 1.7 s: some end before they are taken up, some while they are followed, some while they are read. */
function shortProcess(index: number): Promise<void> {
  const seconds = ((index * 7) % 18) / 10;
  return new Promise((resolve, reject) => {
    const child = spawn('sleep', [String(seconds)], { stdio: 'ignore' });
    if (index % 5 === 0) setTimeout(() => child.kill('SIGKILL'), 300 * (index % 4));
    child.on('error', reject);
    child.on('close', () => resolve());
  });
}

async function churn(): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < PROCESSES) await shortProcess(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

test('churn', async () => {
  const collector = await startCollector(FROM_SOURCE, ['--data', ':memory:', '--interval', '100ms']);
  const descriptors = (): number => readdirSync(`/proc/${collector.pid}/fd`).length;
  const processes = async (): Promise<number> => (await scrape(collector.url, 'plateau_collector_processes')).get('')!;
  try {
    const before = { descriptors: descriptors(), processes: await processes() };
    let most = 0;
    let done = false;
    const work = churn().then(() => (done = true));
    while (!done) {
      most = Math.max(most, await processes());
      const labels = [...(await scrape(collector.url, 'plateau_process_info')).keys()].map(
        (text) => /process="([^"]*)"/.exec(text)![1]
      );
      expect(new Set(labels).size).toBe(labels.length);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await work;
    // The churn was seen at all, or the rest would prove nothing.
    expect(most).toBeGreaterThan(before.processes + 5);

    const gone = async () =>
      ![...(await scrape(collector.url, 'plateau_process_info')).keys()].some((text) =>
        text.includes('process="sleep-1')
      );
    await until(async () => (await gone()) || undefined);
    // Others on this machine come and go too, one descriptor each.
    const growth = (await processes()) - before.processes;
    expect(descriptors() - before.descriptors).toBeLessThanOrEqual(Math.max(0, growth) + 15);

    const errors = await scrape(collector.url, 'plateau_collector_errors_total');
    for (const reason of ['parse', 'attribution', 'store']) {
      expect([reason, errors.get(`reason="${reason}"`)]).toEqual([reason, 0]);
    }
    const fine = await fetch(`${collector.url}/-/healthy`);
    expect(fine.status).toBe(200);
  } finally {
    expect(await collector.stop()).toBe(0);
  }
  expect(collector.stderr()).toBe('');
});
