/** Which program has V8 inside, and its version where a path tells. */
import { type FilePattern, filePattern, findFile, nameMatches } from '../../attribution/files';
import type { View } from '../../attribution/view';
import { type Bytes, KIB } from '../../units';
import { hasFlag } from '../shapes';

export interface Host {
  /** `node`, `deno`, `chromium`; `v8` for other programs. */
  readonly name: string;
  readonly version: string | null;
  readonly evidence: string;
  /** Pointers are compressed: one cage of 4 GiB or more holds the heap. */
  readonly caged: boolean;
}

/** NODE_MODULE_VERSION, the ABI number in the name of Debian's libnode.so → major release. */
const ABI: Readonly<Record<string, string>> = {
  '72': '12',
  '83': '14',
  '93': '16',
  '108': '18',
  '115': '20',
  '127': '22',
  '137': '24',
};

const PAGE: Bytes = 256 * KIB;
const FEWEST_PAGES = 8;

const NODE = filePattern(/^node(js)?[-.\d]*$/);
const LIBNODE = filePattern(/^libnode\.so/);
const DENO = filePattern(/^deno[-.\d]*$/);
const LIBV8 = filePattern(/^libv8(_libbase|_monolith)?\.so/);
const CHROMIUM = filePattern(
  /^(chrome|chromium|chromium-browser|google-chrome|msedge|brave|vivaldi-bin|opera|headless_shell|chrome-headless-shell|electron|code|code-insiders|slack|Discord|signal-desktop|teams|obsidian)$/
);

/** One question for the many processes without V8. */
const ANY = filePattern(new RegExp([NODE, LIBNODE, DENO, LIBV8, CHROMIUM].map(({ base }) => base.source).join('|')));

/** The program by the name of its executable or library. */
export function namedHost(view: View): Host | null {
  const { exe } = view.snapshot;
  if (!findFile(view.files, ANY) && (exe === null || !nameMatches(exe, ANY))) return null;
  const mapped = (pattern: FilePattern): string | null => {
    if (exe && nameMatches(exe, pattern)) return exe;
    return findFile(view.files, pattern)?.name ?? null;
  };
  const host = (name: string, path: string, version: string | null, caged: boolean): Host => {
    return { name, version, evidence: `${path} is mapped.`, caged };
  };
  const node = mapped(NODE);
  if (node) return host('node', node, versionIn(node), false);
  const library = mapped(LIBNODE);
  if (library) return host('node', library, ABI[/\.so\.(\d+)/.exec(library)?.[1] ?? ''] ?? null, false);
  const deno = mapped(DENO);
  if (deno) return host('deno', deno, versionIn(deno), true);
  const chromium = mapped(CHROMIUM);
  if (chromium) return host('chromium', chromium, versionIn(chromium), true);
  const v8 = mapped(LIBV8);
  return v8 ? host('v8', v8, null, false) : null;
}

export function hostOf(view: View): Host | null {
  return namedHost(view) ?? hostByShape(view);
}

/** A program with V8 inside under another name: many pages of its own shape and flags. */
function hostByShape(view: View): Host | null {
  if (!view.smaps) return null;
  let pages = 0;
  for (const i of view.writable) {
    if (view.mappings[i]!.start % PAGE === 0 && hasFlag(view, i, 'dc') === true && hasFlag(view, i, 'nr') === true) {
      pages++;
    }
  }
  if (pages < FEWEST_PAGES) return null;
  return {
    name: 'v8',
    version: null,
    evidence: `${pages} heap pages at borders of 256 KiB (VmFlags dc nr).`,
    caged: false,
  };
}

/** `.../versions/node/v20.11.1/bin/node` → 20.11.1 */
function versionIn(path: string): string | null {
  return /[/@-]v?(\d+\.\d+(?:\.\d+)+)(?=[/-])/.exec(path)?.[1] ?? null;
}
