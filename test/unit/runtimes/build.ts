/** Builds mappings for tests: what a test says, in address order, with the kernel's defaults for the rest. */
import { attribute, type AttributedRange, type Attribution } from '../../../src/core/attribution/attribute';
import { type Mapping, EXECUTE, READ, SHARED, WRITE } from '../../../src/core/mapping/mapping';
import { type SmapsEntry, type Snapshot, snapshotOf } from '../../../src/core/snapshot/snapshot';

export interface Piece {
  readonly start: number;
  readonly size: number;
  readonly permissions: string;
  readonly name?: string;
  readonly offset?: number;
  readonly flags?: string;
  /** Bytes in RAM; only with flags. */
  readonly rss?: number;
}

export function mappingOf(piece: Piece): Mapping {
  const { start, size, permissions, name = '', offset = 0 } = piece;
  const bit = (letter: string, value: number): number => (permissions.includes(letter) ? value : 0);
  return {
    start,
    end: start + size,
    permissions,
    access: bit('r', READ) | bit('w', WRITE) | bit('x', EXECUTE) | bit('s', SHARED),
    offset,
    device: name.startsWith('/') ? '08:01' : '00:00',
    inode: name.startsWith('/') ? 1000 + name.length : 0,
    name,
  };
}

/** With flags on any piece the snapshot has smaps. */
export function snapshotFrom(pieces: readonly Piece[], parts: Partial<Snapshot> = {}): Snapshot {
  const mappings = pieces.map(mappingOf);
  const smaps = pieces.some((piece) => piece.flags !== undefined)
    ? pieces.map(({ start, size, flags, rss = 0 }): SmapsEntry => {
        return { start, end: start + size, rss, pss: 0, anonymous: 0, swap: 0, flags: (flags ?? '').split(' ') };
      })
    : null;
  return snapshotOf(mappings, { smaps, ...parts });
}

export function attributed(pieces: readonly Piece[], parts: Partial<Snapshot> = {}): Attribution {
  return attribute(snapshotFrom(pieces, parts));
}

/** `region category` of the byte at `address`. */
export function at(attribution: Attribution, address: number): string {
  const range = attribution.ranges.find((one: AttributedRange) => one.start <= address && address < one.end);
  return range ? `${range.region} ${range.category}` : 'unmapped';
}

export function bytesOf(attribution: Attribution, region: string): number {
  return attribution.regions.filter((one) => one.region === region).reduce((sum, one) => sum + one.bytes, 0);
}
