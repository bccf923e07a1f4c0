/**
 * How large the tables of CPython's containers are: their sizes come from a few sequences, so a mapping of arenas that holds one can be
 * taken apart.
 *
 * Source: Objects/listobject.c (list_resize: a list that is appended to grows by an eighth), Objects/dictobject.c (a dict doubles: for
 * each slot four bytes of index and two thirds of an entry, of 24 bytes or, from 3.11 on, of 16 where all keys are
 * strings), malloc/malloc.c of glibc (a header of 16 bytes and whole pages), CPython 3.7 to 3.15. Sample, a list of 300,000 objects:
 *   `7f1f3ea4e000-7f1f3ecca000 rw-p 00000000 00:00 0`      2544 KiB
 * Cannot tell: a list that was made at once, and chunks of other sizes (strings, arrays).
 */
import { type Bytes, GIB, KIB } from '../units';

export interface Table {
  readonly bytes: Bytes;
  readonly kind: 'list' | 'dict' | 'startup';
}

const PAGE = 4 * KIB;
const POINTER = 8;
/** What malloc maps by itself. */
const SMALLEST = 128 * KIB;
const LARGEST = 4 * GIB;
/** 132 and 260 KiB, which the interpreter maps when it starts, below its first arena (3.11 and later). */
const STARTUP: Table = { bytes: 392 * KIB, kind: 'startup' };

function mapped(request: Bytes): Bytes {
  return Math.ceil((request + 24) / PAGE) * PAGE;
}

function listSizes(rounded: boolean): Table[] {
  const sizes: Table[] = [];
  for (let slots = 0; slots * POINTER < LARGEST;) {
    const needed = slots + 1;
    const eighth = Math.floor(needed / 8);
    slots = rounded ? Math.floor((needed + eighth + 6) / 4) * 4 : needed + eighth + (needed < 9 ? 3 : 6);
    if (slots * POINTER >= SMALLEST) sizes.push({ bytes: mapped(slots * POINTER), kind: 'list' });
  }
  return sizes;
}

function dictSizes(strings: boolean): Table[] {
  const sizes: Table[] = [];
  for (let slots = 1 << 13; slots * 20 < LARGEST; slots *= 2) {
    const index = slots * (slots < 1 << 16 ? 2 : 4);
    const header = 32;
    const entries = Math.floor((slots * 2) / 3);
    for (const entry of strings ? [24, 16] : [24]) {
      const bytes = mapped(header + index + entries * entry);
      if (bytes >= SMALLEST) sizes.push({ bytes, kind: 'dict' });
    }
  }
  return sizes;
}

const ascending = (tables: readonly Table[]): readonly Table[] => [...tables].sort((a, b) => a.bytes - b.bytes);

const TABLES_39 = ascending([...listSizes(true), ...dictSizes(false)]);
const TABLES_38 = ascending([...listSizes(false), ...dictSizes(false)]);
const TABLES_311 = ascending([...listSizes(true), ...dictSizes(true), STARTUP]);

function tablesOf(minor: number): readonly Table[] {
  if (minor >= 11) return TABLES_311;
  return minor >= 9 ? TABLES_39 : TABLES_38;
}

/** The table that `size` bytes hold beside whole arenas, or null when no table leaves whole arenas. */
export function tableIn(size: Bytes, arena: Bytes, minor: number): Table | null {
  const rest = size % arena;
  let found: Table | null = null;
  for (const table of tablesOf(minor)) {
    if (table.bytes > size) break;
    if (table.bytes === size) return table;
    if ((table.bytes - rest) % arena !== 0 || !isShareOf(table.bytes, size)) continue;
    // Tables that are whole arenas but for malloc's header cannot be told apart; most of such a mapping is one dict.
    found = found === null || rest === PAGE ? table : found;
  }
  return found;
}

/** What a container holds takes at least half as much as its table. */
function isShareOf(table: Bytes, size: Bytes): boolean {
  return table <= size * 0.67;
}
