import { describe, expect, it } from 'vitest';
import { detectPlateaus } from '../../../src/core/plateau/detect';
import type { PlateauSamples } from '../../../src/core/plateau/types';
import { drawn, MIB, STEP_MS } from './draw';

/** Entries as text: kind, first and last sample, level in MiB. */
function words(samples: PlateauSamples): string[] {
  return detectPlateaus(samples).map((entry) => {
    const [first, last] = [samples.timesMs.indexOf(entry.startMs), samples.timesMs.lastIndexOf(entry.endMs)];
    return `${entry.kind} ${first}-${last} ${Math.round((entry.levelBytes / MIB) * 100) / 100}${entry.reset ? ' reset' : ''}`;
  });
}

describe('what counts', () => {
  it('cuts at a step of 16 MiB or more and takes smaller moves as noise', () => {
    expect(words(drawn('400x20 424x20'))).toEqual(['plateau 0-19 400', 'plateau 20-39 424']);
    expect(words(drawn('400x20 408x30'))).toEqual(['plateau 0-49 408']);
  });

  it('sees the same steps on top of 20 TiB of reservation', () => {
    const base = 20 * 2 ** 20;
    expect(words(drawn(`${base + 100}x20 ${base + 130}x20`))).toEqual([
      `plateau 0-19 ${base + 100}`,
      `plateau 20-39 ${base + 130}`,
    ]);
  });

  it('does not lose small steps beside a jump of 20 TiB', () => {
    const base = 20 * 2 ** 20;
    const found = words(drawn(`100x200 130x200 ${base}x200 ${base + 30}x200`));
    expect(found.map((entry) => entry.split(' ')[1])).toEqual(['0-199', '200-399', '400-599', '600-799']);
  });

  it('judges a small process by a tenth of its level', () => {
    expect(words(drawn('20x20 24x20 21x20'))).toEqual(['plateau 0-19 20', 'plateau 20-39 24', 'plateau 40-59 21']);
    expect(words(drawn('20x20 21x30'))).toEqual(['plateau 0-49 21']);
  });

  it('reports what returns within four samples as a spike that cuts nothing', () => {
    const found = detectPlateaus(drawn('300x30 700x3 300x30'));
    expect(found.map((entry) => entry.kind)).toEqual(['plateau', 'spike']);
    expect(found[1]).toMatchObject({
      startMs: 30 * STEP_MS,
      endMs: 32 * STEP_MS,
      levelBytes: 700 * MIB,
      stepBytes: 400 * MIB,
    });
    expect(found[0]).toMatchObject({ minBytes: 300 * MIB, maxBytes: 300 * MIB });
  });

  it('calls a rise in many increments a ramp, with its slope', () => {
    const rising = Array.from({ length: 60 }, (_, i) => `${300 + 4 * i}x1`).join(' ');
    const found = detectPlateaus(drawn(`100x30 ${rising} 700x30`));
    expect(found.map((entry) => entry.kind)).toEqual(['plateau', 'ramp', 'plateau']);
    expect(found[1]!.slopeBytesPerSecond).toBeCloseTo((4 * MIB) / 15, 0);
    expect(found[1]!.stepBytes).toBe(200 * MIB);
  });

  it('calls held stairs plateaus, however regular they are', () => {
    const stairs = Array.from({ length: 8 }, (_, i) => `${300 + 64 * i}x13`).join(' ');
    expect(detectPlateaus(drawn(stairs)).map((entry) => entry.kind)).toEqual(new Array(8).fill('plateau'));
  });

  it('leaves out a start-up in which nothing is held', () => {
    expect(words(drawn('50x1 180x1 300x1 350x1 600x1 640x1 820x1 900x1 1200x40'))).toEqual(['plateau 8-47 1200']);
  });

  it('needs no sample inside a gap: the first one after it carries the change', () => {
    const samples = drawn('200x20 260x20');
    const timesMs = samples.timesMs.map((time, i) => (i < 20 ? time : time + 3_600_000));
    expect(words({ timesMs, values: samples.values })).toEqual(['plateau 0-19 200', 'plateau 20-39 260']);
  });

  it('counts samples and not time: a second apart beside five minutes apart', () => {
    const { values } = drawn('200x3600 260x2016');
    const timesMs = values.map((_, i) => (i < 3600 ? i * 1000 : 3_600_000 + (i - 3600) * 300_000));
    expect(words({ timesMs, values })).toEqual(['plateau 0-3599 200', 'plateau 3600-5615 260']);
  });
});

describe('restarts', () => {
  const samples = drawn('200x40');
  const startsMs = (moved: number) => samples.values.map((_, i) => 1000 + (i < 20 ? 0 : moved));

  it('are a change even when the level is the same', () => {
    const found = words({ ...samples, startMs: startsMs(300_000) });
    expect(found).toEqual(['plateau 0-19 200', 'plateau 20-39 200 reset']);
  });

  it('are no rounding of a clock', () => {
    expect(words({ ...samples, startMs: startsMs(1900) })).toEqual(['plateau 0-39 200']);
  });

  it('are found although start times are missing in between', () => {
    const startMs = startsMs(300_000).map((start, i) => (i > 10 && i < 20 ? Number.NaN : start));
    expect(words({ ...samples, startMs })).toEqual(['plateau 0-19 200', 'plateau 20-39 200 reset']);
  });

  it('may be followed by a few samples that still grow', () => {
    const growing = drawn('200x20 30x1 90x1 150x1 200x30');
    const startMs = growing.values.map((_, i) => (i < 20 ? 0 : 300_000));
    expect(words({ ...growing, startMs })).toEqual(['plateau 0-19 200', 'plateau 20-52 200 reset']);
  });
});

describe('unusual input has defined answers', () => {
  it('no sample, no plateau', () => {
    expect(detectPlateaus({ timesMs: [], values: [] })).toEqual([]);
    expect(detectPlateaus({ timesMs: [1, 2], values: [Number.NaN, -1] })).toEqual([]);
  });

  it('one sample is a plateau of which little is sure', () => {
    const [entry, ...rest] = detectPlateaus({ timesMs: [7], values: [4096] });
    expect(rest).toEqual([]);
    expect(entry).toMatchObject({
      startMs: 7,
      endMs: 7,
      levelBytes: 4096,
      kind: 'plateau',
      stepBytes: null,
      reset: false,
    });
    expect(entry!.confidence).toBeLessThan(0.2);
  });

  it('NaN, infinite and negative values are missing samples', () => {
    const samples = drawn('200x20 300x20');
    const bad = [Number.NaN, Number.POSITIVE_INFINITY, -4096];
    const values = samples.values.map((value, i) => (i % 7 === 3 ? bad[i % 3]! : value));
    expect(words({ ...samples, values })).toEqual(['plateau 0-19 200', 'plateau 20-39 300']);
  });

  it('unsorted and repeated rows make no difference', () => {
    const samples = drawn('200x20 300x3 200x20 400x20');
    const order = samples.values.map((_, i) => (i * 37) % samples.values.length);
    const rows = [...order, ...order.slice(0, 15)];
    const mixed = { timesMs: rows.map((i) => samples.timesMs[i]!), values: rows.map((i) => samples.values[i]!) };
    expect(detectPlateaus(mixed)).toEqual(detectPlateaus(samples));
  });
});
