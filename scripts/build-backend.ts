/**
 * Compiles the backend with Bun into dist/gpx_plateau_<system>_<processor>, one file a platform:
 * `bun scripts/build-backend.ts [--targets=linux-x64,linux-arm64,...]`.
 */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '..');

/** Grafana's name of a platform is Go's. */
const TARGETS: Readonly<Record<string, string>> = {
  'linux-x64': 'linux_amd64',
  'linux-arm64': 'linux_arm64',
  'darwin-x64': 'darwin_amd64',
  'darwin-arm64': 'darwin_arm64',
  'windows-x64': 'windows_amd64.exe',
};

/** This machine's. */
export const HOST_TARGET = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/** @returns the files made; rejects with the compiler's own output, or when a target is not known */
export async function buildBackend(
  targets: readonly string[] = [HOST_TARGET],
  outDir = path.join(ROOT, 'dist')
): Promise<string[]> {
  mkdirSync(outDir, { recursive: true });
  const files: string[] = [];
  for (const target of targets) {
    const suffix = TARGETS[target];
    if (suffix === undefined) {
      throw new Error(`There is no platform '${target}'. Known are ${Object.keys(TARGETS).join(', ')}.`);
    }
    const file = path.join(outDir, `gpx_plateau_${suffix}`);
    // A running plugin keeps its file busy: the new one is made beside it and takes its place by a rename.
    const fresh = path.join(outDir, `.gpx_plateau_${process.pid}${suffix.endsWith('.exe') ? '.exe' : ''}`);
    try {
      await compile(target, fresh);
      // The catalog's validator wants exactly this mode.
      chmodSync(fresh, 0o755);
      renameSync(fresh, file);
    } finally {
      rmSync(fresh, { force: true });
    }
    files.push(file);
  }
  return files;
}

function compile(target: string, outfile: string): Promise<void> {
  const args = [
    'build',
    'src/backend/main.ts',
    '--compile',
    '--minify',
    '--bytecode',
    // Otherwise the executable reads .env and runs preloads of bunfig.toml from whatever directory it is started in.
    '--no-compile-autoload-dotenv',
    '--no-compile-autoload-bunfig',
    `--target=bun-${target}`,
    `--outfile=${outfile}`,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(path.join(ROOT, 'node_modules/.bin/bun'), args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`bun build failed with ${code}:\n${output.slice(-4000)}`))
    );
  });
}

if (require.main === module) {
  const named = process.argv.find((arg) => arg.startsWith('--targets='));
  buildBackend(named ? named.slice('--targets='.length).split(',') : undefined)
    .then((files) => process.stderr.write(`${files.join('\n')}\n`))
    .catch((error: Error) => {
      process.stderr.write(`${error.message}\n`);
      process.exit(1);
    });
}
