/**
 * The page's bundle: Grafana's own packages and the page around them, by esbuild. Built again only when one of the
 * files that it is made of has changed.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Plugin, build, stop } from 'esbuild';

const ROOT = path.resolve(__dirname, '../..');
const PAGE = path.join(__dirname, 'page');
const STAMP = 'fingerprint.txt';

/** Where the bundle lies; never part of dist/, which is what Grafana gets. */
export const PAGE_DIR = path.join(ROOT, '.plateau/workbench');

export interface PageBuild {
  /** False when the bundle on disk was made of the same files. */
  readonly built: boolean;
  /** All files together, and those that the first view loads; bytes before compression. */
  readonly totalBytes: number;
}

/**
 * @grafana's .mjs files get Node's default import, so CommonJS packages that mark themselves with `__esModule` arrive as
 * objects ("Minified React error #130"). A module between the two hands on the real default.
 */
const commonJsDefaults: Plugin = {
  name: 'commonjs-defaults',
  setup(builder) {
    const names = /^(react-custom-scrollbars-2|react-highlight-words|calculate-size)$/;
    builder.onResolve({ filter: names }, ({ path: name, importer }) =>
      importer.endsWith('.mjs') ? { path: name, namespace: 'commonjs-default' } : undefined
    );
    builder.onLoad({ filter: /.*/, namespace: 'commonjs-default' }, ({ path: name }) => ({
      contents: `export * from '${name}'; export { default } from '${name}';`,
      resolveDir: ROOT,
    }));
  },
};

/** Grafana runs React Router 5 with the compatibility layer of 6; scenes names 6 by its plain name. */
const routerForScenes: Plugin = {
  name: 'router-for-scenes',
  setup(builder) {
    builder.onResolve({ filter: /^react-router-dom$/ }, ({ importer, kind }) =>
      importer.includes('/@grafana/scenes/')
        ? builder.resolve('react-router-dom-v5-compat', { kind, resolveDir: ROOT })
        : undefined
    );
  },
};

/** @returns whether it was built and how large it is; rejects with esbuild's own errors */
export async function buildPage({ force = false } = {}): Promise<PageBuild> {
  const fingerprint = fingerprintOf([PAGE, __filename, path.join(ROOT, 'package-lock.json')]);
  const stamp = path.join(PAGE_DIR, STAMP);
  if (!force && existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint) {
    return { built: false, totalBytes: sizeOf(PAGE_DIR) };
  }
  rmSync(PAGE_DIR, { recursive: true, force: true });
  mkdirSync(PAGE_DIR, { recursive: true });
  await build({
    entryPoints: {
      main: path.join(PAGE, 'main.tsx'),
      'editor.worker': path.join(ROOT, 'node_modules/monaco-editor/esm/vs/editor/editor.worker.js'),
    },
    outdir: PAGE_DIR,
    absWorkingDir: ROOT,
    publicPath: '/workbench',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    jsx: 'transform',
    legalComments: 'none',
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    loader: { '.ttf': 'file', '.svg': 'dataurl', '.woff2': 'file' },
    external: ['/public/*'],
    plugins: [commonJsDefaults, routerForScenes],
  });
  // Ends esbuild's own process: who builds may go on for hours afterwards.
  await stop();
  writeFileSync(stamp, fingerprint);
  return { built: true, totalBytes: sizeOf(PAGE_DIR) };
}

function fingerprintOf(inputs: readonly string[]): string {
  const hash = createHash('sha256');
  const add = (file: string): void => {
    if (statSync(file).isDirectory()) {
      for (const name of readdirSync(file).sort()) add(path.join(file, name));
    } else hash.update(path.relative(ROOT, file)).update('\0').update(readFileSync(file)).update('\0');
  };
  for (const input of inputs) add(input);
  return hash.digest('hex');
}

function sizeOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
}
