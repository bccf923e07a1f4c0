/**
 * Follows all processes of one /proc: statm of each at every cycle, everything else only when statm says that something
 * changed, and every few minutes for the changes that statm cannot show.
 *
 * A process is taken up when it is a second old: what ends sooner has no plateau, and its name and layout are only then
 * its own and not those of the shell that forked it.
 */
import {
  type Identity,
  type Read,
  type StatmWatch,
  listPids,
  openStatm,
  readIdentity,
  readSystemFacts,
} from '../adapters/procfs';
import { layoutHash } from '../adapters/store/layout-id';
import { ParseError } from '../core/errors';
import type { Statm } from '../core/mapping/parse-statm';
import type { StoredSnapshot } from '../core/query/sources';
import { fingerprintOf, sameFingerprint } from '../core/snapshot/fingerprint';
import { createLabelBook, labelBase } from '../core/snapshot/process-label';
import type { LayoutStore } from '../core/snapshot/store';
import { layoutIdOf } from '../core/snapshot/to-layout';
import type { Accounts } from './accounts';
import { type Surroundings, examine } from './examine';
import { type Entry, type Followed, createEntry, createKeeper } from './followed';
import { recallLives, sameStart } from './recall';
import { residentByCategory } from './resident';

export interface TrackerOptions {
  readonly root: string;
  readonly host: string;
  readonly include: readonly RegExp[];
  readonly exclude: readonly RegExp[];
  readonly exposeAddresses: boolean;
  readonly smaps: { readonly intervalMs: number; readonly maxResident: number } | null;
  /** Descriptors that may be kept open. */
  readonly maxKept: number;
  readonly now: () => number;
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
/** Longest work without a turn for the event loop. */
const TURN_MS = 8;

export async function createTracker(store: LayoutStore, accounts: Accounts, options: TrackerOptions): Promise<Tracker> {
  const { root, now } = options;
  const system = readSystemFacts(root);
  const surroundings: Surroundings = { root, system, accounts, exposeAddresses: options.exposeAddresses };
  const entries = new Map<number, Entry>();
  const passed = new Map<number, number>();
  const labels = createLabelBook();
  const earlier = await recallLives(store, labels, surroundings);
  const keeper = createKeeper(store, accounts, system.pageSize, now);
  let kept = 0;

  /** The value, or null and a count. */
  function counted<T>(read: () => Read<T>): T | null {
    try {
      const result = read();
      if (result.kind === 'ok') return result.value;
      accounts.fail(result.kind);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      accounts.fail('parse');
    }
    return null;
  }
  const statmOf = (watch: StatmWatch): Statm | null => counted(() => accounts.timed('statm', () => watch.read()));
  const identityOf = (pid: number): Identity | null =>
    counted(() => accounts.timed('stat', () => readIdentity(pid, system, root)));
  const isOlder = (sinceMs: number, ms: number): boolean => Math.abs(now() - sinceMs) >= ms;

  function drop(entry: Entry): void {
    entry.watch.close();
    if (entry.watch.kept) kept--;
    entries.delete(entry.pid);
    labels.free(entry.life.process);
    store.end(entry.life);
  }

  function isWanted(base: string): boolean {
    if (options.exclude.some((pattern) => pattern.test(base))) return false;
    return options.include.length === 0 || options.include.some((pattern) => pattern.test(base));
  }

  async function discover(pid: number): Promise<void> {
    const passMs = passed.get(pid);
    if (passMs !== undefined && !isOlder(passMs, PASS_MS)) return;
    const identity = identityOf(pid);
    if (!identity) return;
    const { startTicks, startMs } = identity;
    const age = startMs === null ? Infinity : now() - startMs;
    if (age >= 0 && age < SETTLE_MS) return;
    const watch = openStatm(pid, root, kept < options.maxKept);
    const statm = statmOf(watch);
    const examination = statm && statm.size > 0 ? examine(pid, surroundings) : null;
    const comm = examination?.layout.comm ?? identity.comm;
    const base = examination && labelBase(examination.cgroup, comm);
    if (!statm || !examination || base === null || !isWanted(base)) {
      watch.close();
      if (statm) passed.set(pid, now());
      return;
    }
    passed.delete(pid);
    if (watch.kept) kept++;
    const known = earlier.get(pid);
    earlier.delete(pid);
    const same = known && sameStart(known.startMs, startMs) ? known : null;
    if (known && !same) labels.free(known.process);
    const process = same?.process ?? labels.take(base);
    const fresh = {
      process,
      host: options.host,
      pid,
      startMs,
      comm,
      runtime: '',
      runtimeVersion: '',
      evidence: examination.evidence,
    };
    const entry = createEntry({ pid, watch, startTicks, base, life: same ?? fresh }, examination);
    entries.set(pid, entry);
    await keeper.take(entry, examination, statm);
  }

  async function look(entry: Entry): Promise<void> {
    const statm = statmOf(entry.watch);
    if (!statm) return drop(entry);
    if (!entry.watch.kept) {
      const identity = identityOf(entry.pid);
      if (identity?.startTicks !== entry.startTicks) {
        if (identity) accounts.fail('reused');
        return drop(entry);
      }
    }
    if (statm.size === 0) {
      passed.set(entry.pid, now());
      return drop(entry);
    }
    const fingerprint = fingerprintOf(statm);
    const before = entry.fingerprint;
    if (before && sameFingerprint(before, fingerprint) && !isOlder(entry.readMs, FULL_READ_MS)) {
      return keeper.seeAgain(entry, statm);
    }
    const examination = examine(entry.pid, surroundings);
    if (!examination) return drop(entry);
    const isExec = before !== null && before.text !== fingerprint.text;
    if (isExec && labelBase(examination.cgroup, examination.layout.comm ?? '') !== entry.base) {
      // Another program from here on. It is taken up afresh, under its own label.
      drop(entry);
      return discover(entry.pid);
    }
    await keeper.take(entry, examination, statm);
  }

  function readResident(entry: Entry): void {
    if (!options.smaps || !isOlder(entry.smapsMs, options.smaps.intervalMs)) return;
    entry.resident = null;
    if (entry.life.evidence === 'bounds' || (entry.residentBytes ?? 0) > options.smaps.maxResident) return;
    entry.smapsMs = now();
    const examination = examine(entry.pid, surroundings, true);
    if (examination?.evidence === 'snapshot') entry.resident = residentByCategory(examination.layout);
  }

  /** A process that nobody foresaw must not hide those after it. */
  async function visit(pid: number): Promise<void> {
    try {
      const entry = entries.get(pid);
      await (entry ? look(entry) : discover(pid));
      const current = entries.get(pid);
      if (current) readResident(current);
    } catch {
      accounts.fail('internal');
      const entry = entries.get(pid);
      if (entry) drop(entry);
      passed.set(pid, now());
    }
  }

  return {
    followed: () => [...entries.values()],

    async cycle() {
      const start = performance.now();
      const pids = counted(() => listPids(root));
      if (!pids) return;
      const alive = new Set(pids);
      for (const entry of [...entries.values()]) if (!alive.has(entry.pid)) drop(entry);
      for (const pid of passed.keys()) if (!alive.has(pid)) passed.delete(pid);
      let turn = start;
      for (const pid of pids) {
        await visit(pid);
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
      const statm = entry && statmOf(entry.watch);
      const examination = statm ? examine(entry.pid, surroundings) : null;
      if (!entry || !statm || !examination) return null;
      await keeper.take(entry, examination, statm);
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
