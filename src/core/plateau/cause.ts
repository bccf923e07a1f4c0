/** Why the virtual size changed, as data. The words are made from it in explain/causes.ts, and only from it. */
import type { Category } from '../attribution/categories';
import type { Bytes } from '../units';

export const CAUSE_KINDS = [
  'restart',
  'arenas',
  'threads',
  'wasm',
  'isolates',
  'go.heap',
  'blocks',
  'file',
  'shared',
  'images',
  'brk',
  'reserved',
  'region',
  'unknown',
] as const;

/** Stable, for filters. `region`: whatever has no kind of its own, told by the region's name. */
export type CauseKind = (typeof CAUSE_KINDS)[number];

export interface Cause {
  readonly kind: CauseKind;
  /** The region that moved most among those that the cause covers. */
  readonly region: string;
  /** The category that moved most. */
  readonly category: Category;
  /** Change of virtual size by this cause; the causes of a step sum to it. */
  readonly bytes: Bytes;
  /** How many things came (or went, when bytes are negative); null where they cannot be counted. */
  readonly count: number | null;
  /** Sizes in bytes, signed like `bytes` except `each`; a number that is not known is absent. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Names that the words need: files, libraries, the runtime. */
  readonly words: Readonly<Record<string, string>>;
}
