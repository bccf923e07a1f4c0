/** Layouts captured while programs took and gave back what they had announced: each step is told as it was. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { explainProcess } from '../../../src/core/explain/explain';
import { stepSentence } from '../../../src/core/explain/causes';
import { parseMaps } from '../../../src/core/mapping/parse-maps';
import { parseStatus } from '../../../src/core/mapping/parse-status';
import { type Side, causesOf } from '../../../src/core/plateau/causes';
import type { Layout } from '../../../src/core/snapshot/layout';
import { snapshotOf } from '../../../src/core/snapshot/snapshot';
import { MIB } from '../../../src/core/units';

const ROOT = path.resolve(__dirname, '../../fixtures/timelines');

function layoutsOf(name: string): Layout[] {
  const folder = path.join(ROOT, name);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.maps'))
    .sort()
    .map((file) => {
      const read = (kind: string): string => readFileSync(path.join(folder, file.replace('maps', kind)), 'utf8');
      return explainProcess(snapshotOf(parseMaps(read('maps')), { status: parseStatus(read('status')) })).layout;
    });
}

function side(layout: Layout): Side {
  const parts = new Map<string, number>();
  for (const { region, category, size } of layout.ranges) {
    parts.set(`${region}\t${category}`, (parts.get(`${region}\t${category}`) ?? 0) + size);
  }
  return { parts, body: layout };
}

/** Sentences of the steps that are as large as a plateau's must be. */
function told(name: string): string[] {
  const layouts = layoutsOf(name);
  return layouts.slice(1).flatMap((after, i) => {
    const before = layouts[i]!;
    const bytes = after.virtualBytes - before.virtualBytes;
    return Math.abs(bytes) < 16 * MIB ? [] : [stepSentence(bytes, causesOf(side(before), side(after)))];
  });
}

test('Java: 10 threads of 8 MiB, 200 MiB of direct buffers, 30 threads', () => {
  expect(told('jvm-17-threads')).toEqual([
    '+80 MiB: stacks of 10 threads (7.98 MiB each).',
    '+200 MiB: one mapping (200 MiB) mapped by malloc or mmap, in a JVM usually direct buffers.',
    '+240 MiB: stacks of 30 threads (7.98 MiB each).',
  ]);
});

test('Go: a heap that grows in bursts', () => {
  const arenas = /^\+[\d.]+ MiB: Go reserved the next (?:(?:two|three|\d+) )?heap arenas? \(64 MiB(?: each)?\)/;
  const steps = told('go-1.26-bursts');
  expect(steps).toHaveLength(4);
  for (const step of steps) expect(step).toMatch(arenas);
});

test('C: threads with their arenas, 300 MiB, more threads, and the 300 MiB given back', () => {
  const [eight, big, more, freed] = told('c-glibc-threads-arenas');
  expect(eight).toMatch(/8 glibc arenas \(64 MiB each\) for new threads.*stacks of 8 threads \(8 MiB each\)\.$/);
  expect(big).toBe('+300 MiB: one mapping (300 MiB) mapped by malloc or mmap.');
  expect(more).toMatch(/7 glibc arenas \(64 MiB each\) for new threads.*stacks of 16 threads \(8 MiB each\)\.$/);
  expect(freed).toBe('-300 MiB: one mapping (300 MiB) unmapped by malloc or mmap.');
});
