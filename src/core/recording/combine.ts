/**
 * Looks at several processes → one series and one list of layouts. The command and its children are one thing to whoever
 * started them: at each moment their address spaces add up.
 */
import { type CategoryBytes, emptyCategoryBytes } from '../attribution/categories';
import { categoryOfPart } from '../plateau/join';
import type { Bytes } from '../units';
import type { RecordedLayout } from './recording';

/** One look at one process. */
export interface Look {
  readonly atMs: number;
  readonly pid: number;
  /** Null: the process has ended. */
  readonly virtualBytes: Bytes | null;
}

/** A layout of one process, in force from `atMs`. */
export interface SeenLayout {
  readonly atMs: number;
  readonly pid: number;
  readonly parts: ReadonlyMap<string, Bytes>;
}

export interface Combined {
  readonly timesMs: readonly number[];
  readonly values: readonly Bytes[];
  readonly layouts: readonly RecordedLayout[];
}

/** @param looks ascending in time @param seen ascending in time */
export function combine(looks: readonly Look[], seen: readonly SeenLayout[]): Combined {
  const timesMs: number[] = [];
  const values: Bytes[] = [];
  const sizes = new Map<number, Bytes>();
  let sum = 0;
  for (const { atMs, pid, virtualBytes } of looks) {
    sum += (virtualBytes ?? 0) - (sizes.get(pid) ?? 0);
    if (virtualBytes === null) sizes.delete(pid);
    else sizes.set(pid, virtualBytes);
    // After the last one has ended nothing is held any more, which is no level.
    if (sizes.size === 0) continue;
    if (timesMs.length > 0 && timesMs[timesMs.length - 1] === atMs) values[values.length - 1] = sum;
    else {
      timesMs.push(atMs);
      values.push(sum);
    }
  }
  return { timesMs, values, layouts: combineLayouts(looks, seen) };
}

function combineLayouts(looks: readonly Look[], seen: readonly SeenLayout[]): RecordedLayout[] {
  const ends = looks
    .filter(({ virtualBytes }) => virtualBytes === null)
    .map(({ atMs, pid }) => ({ atMs, pid, parts: null }));
  const events = [...seen, ...ends].sort((a, b) => a.atMs - b.atMs);
  const current = new Map<number, ReadonlyMap<string, Bytes>>();
  const layouts: RecordedLayout[] = [];
  for (const { atMs, pid, parts } of events) {
    if (parts) current.set(pid, parts);
    else current.delete(pid);
    if (current.size > 0) layouts.push(sumOf(atMs, [...current.values()]));
  }
  return layouts;
}

function sumOf(atMs: number, all: ReadonlyArray<ReadonlyMap<string, Bytes>>): RecordedLayout {
  const parts = new Map<string, Bytes>();
  const categories: CategoryBytes = emptyCategoryBytes();
  let virtualBytes = 0;
  for (const one of all) {
    for (const [key, bytes] of one) {
      parts.set(key, (parts.get(key) ?? 0) + bytes);
      categories[categoryOfPart(key)] += bytes;
      virtualBytes += bytes;
    }
  }
  return { atMs, virtualBytes, parts, categories };
}
