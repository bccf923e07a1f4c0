import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CORE_REFUSES, VIOLATIONS } from '../../rules/violations';

const ROOT = path.resolve(__dirname, '../../..');
const scratch = mkdtempSync(path.join(tmpdir(), 'plateau-rules-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function tree(name: string, files: Readonly<Record<string, string>>): string {
  const root = path.join(scratch, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  const config = readFileSync(path.join(ROOT, 'tsconfig.core.json'), 'utf8').replace('"src/core"', '"src"');
  writeFileSync(path.join(root, 'tsconfig.json'), config);
  return root;
}

/** Names of the rules that a source tree breaks. */
function brokenRules(cwd: string): string[] {
  const done = spawnSync(
    process.execPath,
    [
      path.join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
      'src',
      '--config',
      path.join(ROOT, '.dependency-cruiser.mjs'),
      '--output-type',
      'json',
    ],
    { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }
  );
  const report = JSON.parse(done.stdout) as { summary: { violations: Array<{ rule: { name: string } }> } };
  return [...new Set(report.summary.violations.map((violation) => violation.rule.name))];
}

describe('import rules', () => {
  it.each(VIOLATIONS)('$rule catches its violation', ({ rule, files }) => {
    expect(brokenRules(tree(rule, files))).toContain(rule);
  });

  it('every rule has a violation that proves it', () => {
    const config = readFileSync(path.join(ROOT, '.dependency-cruiser.mjs'), 'utf8');
    const rules = [...config.matchAll(/name: '([^']+)'/g)].map((match) => match[1]);
    expect(rules.sort()).toEqual(VIOLATIONS.map(({ rule }) => rule).sort());
  });

  it('the sources keep every rule', () => {
    expect(brokenRules(ROOT)).toEqual([]);
  });
});

describe('the bare compiler of src/core', () => {
  it.each(Object.entries(CORE_REFUSES))('refuses %s', (name, text) => {
    const root = tree(`core-${name}`, { 'src/core/x.ts': text });
    const done = spawnSync(process.execPath, [path.join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', root], {
      encoding: 'utf8',
    });
    expect(done.stdout).toContain(`'${name}'`);
    expect(done.status).not.toBe(0);
  });
});
