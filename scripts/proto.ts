/**
 * Generates src/adapters/pluginv2/generated from the .proto files beside it: `npm run proto`. With `--check` it writes
 * nothing and fails when the committed files differ from what would be generated.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(__dirname, '..');
const protos = path.join(root, 'src/adapters/pluginv2/proto');
const generated = path.join(root, 'src/adapters/pluginv2/generated');
const bin = path.join(root, 'node_modules/.bin');

function generateInto(directory: string): void {
  const template = {
    version: 'v2',
    plugins: [{ local: path.join(bin, 'protoc-gen-es'), out: directory, opt: ['target=ts'] }],
  };
  const run = spawnSync(path.join(bin, 'buf'), ['generate', protos, '--template', JSON.stringify(template)], {
    cwd: root,
    stdio: 'inherit',
  });
  if (run.status !== 0) throw new Error('buf generate failed; its message stands above.');
}

function contents(directory: string): Map<string, string> {
  return new Map(
    readdirSync(directory)
      .sort()
      .map((name) => [name, readFileSync(path.join(directory, name), 'utf8')])
  );
}

const scratch = mkdtempSync(path.join(tmpdir(), 'plateau-proto-'));
try {
  generateInto(scratch);
  if (process.argv.includes('--check')) {
    const fresh = contents(scratch);
    const committed = contents(generated);
    const names = new Set([...fresh.keys(), ...committed.keys()]);
    const stale = [...names].filter((name) => fresh.get(name) !== committed.get(name));
    if (stale.length > 0) {
      process.stderr.write(
        `Generated protocol code is stale: ${stale.join(', ')}. Run npm run proto and commit the result.\n`
      );
      process.exitCode = 1;
    }
  } else {
    rmSync(generated, { recursive: true, force: true });
    cpSync(scratch, generated, { recursive: true });
    process.stdout.write(`${[...contents(generated).keys()].join(' ')}\n`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
