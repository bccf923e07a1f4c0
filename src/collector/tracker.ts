/**
 * Follows all processes of one /proc: statm of each at every cycle, everything else only when statm says that something
 * changed, and every few minutes for the changes that statm cannot show.
 *
 * A process is taken up when it is a second old: what ends sooner has no plateau, and its name and layout are only then
 * its own and not those of the shell that forked it.
 */
import { type StatmWatch, listPids, openStatm, readIdentity, readSystemFacts } from '../adapters/procfs';
import { layoutHash } from '../adapters/store/layout-id';
import { type CategoryBytes, emptyCategoryBytes } from '../core/attribution/categories';
import { ParseError } from '../core/errors';
import type { Statm } from '../core/mapping/parse-statm';
import type { StoredSnapshot } from '../core/query/sources';
import { type Fingerprint, fingerprintOf, sameFingerprint } from '../core/snapshot/fingerprint';
import type { Layout, LayoutId } from '../core/snapshot/layout';
import { createLabelBook, labelBase } from '../core/snapshot/process-label';
import type { LayoutStore, Life } from '../core/snapshot/store';
import { layoutIdOf } from '../core/snapshot/to-layout';
import { pagesToBytes } from '../core/units';
import type { Accounts } from './accounts';
import { type Bucket, createBucket } from './bucket';
import { type Examination, HOST, type Surroundings, examine } from './examine';
import { residentByCategory } from './resident';

export interface TrackerOptions {
  readonly root: string;
  readonly include: readonly RegExp[];
  readonly exclude: readonly RegExp[];
  readonly exposeAddresses: boolean;
  readonly smaps: { readonly intervalMs: number; readonly maxResident: number } | null;
  /** Descriptors that may be kept open. */
  readonly maxKept: number;
  readonly now: () => number;
}

/** What is known now of one process. */
export interface Followed {
  readonly pid: number;
  readonly base: string;
  life: Life;
  layout: Layout;
  categories: CategoryBytes;
  residentBytes: number | null;
  resident: CategoryBytes | null;
  /** Null while the layout in force is not kept. */
  layoutId: LayoutId | null;
}

interface Entry extends Followed {
  readonly startTicks: number | null;
  readonly watch: StatmWatch;
  readonly bucket: Bucket;
  /** Null: read again at the next cycle. */
  fingerprint: Fingerprint | null;
  readMs: number;
  smapsMs: number;
}

export interface Tracker {
  readonly followed: () => readonly Followed[];
  /** One look at everything. Gives the event loop a turn again and again. */
  cycle(): Promise<void>;
  /** Reads the process afresh. Null when it is not followed or just ended. */
  readNow(label: string): Promise<StoredSnapshot | null>;
  close(): void;
}

const SETTLE_MS = 1000;
const FULL_READ_MS = 5 * 60_000;
/** Kernel threads and zombies, and processes that are not wanted, are looked at this seldom. */
const PASS_MS = 30_000;
/** btime of the kernel moves with the clock: the same start may read differently after a restart of the collector. */
const SAME_START_MS = 2000;
const KEPT_BURST = 120;
const KEPT_EVERY_MS = 5000;
const TURN_MS = 8;

export async function createTracker(store: LayoutStore, accounts: Accounts, options: TrackerOptions): Promise<Tracker> {
  const { root, now } = options;
  const surroundings: Surroundings = {
    root,
    system: readSystemFacts(root),
    accounts,
    exposeAddresses: options.exposeAddresses,
  };
  const { system } = surroundings;
  const entries = new Map<number, Entry>();
  const passed = new Map<number, number>();
  const labels = createLabelBook();
  const earlier = await recallLives();
  let kept = 0;

  /** Labels of processes that were followed by an earlier run and still live: nobody else may get them. */
  async function recallLives(): Promise<Map<number, Life>> {
    const lives = new Map<number, Life>();
    const known = await store.processes(0, Number.MAX_SAFE_INTEGER);
    for (const life of [...known].sort((a, b) => b.lastMs - a.lastMs)) {
      if (life.host !== HOST || life.startMs === null || lives.has(life.pid)) continue;
      const identity = accounts.timed('stat', () => readIdentity(life.pid, system, root));
      if (identity.kind !== 'ok' || identity.value.startMs === null) continue;
      if (Math.abs(identity.value.startMs - life.startMs) > SAME_START_MS || !labels.claim(life.process)) continue;
      lives.set(life.pid, life);
    }
    return lives;
  }

  function drop(entry: Entry): void {
    entry.watch.close();
    if (entry.watch.kept) kept--;
    entries.delete(entry.pid);
    labels.free(entry.life.process);
  }

  function wanted(base: string): boolean {
    if (options.exclude.some((pattern) => pattern.test(base))) return false;
    return options.include.length === 0 || options.include.some((pattern) => pattern.test(base));
  }

  async function discover(pid: number): Promise<void> {
    const passMs = passed.get(pid);
    if (passMs !== undefined && Math.abs(now() - passMs) < PASS_MS) return;
    const identity = accounts.timed('stat', () => readIdentity(pid, system, root));
    if (identity.kind !== 'ok') return accounts.fail(identity.kind);
    const { startTicks, startMs } = identity.value;
    const age = startMs === null ? Infinity : now() - startMs;
    if (age >= 0 && age < SETTLE_MS) return;
    const watch = openStatm(pid, root, kept < options.maxKept);
    const statm = readWatch(watch);
    const examination = statm && statm.size > 0 ? examine(pid, surroundings) : null;
    const base = examination && labelBase(examination.cgroup, examination.layout.comm ?? identity.value.comm);
    if (!statm || !examination || base === null || !wanted(base)) {
      watch.close();
      if (statm) passed.set(pid, now());
      return;
    }
    passed.delete(pid);
    if (watch.kept) kept++;
    const known = earlier.get(pid);
    earlier.delete(pid);
    const same =
      known && known.startMs !== null && startMs !== null && Math.abs(known.startMs - startMs) <= SAME_START_MS;
    if (known && !same) labels.free(known.process);
    const entry: Entry = {
      pid,
      startTicks,
      base,
      watch,
      bucket: createBucket(KEPT_BURST, KEPT_EVERY_MS),
      fingerprint: null,
      readMs: 0,
      smapsMs: -Infinity,
      life: {
        process: same ? known.process : labels.take(base),
        host: HOST,
        pid,
        startMs: same ? known.startMs : startMs,
        comm: examination.layout.comm ?? identity.value.comm,
        runtime: '',
        runtimeVersion: '',
        evidence: examination.evidence,
      },
      layout: examination.layout,
      categories: emptyCategoryBytes(),
      residentBytes: null,
      resident: null,
      layoutId: null,
    };
    entries.set(pid, entry);
    await take(entry, examination, statm);
  }

  function readWatch(watch: StatmWatch): Statm | null {
    try {
      const statm = accounts.timed('statm', () => watch.read());
      if (statm.kind === 'ok') return statm.value;
      accounts.fail(statm.kind);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      accounts.fail('parse');
    }
    return null;
  }

  /** Makes an examination what is known now, and keeps its layout. */
  async function take(entry: Entry, examination: Examination, statm: Statm): Promise<void> {
    const { layout, evidence, consistent } = examination;
    entry.fingerprint = consistent ? fingerprintOf(statm) : null;
    entry.readMs = now();
    entry.layout = layout;
    entry.categories = emptyCategoryBytes();
    for (const range of layout.ranges) entry.categories[range.category] += range.size;
    entry.residentBytes = pagesToBytes(statm.resident, system.pageSize);
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
  }

  async function keep(entry: Entry): Promise<void> {
    entry.layoutId = null;
    if (!entry.bucket.take(now())) return;
    try {
      entry.layoutId = await store.put(entry.life, now(), entry.layout);
    } catch {
      accounts.fail('store');
    }
  }

  async function look(entry: Entry): Promise<void> {
    const statm = readWatch(entry.watch);
    if (!statm) return drop(entry);
    if (!entry.watch.kept) {
      const identity = accounts.timed('stat', () => readIdentity(entry.pid, system, root));
      if (identity.kind !== 'ok' || identity.value.startTicks !== entry.startTicks) {
        accounts.fail(identity.kind === 'ok' ? 'reused' : identity.kind);
        return drop(entry);
      }
    }
    if (statm.size === 0) {
      passed.set(entry.pid, now());
      return drop(entry);
    }
    const fingerprint = fingerprintOf(statm);
    const before = entry.fingerprint;
    if (before && sameFingerprint(before, fingerprint) && Math.abs(now() - entry.readMs) < FULL_READ_MS) {
      entry.residentBytes = pagesToBytes(statm.resident, system.pageSize);
      if (entry.layoutId === null) await keep(entry);
      const sizes = { virtualBytes: entry.layout.virtualBytes, residentBytes: entry.residentBytes };
      store.touch(entry.life, now(), sizes, entry.layoutId);
      return;
    }
    const examination = examine(entry.pid, surroundings);
    if (!examination) return drop(entry);
    if (
      before &&
      before.text !== fingerprint.text &&
      labelBase(examination.cgroup, examination.layout.comm ?? '') !== entry.base
    ) {
      // exec: another program from here on. It is taken up afresh, under its own label.
      drop(entry);
      return discover(entry.pid);
    }
    await take(entry, examination, statm);
  }

  async function readResident(entry: Entry): Promise<void> {
    if (!options.smaps || Math.abs(now() - entry.smapsMs) < options.smaps.intervalMs) return;
    if (entry.life.evidence === 'bounds' || (entry.residentBytes ?? 0) > options.smaps.maxResident) {
      entry.resident = null;
      return;
    }
    entry.smapsMs = now();
    const examination = examine(entry.pid, surroundings, true);
    entry.resident = examination?.evidence === 'snapshot' ? residentByCategory(examination.layout) : null;
  }

  return {
    followed: () => [...entries.values()],

    async cycle() {
      const start = performance.now();
      const pids = listPids(root);
      if (pids.kind !== 'ok') return accounts.fail(pids.kind);
      const alive = new Set(pids.value);
      for (const entry of [...entries.values()]) if (!alive.has(entry.pid)) drop(entry);
      for (const pid of passed.keys()) if (!alive.has(pid)) passed.delete(pid);
      let turn = start;
      for (const pid of pids.value) {
        const entry = entries.get(pid);
        if (entry) {
          await look(entry);
          if (entries.get(pid) === entry) await readResident(entry);
        } else {
          await discover(pid);
        }
        if (performance.now() - turn > TURN_MS) {
          await new Promise<void>((resolve) => setImmediate(resolve));
          turn = performance.now();
        }
      }
      for (const life of earlier.values()) labels.free(life.process);
      earlier.clear();
      accounts.cycles++;
      accounts.cycleSeconds = (performance.now() - start) / 1000;
    },

    async readNow(label) {
      const entry = [...entries.values()].find((candidate) => candidate.life.process === label);
      const statm = entry && readWatch(entry.watch);
      const examination = entry && statm ? examine(entry.pid, surroundings) : null;
      if (!entry || !statm || !examination) return null;
      await take(entry, examination, statm);
      const { layout } = examination;
      const id = layoutIdOf(layoutHash(layout));
      const stored = await store.snapshot(label, { id });
      // A layout that changes too often is not kept; it is in force at this instant all the same.
      const { fromMs, toMs } = stored ?? { fromMs: entry.readMs, toMs: entry.readMs };
      return { id, fromMs, toMs, exact: true, layout };
    },

    close() {
      for (const entry of [...entries.values()]) drop(entry);
    },
  };
}
