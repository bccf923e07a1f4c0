/** Which program has V8 inside, its version where a path tells, and how its heap lies. */
import { type FilePattern, filePattern, findFile, nameMatches } from '../../attribution/files';
import { type View, touchesAbove, touchesBelow } from '../../attribution/view';
import { sizeOf } from '../../mapping/mapping';
import { type Bytes, GIB, KIB, TIB } from '../../units';

export interface Host {
  /** `node`, `deno`, `chromium`; `v8` for other programs. */
  readonly name: string;
  readonly version: string | null;
  readonly evidence: string;
  /** Pointers are compressed: one cage of 4 GiB or more holds the heap. */
  readonly caged: boolean;
  /** Built as in Chromium: cages, pointer tables, perhaps the sandbox, and no flags that mark V8's memory. */
  readonly sandboxed: boolean;
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

export const PAGE: Bytes = 256 * KIB;
const FEWEST_PAGES = 8;
/** mmap works downwards from below the stack, which lies under 128 TiB; V8's random hints have 46 bits. */
export const RANDOM_AREA_END = 64 * TIB;
export const RANDOM_AREA_START = 4 * GIB;

const NODE = filePattern(/^node(js)?[-.\d]*$/);
const LIBNODE = filePattern(/^libnode\.so/);
const DENO = filePattern(/^deno[-.\d]*$/);
/** Libraries and programs that carry V8 themselves: V8's own, Python's and Cloudflare's. */
const EMBEDDER = filePattern(/^(libv8(_libbase|_monolith)?\.so.*|d8|workerd|libmini_?racer.*\.so|_STPyV8.*\.so)$/);
const CHROMIUM = filePattern(
  /^(chrome|chromium|chromium-browser|google-chrome|msedge|brave|vivaldi-bin|opera|headless_shell|chrome-headless-shell|electron|code|code-insiders|slack|Discord|signal-desktop|teams|obsidian|libcef\.so|libQt[56]WebEngineCore\.so.*)$/
);

/** One question for the many processes without V8. */
const ANY = filePattern(new RegExp([NODE, LIBNODE, DENO, EMBEDDER, CHROMIUM].map(({ base }) => base.source).join('|')));

/** The program by the name of its executable or library. */
function namedHost(view: View): Host | null {
  const { exe } = view.snapshot;
  if (!findFile(view.files, ANY) && (exe === null || !nameMatches(exe, ANY))) return null;
  const mapped = (pattern: FilePattern): string | null => {
    if (exe && nameMatches(exe, pattern)) return exe;
    return findFile(view.files, pattern)?.name ?? null;
  };
  const host = (name: string, path: string, version: string | null, caged: boolean, sandboxed = false): Host => {
    return { name, version, evidence: `${path} is mapped.`, caged, sandboxed };
  };
  const node = mapped(NODE);
  if (node) return host('node', node, versionIn(node), false);
  const library = mapped(LIBNODE);
  if (library) return host('node', library, ABI[/\.so\.(\d+)/.exec(library)?.[1] ?? ''] ?? null, false);
  const deno = mapped(DENO);
  if (deno) return host('deno', deno, versionIn(deno), true);
  const chromium = mapped(CHROMIUM);
  if (chromium) return host('chromium', chromium, versionIn(chromium), true, true);
  const v8 = mapped(EMBEDDER);
  if (!v8) return null;
  const caged = pagesOf(view) < FEWEST_PAGES;
  return host('v8', v8, null, caged, caged);
}

export function hostOf(view: View): Host | null {
  return namedHost(view) ?? hostByShape(view);
}

/** A program with V8 inside under another name: many pages of the same size, each alone at a random place. */
function hostByShape(view: View): Host | null {
  const pages = pagesOf(view);
  if (pages < FEWEST_PAGES) return null;
  return {
    name: 'v8',
    version: null,
    evidence: `${pages} heap pages at random borders of 256 KiB.`,
    caged: false,
    sandboxed: false,
  };
}

/** Pages of a heap without a cage: whole pages, or what is left of one whose end was given back. */
function pagesOf(view: View): number {
  let pages = 0;
  for (const i of view.writable) {
    const m = view.mappings[i]!;
    if (m.end > RANDOM_AREA_END) break;
    if (m.start < RANDOM_AREA_START || m.start % PAGE !== 0 || sizeOf(m) > PAGE) continue;
    if (m.name === '' && !touchesBelow(view, i) && !touchesAbove(view, i)) pages++;
  }
  return pages;
}

/** `.../versions/node/v20.11.1/bin/node` → 20.11.1 */
function versionIn(path: string): string | null {
  return /[/@-]v?(\d+\.\d+(?:\.\d+)+)(?=[/-])/.exec(path)?.[1] ?? null;
}
