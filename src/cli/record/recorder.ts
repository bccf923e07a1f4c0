/**
 * Looks at one process again and again and keeps what changed. Reading is cheap and comes first; what the mappings are for
 * is worked out later, when the program has calmed down or ended.
 */
import { type ProcessWatch, watchProcess } from '../../adapters/procfs';
import type { Look, SeenLayout } from '../../core/recording/combine';
import type { Bytes } from '../../core/units';
import { partsOf } from './parts';
import type { RawLayout } from './raw-layout';

export interface Recorder {
  /** Looks at every process that is followed. @returns false when all have ended */
  look(atMs: number): boolean;
  /** Attributes what was read since the last call. */
  digest(): void;
  readonly looks: readonly Look[];
  readonly seen: readonly SeenLayout[];
  /** Raw texts by `pid atMs`, as far as they are kept. */
  readonly raw: ReadonlyMap<string, RawLayout>;
  readonly followed: ReadonlyMap<number, Followed>;
  readonly denied: ReadonlySet<string>;
  close(): void;
}

export interface Followed {
  readonly name: string;
  readonly peakBytes: Bytes;
  readonly kernelPeakBytes: Bytes;
  readonly residentPeakBytes: Bytes;
}

/** Raw texts are for the layouts of the report; past this the sums are kept and the texts dropped, peaks excepted. */
const RAW_BYTES = 64 * 1024 * 1024;

interface State {
  readonly watch: ProcessWatch;
  fingerprint: string;
  name: string;
  peakBytes: Bytes;
  kernelPeakBytes: Bytes;
  residentPeakBytes: Bytes;
}

export function createRecorder(watch: ProcessWatch, options: { readonly children: boolean }): Recorder {
  const states = new Map<number, State>();
  const alive = new Map<number, State>();
  const looks: Look[] = [];
  const seen: SeenLayout[] = [];
  const raw = new Map<string, RawLayout>();
  const denied = new Set<string>();
  let pending: RawLayout[] = [];
  let kept = 0;

  const follow = (one: ProcessWatch): void => {
    const state: State = {
      watch: one,
      fingerprint: '',
      name: '',
      peakBytes: 0,
      kernelPeakBytes: 0,
      residentPeakBytes: 0,
    };
    states.set(one.pid, state);
    alive.set(one.pid, state);
  };
  follow(watch);

  const lookAt = (state: State, atMs: number): void => {
    const { pid } = state.watch;
    const sizes = state.watch.sizes();
    if (!sizes) {
      alive.delete(pid);
      state.watch.close();
      looks.push({ atMs, pid, virtualBytes: null });
      return;
    }
    looks.push({ atMs, pid, virtualBytes: sizes.virtualBytes });
    state.kernelPeakBytes = Math.max(state.kernelPeakBytes, sizes.peakBytes);
    state.residentPeakBytes = Math.max(state.residentPeakBytes, sizes.residentPeakBytes);
    const grew = sizes.virtualBytes > state.peakBytes;
    state.peakBytes = Math.max(state.peakBytes, sizes.virtualBytes);
    if (sizes.fingerprint === state.fingerprint) return;
    state.fingerprint = sizes.fingerprint;
    const maps = state.watch.maps();
    if ('code' in maps) {
      if (maps.code === 'EACCES' || maps.code === 'EPERM') denied.add(`${pid}`);
      return;
    }
    if (maps.text === '') return;
    const commandLine = state.watch.commandLine() ?? '';
    state.name = commandLine.split('\0')[0] || state.name;
    const layout: RawLayout = { atMs, pid, text: maps.text, status: sizes.text, exe: state.watch.exe(), commandLine };
    pending.push(layout);
    if (grew || kept < RAW_BYTES) {
      raw.set(`${pid} ${atMs}`, layout);
      kept += maps.text.length;
    }
  };

  return {
    looks,
    seen,
    raw,
    followed: states,
    denied,
    look(atMs) {
      for (const state of [...alive.values()]) lookAt(state, atMs);
      if (options.children) {
        for (const state of [...alive.values()]) {
          for (const pid of state.watch.children()) {
            const child = states.has(pid) ? null : watchProcess(pid);
            if (child) follow(child);
          }
        }
      }
      return alive.size > 0;
    },
    digest() {
      for (const layout of pending) {
        const parts = partsOf(layout);
        if (parts) seen.push({ atMs: layout.atMs, pid: layout.pid, parts });
      }
      pending = [];
    },
    close() {
      for (const { watch: one } of alive.values()) one.close();
    },
  };
}
