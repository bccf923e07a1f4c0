/** `npm run check`: every rule that needs no test run. Runs all, prints each verdict, fails when one did. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '..');

const CHECKS: ReadonlyArray<{ name: string; command: readonly string[] }> = [
  { name: 'core alone, with a bare compiler', command: ['tsc', '-p', 'tsconfig.core.json'] },
  { name: 'types of everything', command: ['tsc', '-p', 'tsconfig.json'] },
  {
    name: 'import rules',
    command: ['depcruise', 'src', '--config', '.dependency-cruiser.mjs', '--output-type', 'err'],
  },
  { name: 'dead code and unused packages', command: ['knip', '--no-progress'] },
  { name: 'lint', command: ['eslint', '--cache', '--max-warnings', '0', '.'] },
  { name: 'format', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
];

let failed = 0;
for (const { name, command } of CHECKS) {
  const began = performance.now();
  const done = spawnSync(path.join(ROOT, 'node_modules/.bin', command[0]!), command.slice(1), {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const ok = done.status === 0;
  if (!ok) failed++;
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
  if (!ok) console.log(`${done.stdout}${done.stderr}`.trimEnd());
}
process.exit(failed === 0 ? 0 : 1);
