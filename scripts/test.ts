/**
 * `npm test`: builds what is stale, runs every suite and ends with one plain count. Vitest runs everything that Node
 * can run; what needs Bun itself (its SQLite) runs in Bun's own runner. Arguments are passed to Vitest and leave Bun's
 * suite out, so that `npm test -- --project unit test/unit/mapping` is quick.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from './build';

const ROOT = path.resolve(__dirname, '..');
const bin = (name: string): string => path.join(ROOT, 'node_modules/.bin', name);

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

function runVitest(args: readonly string[], out: string): Count {
  const report = path.join(out, 'vitest.json');
  const done = spawnSync(
    bin('vitest'),
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args],
    {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
    }
  );
  const json = JSON.parse(readFileSync(report, 'utf8')) as {
    numPassedTests: number;
    numFailedTests: number;
    numPendingTests: number;
    numFailedTestSuites: number;
  };
  const count = { passed: json.numPassedTests, failed: json.numFailedTests, skipped: json.numPendingTests };
  // A file that does not load has no test to fail; the run as a whole failed all the same.
  if (done.status !== 0 && count.failed === 0) count.failed = Math.max(1, json.numFailedTestSuites);
  return count;
}

function runBunTests(out: string): Count {
  const report = path.join(out, 'bun.xml');
  const done = spawnSync(bin('bun'), ['test', '--reporter=junit', `--reporter-outfile=${report}`, './test/bun'], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const head = /<testsuites[^>]*>/.exec(readFileSync(report, 'utf8'))?.[0] ?? '';
  const number = (name: string): number => Number(new RegExp(`${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
  const failed = number('failures') + number('errors');
  const count = { passed: number('tests') - failed - number('skipped'), failed, skipped: number('skipped') };
  if (done.status !== 0 && count.failed === 0) count.failed = 1;
  return count;
}

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  await build({ onProgress: (text) => console.error(text) });
  const out = mkdtempSync(path.join(tmpdir(), 'plateau-test-'));
  try {
    const counts = [runVitest(args, out)];
    if (args.length === 0) counts.push(runBunTests(out));
    const sum = (key: keyof Count): number => counts.reduce((total, count) => total + count[key], 0);
    const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : '';
    console.log(`\n${sum('passed')} passed, ${sum('failed')} failed${skipped}`);
    return sum('failed') === 0 && sum('passed') > 0 ? 0 : 1;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.message);
    console.log('\n0 passed, 1 failed');
    process.exit(1);
  }
);
