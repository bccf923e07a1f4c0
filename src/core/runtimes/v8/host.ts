/** Which program has V8 inside, and its version where a path tells. */
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

const CHROMIUM =
  /^(chrome|chromium|chromium-browser|google-chrome|msedge|brave|vivaldi-bin|opera|headless_shell|chrome-headless-shell|chrome_crashpad_handler)$/;
const ELECTRON = /^(electron|code|code-insiders|slack|Discord|signal-desktop|teams|obsidian)$/;

export function hostOf(view: View): Host | null {
  const seen = new Set<string>();
  const names = [view.snapshot.exe ?? ''];
  for (const m of view.mappings) if (m.name.charCodeAt(0) === 47) names.push(m.name);
  for (const name of names) {
    if (seen.has(name)) continue;
    seen.add(name);
    const host = hostFrom(name.replace(/ \(deleted\)$/, ''));
    if (host) return host;
  }
  return hostByShape(view);
}

/** A program with V8 inside under another name: many pages of its own shape and flags. */
function hostByShape(view: View): Host | null {
  if (!view.smaps) return null;
  let pages = 0;
  for (const i of view.writable) {
    if (view.mappings[i]!.start % PAGE === 0 && hasFlag(view, i, 'dc') === true && hasFlag(view, i, 'nr') === true)
      pages++;
  }
  if (pages < FEWEST_PAGES) return null;
  return {
    name: 'v8',
    version: null,
    evidence: `${pages} heap pages at borders of 256 KiB (VmFlags dc nr).`,
    caged: false,
  };
}

function hostFrom(path: string): Host | null {
  const base = path.slice(path.lastIndexOf('/') + 1);
  const evidence = `${path} is mapped.`;
  if (/^node(js)?[-.\d]*$/.test(base)) return { name: 'node', version: versionIn(path), evidence, caged: false };
  const library = /^libnode\.so(?:\.(\d+))?/.exec(base);
  if (library) return { name: 'node', version: ABI[library[1] ?? ''] ?? null, evidence, caged: false };
  if (/^deno[-.\d]*$/.test(base)) return { name: 'deno', version: versionIn(path), evidence, caged: true };
  if (CHROMIUM.test(base)) return { name: 'chromium', version: versionIn(path), evidence, caged: true };
  if (ELECTRON.test(base)) return { name: 'chromium', version: null, evidence, caged: true };
  return /^libv8(_libbase|_monolith)?\.so/.test(base) ? { name: 'v8', version: null, evidence, caged: false } : null;
}

/** `.../versions/node/v20.11.1/bin/node` → 20.11.1 */
function versionIn(path: string): string | null {
  return /[/@-]v?(\d+\.\d+(?:\.\d+)+)(?=[/-])/.exec(path)?.[1] ?? null;
}
