/** What is known of one process, and how a new examination becomes it. */
import type { StatmWatch } from '../adapters/procfs';
import { type CategoryBytes, emptyCategoryBytes } from '../core/attribution/categories';
import type { Statm } from '../core/mapping/parse-statm';
import { type Fingerprint, fingerprintOf } from '../core/snapshot/fingerprint';
import type { Layout, LayoutId } from '../core/snapshot/layout';
import type { LayoutStore, Life } from '../core/snapshot/store';
import { type Bytes, pagesToBytes } from '../core/units';
import type { Accounts } from './accounts';
import { type Bucket, createBucket } from './bucket';
import type { Examination } from './examine';

/** What metrics show. */
export interface Followed {
  readonly pid: number;
  readonly life: Life;
  readonly layout: Layout;
  readonly categories: CategoryBytes;
  readonly residentBytes: Bytes | null;
  /** Null unless smaps is read. */
  readonly resident: CategoryBytes | null;
  /** Null while the layout in force is not kept. */
  readonly layoutId: LayoutId | null;
}

export interface Entry extends Followed {
  readonly watch: StatmWatch;
  readonly startTicks: number;
  /** Label without instance number. */
  readonly base: string;
  readonly bucket: Bucket;
  life: Life;
  layout: Layout;
  categories: CategoryBytes;
  residentBytes: Bytes | null;
  resident: CategoryBytes | null;
  layoutId: LayoutId | null;
  /** Null: read again at the next cycle. */
  fingerprint: Fingerprint | null;
  readMs: number;
  smapsMs: number;
}

/** Layouts of one process that are kept: a burst, then one in 5 s. Categories in the metrics stay exact above it. */
const KEPT_BURST = 120;
const KEPT_EVERY_MS = 5000;

export function createEntry(
  parts: Pick<Entry, 'pid' | 'watch' | 'startTicks' | 'base' | 'life'>,
  examination: Examination
): Entry {
  return {
    ...parts,
    bucket: createBucket(KEPT_BURST, KEPT_EVERY_MS),
    layout: examination.layout,
    categories: emptyCategoryBytes(),
    residentBytes: null,
    resident: null,
    layoutId: null,
    fingerprint: null,
    readMs: 0,
    smapsMs: -Infinity,
  };
}

export interface Keeper {
  /** Makes an examination what is known now, and keeps its layout. */
  take(entry: Entry, examination: Examination, statm: Statm): Promise<void>;
  /** Nothing changed: the layout in force is seen once more, or kept if that was not possible before. */
  seeAgain(entry: Entry, statm: Statm): Promise<void>;
}

export function createKeeper(store: LayoutStore, accounts: Accounts, pageSize: Bytes, now: () => number): Keeper {
  async function keep(entry: Entry): Promise<void> {
    entry.layoutId = null;
    if (!entry.bucket.take(now())) return;
    try {
      entry.layoutId = await store.put(entry.life, now(), entry.layout);
    } catch {
      accounts.fail('store');
    }
  }

  return {
    async take(entry, { layout, evidence, consistent }, statm) {
      entry.fingerprint = consistent ? fingerprintOf(statm) : null;
      entry.readMs = now();
      entry.layout = layout;
      entry.categories = emptyCategoryBytes();
      for (const range of layout.ranges) entry.categories[range.category] += range.size;
      entry.residentBytes = pagesToBytes(statm.resident, pageSize);
      const runtime = layout.runtimes[0];
      entry.life = {
        ...entry.life,
        comm: layout.comm ?? entry.life.comm,
        runtime: runtime?.name ?? '',
        runtimeVersion: runtime?.version ?? '',
        evidence,
      };
      await keep(entry);
      if (entry.layoutId === null) accounts.skippedLayouts++;
    },

    async seeAgain(entry, statm) {
      entry.residentBytes = pagesToBytes(statm.resident, pageSize);
      const sizes = { virtualBytes: entry.layout.virtualBytes, residentBytes: entry.residentBytes };
      if (!store.touch(entry.life, now(), sizes, entry.layoutId)) await keep(entry);
    },
  };
}
