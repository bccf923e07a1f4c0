/**
 * Layouts drawn as text, one range a line, in address order:
 *   `region          category     size   [resident]  [name]`
 * Sizes are `64MiB`, `4KiB`, `12` (bytes). A line that begins with `+` is a further part of the mapping above. A line
 * `gap SIZE` leaves addresses unmapped. Permissions follow from the category.
 */
import { CATEGORIES, type Category } from '../../../src/core/attribution/categories';
import type { Layout, LayoutRange } from '../../../src/core/snapshot/layout';
import { toHex } from '../../../src/core/units';

const FACTORS: Readonly<Record<string, number>> = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 };

export function bytesOf(text: string): number {
  const match = /^([\d.,]+)(|KiB|MiB|GiB|TiB)$/.exec(text);
  if (!match) throw new Error(`not a size: ${text}`);
  return Number(match[1]!.replaceAll(',', '')) * FACTORS[match[2]!]!;
}

export function drawLayout(drawing: string, parts: Partial<Layout> = {}): Layout {
  const ranges: LayoutRange[] = [];
  let address = 0x10000;
  let gap = 0;
  let mapping = -1;
  for (const line of drawing.split('\n').map((text) => text.trim())) {
    if (line === '') continue;
    const words = line.split(/\s+/);
    if (words[0] === 'gap') {
      gap += bytesOf(words[1]!);
      address += bytesOf(words[1]!);
      continue;
    }
    const further = words[0] === '+';
    if (further) words.shift();
    else mapping++;
    const [region, category, size, resident, name] = words as [string, string, string, string?, string?];
    if (!CATEGORIES.includes(category as Category)) throw new Error(`not a category: ${category}`);
    ranges.push({
      start: toHex(address),
      gap,
      size: bytesOf(size),
      permissions: category === 'reservation' || category === 'guard' ? '---p' : category === 'code' ? 'r-xp' : 'rw-p',
      category: category as Category,
      region,
      confidence: 'certain',
      why: 'Drawn.',
      name: name ?? '',
      mapping,
      resident: resident === undefined || resident === '?' ? null : bytesOf(resident),
    });
    gap = 0;
    address += bytesOf(size);
  }
  return {
    schema: 1,
    comm: 'drawn',
    virtualBytes: ranges.reduce((sum, range) => sum + range.size, 0),
    mappings: mapping + 1,
    runtimes: [],
    threads: null,
    maxMapCount: null,
    residentBytes: null,
    peakBytes: null,
    ranges,
    ...parts,
  };
}
