import { describe, expect, it } from 'vitest';
import { emptyCategoryBytes } from '../../../src/core/attribution/categories';
import { type Look, type SeenLayout, combine } from '../../../src/core/recording/combine';
import { type Recording, layoutAt, peakLayout } from '../../../src/core/recording/recording';
import { stepsOf } from '../../../src/core/recording/steps';
import { MIB } from '../../../src/core/units';

const heap = (mib: number): ReadonlyMap<string, number> => new Map([['glibc.mmap-chunk\theap', mib * MIB]]);
const look = (atMs: number, pid: number, mib: number | null): Look => ({
  atMs,
  pid,
  virtualBytes: mib === null ? null : mib * MIB,
});

function recordingOf(looks: readonly Look[], seen: readonly SeenLayout[]): Recording {
  const combined = combine(looks, seen);
  return {
    command: ['x'],
    startMs: 0,
    durationMs: looks[looks.length - 1]?.atMs ?? 0,
    residentPeakBytes: 0,
    peakBytes: Math.max(0, ...combined.values),
    kernelPeakBytes: Math.max(0, ...combined.values),
    processes: [{ pid: 1, name: 'x', peakBytes: 0 }],
    notices: [],
    ...combined,
  };
}

describe('combining processes', () => {
  it('adds up those that live at a moment and holds no level after the last', () => {
    const looks = [look(0, 1, 10), look(1, 2, 5), look(2, 1, 20), look(3, 2, null), look(4, 1, null)];
    expect(combine(looks, []).timesMs).toEqual([0, 1, 2, 3]);
    expect(combine(looks, []).values.map((bytes) => bytes / MIB)).toEqual([10, 15, 25, 20]);
  });

  it('adds up layouts the same way, region by region', () => {
    const looks = [look(0, 1, 10), look(1, 2, 5), look(3, 2, null)];
    const { layouts } = combine(looks, [
      { atMs: 0, pid: 1, parts: heap(10) },
      { atMs: 1, pid: 2, parts: heap(5) },
    ]);
    expect(layouts.map(({ atMs, virtualBytes }) => [atMs, virtualBytes / MIB])).toEqual([
      [0, 10],
      [1, 15],
      [3, 10],
    ]);
    expect(layouts[1]!.categories).toEqual({ ...emptyCategoryBytes(), heap: 15 * MIB });
  });
});

describe('the steps of a recording', () => {
  const steady = (from: number, to: number, mib: number): Look[] =>
    Array.from({ length: (to - from) / 10 }, (_, i) => look(from + i * 10, 1, mib));

  it('finds two levels and what was between them', () => {
    const recording = recordingOf(
      [...steady(0, 1000, 50), ...steady(1000, 2000, 150)],
      [
        { atMs: 0, pid: 1, parts: heap(50) },
        { atMs: 1000, pid: 1, parts: heap(150) },
      ]
    );
    const steps = stepsOf(recording, () => null);
    expect(steps.map(({ levelBytes }) => levelBytes / MIB)).toEqual([50, 150]);
    expect(steps[1]!.causes.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(100 * MIB);
    expect(Math.abs(steps[1]!.startMs - 1000)).toBeLessThanOrEqual(20);
  });

  it('tells the largest changes of a program that holds nothing', () => {
    const recording = recordingOf(
      [look(0, 1, 2), look(1, 1, 600), look(2, 1, 1200), look(3, 1, null)],
      [
        { atMs: 0, pid: 1, parts: heap(2) },
        { atMs: 1, pid: 1, parts: heap(600) },
        { atMs: 2, pid: 1, parts: heap(1200) },
      ]
    );
    expect(stepsOf(recording, () => null).map(({ changeBytes }) => changeBytes && changeBytes / MIB)).toEqual([
      null,
      598,
      600,
    ]);
  });

  it('has none where nothing was seen', () => {
    expect(stepsOf(recordingOf([], []), () => null)).toEqual([]);
  });

  it('knows the layout in force and the largest', () => {
    const recording = recordingOf(
      [look(0, 1, 2), look(5, 1, 9), look(9, 1, 4)],
      [
        { atMs: 0, pid: 1, parts: heap(2) },
        { atMs: 5, pid: 1, parts: heap(9) },
        { atMs: 9, pid: 1, parts: heap(4) },
      ]
    );
    expect(layoutAt(recording.layouts, 7)?.virtualBytes).toBe(9 * MIB);
    expect(layoutAt(recording.layouts, -1)).toBeNull();
    expect(peakLayout(recording)?.atMs).toBe(5);
  });
});
