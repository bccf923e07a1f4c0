/**
 * `npm run build`: the browser bundle by webpack and the backend executable by Bun, both into dist/. A part is built
 * again only when one of the files that it is made of has changed; `--force` builds all, `--targets=a,b` names platforms.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { HOST_TARGET, buildBackend } from './build-backend';

const ROOT = path.resolve(__dirname, '..');
const DIST = path.join(ROOT, 'dist');

export interface BuildOptions {
  readonly force?: boolean;
  /** Platforms of the executable, as in `linux-x64`; this machine's when absent. */
  readonly targets?: readonly string[];
  readonly onProgress?: (text: string) => void;
}

const FRONTEND_INPUTS = [
  'src/module.ts',
  'src/plugin.json',
  'src/README.md',
  'src/img',
  'src/frontend',
  'src/panel',
  'src/dashboards',
  'src/core',
  'src/contract',
  '.config',
  'webpack.config.ts',
  'package-lock.json',
  'package.json',
  'CHANGELOG.md',
  'LICENSE',
];
const BACKEND_INPUTS = [
  'src/backend',
  'src/adapters',
  'src/core',
  'src/contract',
  'src/plugin.json',
  'scripts/build-backend.ts',
  'package-lock.json',
  'package.json',
];

/** Builds what is stale. @returns names of the parts that were built; rejects with the builder's own output */
export async function build({ force = false, targets = [HOST_TARGET], onProgress }: BuildOptions = {}): Promise<
  string[]
> {
  mkdirSync(DIST, { recursive: true });
  const built: string[] = [];
  await part('frontend', FRONTEND_INPUTS, ['dist/module.js'], force, async () => {
    onProgress?.('Building the browser bundle (dist/module.js)');
    await run('webpack', ['-c', './webpack.config.ts', '--env', 'production']);
    built.push('frontend');
  });
  for (const target of targets) {
    const { file } = backendFile(target);
    await part(`backend-${target}`, BACKEND_INPUTS, [file], force, async () => {
      onProgress?.(`Compiling the backend (${file})`);
      await buildBackend([target]);
      built.push(`backend-${target}`);
    });
  }
  return built;
}

/** Where the executable of a platform lies: Grafana appends Go's names for system and processor. */
export function backendFile(target: string): { readonly file: string } {
  const [system = 'linux', processor = 'x64'] = target.split('-');
  const arch = processor === 'x64' ? 'amd64' : processor;
  return { file: `dist/gpx_plateau_${system}_${arch}${system === 'windows' ? '.exe' : ''}` };
}

async function part(
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  force: boolean,
  make: () => Promise<void>
): Promise<void> {
  const stamp = path.join(ROOT, 'node_modules', `.plateau-build-${name}`);
  const fingerprint = fingerprintOf(inputs);
  const fresh =
    !force &&
    outputs.every((file) => existsSync(path.join(ROOT, file))) &&
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === fingerprint;
  if (fresh) return;
  await make();
  writeFileSync(stamp, fingerprint);
}

function fingerprintOf(inputs: readonly string[]): string {
  const hash = createHash('sha256');
  const add = (file: string): void => {
    if (!existsSync(file)) return;
    if (statSync(file).isDirectory()) {
      for (const name of readdirSync(file).sort()) add(path.join(file, name));
    } else hash.update(path.relative(ROOT, file)).update('\0').update(readFileSync(file)).update('\0');
  };
  for (const input of inputs) add(path.join(ROOT, input));
  return hash.digest('hex');
}

function run(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(path.join(ROOT, 'node_modules/.bin', command), args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} failed with ${code}:\n${output.slice(-4000)}`))
    );
  });
}

if (require.main === module) {
  const args = process.argv.slice(2);
  const named = args.find((arg) => arg.startsWith('--targets='));
  build({
    force: args.includes('--force'),
    ...(named ? { targets: named.slice('--targets='.length).split(',') } : {}),
    onProgress: (text) => console.error(text),
  })
    .then((parts) => console.error(parts.length > 0 ? `Built ${parts.join(', ')}.` : 'Everything is up to date.'))
    .catch((error: Error) => {
      console.error(error.message);
      process.exit(1);
    });
}
