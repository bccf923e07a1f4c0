/**
 * The whole story in one file: text of /proc → attribution → layout → store → series joined with layouts → plateaus with
 * causes → words. Real captures, no server.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../src/adapters/store/memory/memory-store';
import { attribute } from '../src/core/attribution/attribute';
import { findingsOf } from '../src/core/explain/findings';
import { sentenceOf } from '../src/core/explain/sentences';
import { stepSentence } from '../src/core/explain/causes';
import { causesOf } from '../src/core/plateau/causes';
import { detectPlateaus } from '../src/core/plateau/detect';
import { snapshotFromFiles } from '../src/core/snapshot/from-files';
import type { Layout } from '../src/core/snapshot/layout';
import { sumsOf } from '../src/core/snapshot/sums';
import { toLayout } from '../src/core/snapshot/to-layout';

const CORPUS = path.resolve(__dirname, 'corpus');

function capture(name: string): Layout {
  const file = (part: string): string => readFileSync(path.join(CORPUS, name, part), 'utf8');
  const snapshot = snapshotFromFiles({ maps: file('maps'), status: file('status'), statm: file('statm') });
  const attribution = attribute(snapshot);
  expect(attribution.virtualBytes).toBe(snapshot.statmBytes);
  return toLayout(attribution);
}

const parts = (layout: Layout): Map<string, number> => new Map(Object.entries(sumsOf(layout).regions));

describe('from /proc to a sentence', () => {
  const small = capture('go-1.26-daemon-small');
  const large = capture('go-1.26-daemon-heap-held');

  it('a layout sums to VSZ and names its runtime', () => {
    expect(small.ranges.reduce((sum, { size }) => sum + size, 0)).toBe(small.virtualBytes);
    expect(small.runtimes.map(({ name }) => name)).toContain('go');
  });

  it('findings are facts first, words second', () => {
    const reservation = findingsOf(small).find(({ kind }) => kind === 'go.reservation');
    expect(reservation?.bytes).toBeGreaterThan(1000 * 1024 * 1024);
    expect(sentenceOf(reservation!).text).toContain('costs no RAM');
  });

  it('a store gives back the layout in force at an instant', async () => {
    const store = openMemoryStore();
    const life = {
      host: 'h',
      pid: 1,
      startMs: 0,
      process: 'daemon',
      comm: 'daemon',
      runtime: 'go',
      runtimeVersion: '1.26',
      evidence: 'snapshot' as const,
    };
    await store.put(life, 1000, small);
    await store.put(life, 2000, large);
    expect((await store.snapshot('daemon', { atMs: 2000 }))?.layout.virtualBytes).toBe(large.virtualBytes);
    await store.close();
  });

  it('a step between two plateaus is told by what moved', () => {
    const values = [...Array<number>(20).fill(small.virtualBytes), ...Array<number>(20).fill(large.virtualBytes)];
    const found = detectPlateaus({ timesMs: values.map((_, i) => i * 15_000), values });
    expect(found.map(({ levelBytes }) => levelBytes)).toEqual([small.virtualBytes, large.virtualBytes]);
    const causes = causesOf({ parts: parts(small), body: small }, { parts: parts(large), body: large });
    expect(causes.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(large.virtualBytes - small.virtualBytes);
    expect(stepSentence(found[1]!.stepBytes!, causes)).toMatch(/^\+\d.*Go/);
  });
});
