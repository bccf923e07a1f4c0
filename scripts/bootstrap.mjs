// Plain JavaScript, because it runs before anything is installed: it installs what package-lock.json names, once per
// version of that file, and then runs the given TypeScript program with Bun.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const bun = path.join(root, 'node_modules', '.bin', 'bun');

/** Installs when node_modules does not match the lock file. Progress and npm's own errors go to stderr. */
export function ensureInstalled() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) {
    process.stderr.write(`Plateau needs Node 20 or newer; this is Node ${process.versions.node}.\n`);
    process.exit(2);
  }
  const stamp = path.join(root, 'node_modules', '.plateau-lock');
  const lock = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(bun) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) {
    return;
  }
  process.stderr.write('Installing the packages of package-lock.json (once, about a minute) ...\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const done = spawnSync(npm, ['ci', '--loglevel=error'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (done.status !== 0) {
    process.stderr.write(
      'npm ci failed; its message stands above. Check the network or the registry in your npm settings, then run this again.\n'
    );
    process.exit(2);
  }
  writeFileSync(stamp, lock);
}

/** This process's parent and grandparent, the shell and npm, as text to compare. */
function starters() {
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'utf8');
    return `${process.ppid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]}`;
  } catch {
    return String(process.ppid);
  }
}

/** Runs a TypeScript program with Bun and passes its signals and exit code through. */
export function runWithBun(program, args) {
  const child = spawn(bun, [path.join(root, program), ...args], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  // npm's SIGTERM ends the shell between npm and this process and no more: whoever ended npm meant this program.
  if (process.env.npm_lifecycle_event) {
    const began = starters();
    setInterval(() => starters() !== began && child.kill('SIGTERM'), 500).unref();
  }
  child.on('exit', (code, signal) => {
    if (signal) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    } else {
      process.exit(code ?? 1);
    }
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureInstalled();
  runWithBun(process.argv[2], process.argv.slice(3));
}
