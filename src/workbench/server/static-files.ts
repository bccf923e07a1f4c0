/** Files that the page loads: its bundle, the plugin, and the fonts and icons that Grafana's packages ask for. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';

export interface StaticFile {
  readonly type: string;
  readonly body: Uint8Array | string;
}

export interface StaticRoots {
  readonly dist: string;
  readonly page: string;
  readonly nodeModules: string;
  readonly pluginId: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
  '.md': 'text/markdown; charset=utf-8',
};

const FONTS: Readonly<Record<string, string>> = {
  'inter/Inter-Regular.woff2': 'inter/files/inter-latin-400-normal.woff2',
  'inter/Inter-Medium.woff2': 'inter/files/inter-latin-500-normal.woff2',
  'roboto/RobotoMono-Regular.woff2': 'roboto-mono/files/roboto-mono-latin-400-normal.woff2',
};
const OTHER_FONT = 'roboto-mono/files/roboto-mono-latin-400-normal.woff2';

const svg = (inside: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round">${inside}</svg>`;

/** Icons that @grafana/ui uses and its package lacks; any other missing one is an empty picture, not an error. */
const ICONS: Readonly<Record<string, string>> = {
  'angle-double-left': svg('<path d="M11 17l-5-5 5-5M18 17l-5-5 5-5"/>'),
  'angle-double-right': svg('<path d="M13 17l5-5-5-5M6 17l5-5-5-5"/>'),
  spinner: svg('<path d="M12 3a9 9 0 1 0 9 9"/>'),
};
const NO_ICON = svg('');

/** @returns null when there is no such file, or the path leaves its folder */
export async function readStatic(roots: StaticRoots, pathname: string): Promise<StaticFile | null> {
  const under = (prefix: string): string | null => (pathname.startsWith(prefix) ? pathname.slice(prefix.length) : null);

  const page = under('/workbench/');
  if (page !== null) return readInside(roots.page, page);
  const plugin = under(`/public/plugins/${roots.pluginId}/`);
  if (plugin !== null) return readInside(roots.dist, plugin);
  const font = under('/public/fonts/');
  if (font !== null) return readInside(path.join(roots.nodeModules, '@fontsource'), FONTS[font] ?? OTHER_FONT);
  const icon = under('/public/build/img/icons/');
  if (icon !== null) {
    const found = await readInside(path.join(roots.nodeModules, '@grafana/ui/dist/public/img/icons'), icon);
    return found ?? { type: TYPES['.svg']!, body: ICONS[path.basename(icon, '.svg')] ?? NO_ICON };
  }
  return null;
}

async function readInside(root: string, name: string): Promise<StaticFile | null> {
  const type = TYPES[path.extname(name)];
  const file = path.resolve(root, name);
  // The executables in dist/ have no type and are not handed out.
  if (!type || !file.startsWith(root + path.sep)) return null;
  try {
    return { type, body: await readFile(file) };
  } catch {
    return null;
  }
}
