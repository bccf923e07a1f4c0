import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(__dirname, '../../..');

it('generated protocol code is what the .proto files give', () => {
  const run = spawnSync(path.join(root, 'node_modules/.bin/bun'), ['scripts/proto.ts', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(run.stderr).not.toContain('stale');
  expect(run.status).toBe(0);
});
