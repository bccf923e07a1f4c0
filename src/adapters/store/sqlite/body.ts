/** Bodies of layouts in the database: whole, or as the difference to a whole one. */
import type { Database } from 'bun:sqlite';
import type { Layout } from '../../../core/snapshot/layout';
import { layoutIdOf } from '../../../core/snapshot/to-layout';
import { sumsOf } from '../../../core/snapshot/sums';
import { type Delta, fromDelta, toDelta } from './delta';

/** A whole layout that differences are made to. */
export interface Whole {
  readonly hash: string;
  readonly layout: Layout;
}

/** A difference with more parts than this share of the ranges is not worth its second read. */
const WORTH = 0.5;

const text = new TextDecoder();

export function createBodies(db: Database) {
  const has = db.query<{ hash: string }>('SELECT hash FROM body WHERE hash = ?');
  const add = db.query(
    'INSERT INTO body (hash, id, base, zstd, virtual, mappings, categories, regions) VALUES (?, ?, ?, ?, ?, ?, ?, ?)'
  );
  const read = db.query<{ zstd: Uint8Array; base: string | null }>('SELECT zstd, base FROM body WHERE hash = ?');

  const parse = <T>(zstd: Uint8Array): T => JSON.parse(text.decode(Bun.zstdDecompressSync(zstd))) as T;

  return {
    /**
     * Writes the layout unless it is there already.
     * @param base a whole layout of the same life, if one is known
     * @returns what the next layout of this life can be the difference to
     */
    write(hash: string, layout: Layout, base: Whole | null): Whole | null {
      if (has.get(hash)) return base;
      const delta = base && has.get(base.hash) ? toDelta(layout, base.layout) : null;
      const small = delta !== null && delta.parts.length <= WORTH * layout.ranges.length;
      const { categories, regions } = sumsOf(layout);
      add.run(
        hash,
        layoutIdOf(hash),
        small ? base!.hash : null,
        Bun.zstdCompressSync(JSON.stringify(small ? delta : layout)),
        layout.virtualBytes,
        layout.mappings,
        JSON.stringify(categories),
        JSON.stringify(regions)
      );
      return small ? base : { hash, layout };
    },

    read(hash: string): Layout {
      const { zstd, base } = read.get(hash)!;
      if (base === null) return parse<Layout>(zstd);
      return fromDelta(parse<Delta>(zstd), parse<Layout>(read.get(base)!.zstd));
    },
  };
}
