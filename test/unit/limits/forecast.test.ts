/** The forecast for captured processes against what was measured with prlimit on the same builds. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readDirectory } from '../../../src/adapters/procfs';
import { explainProcess } from '../../../src/core/explain/explain';
import { limitsDocument } from '../../../src/core/limits/document';
import { type LimitFacts, limitFacts } from '../../../src/core/limits/facts';
import { addressSpaceForecast, betterLimit, dataForecast, forecastOf, judge } from '../../../src/core/limits/forecast';
import { safeText } from '../../../src/core/limits/words';
import { MIB } from '../../../src/core/units';

const CORPUS = 'test/corpus';
const CASES = readdirSync(CORPUS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

function factsOf(name: string): LimitFacts {
  const read = readDirectory(join(CORPUS, name));
  if (read.kind !== 'ok') throw new Error(`${name}: ${read.kind}`);
  const { layout, snapshot } = explainProcess(read.value);
  return limitFacts(layout, { dataBytes: snapshot.status?.vmData ?? null, commandLine: snapshot.cmdline });
}

const verdict = (name: string, bytes: number): string => judge(addressSpaceForecast(factsOf(name)), bytes).verdict;

describe('Go hello worlds without cgo', () => {
  /** Smallest limit under which the build ran, four of four runs. */
  const SMALLEST: ReadonlyArray<readonly [name: string, smallest: number]> = [
    ['go-1.15-hello-cgo0', 719_900_672],
    ['go-1.19-hello-cgo0', 728_064_000],
    ['go-1.21.13-hello-cgo0', 718_602_240],
    ['go-1.23.12-hello-cgo0', 717_914_112],
    ['go-1.25.5-hello-cgo0', 719_577_088],
    ['go-1.26-hello-cgo0', 719_851_520],
  ];
  test.each(SMALLEST)('%s runs from %i B', (name, smallest) => {
    expect(verdict(name, smallest - MIB)).toBe('fails');
    expect(verdict(name, smallest)).not.toBe('fails');
    expect(verdict(name, smallest + MIB)).toBe('runs');
    expect(verdict(name, 700_000_000)).toBe('fails');
    expect(verdict(name, 800_000_000)).toBe('runs');
  });

  test.each(['go-1.21.13-hello-cgo0', 'go-1.23.12-hello-cgo0', 'go-1.25.5-hello-cgo0', 'go-1.26-hello-cgo0'])(
    '%s has a hole',
    (name) => {
      const forecast = addressSpaceForecast(factsOf(name));
      expect(forecast.safe).toHaveLength(2);
      for (const mib of [690, 900, 1090]) expect(judge(forecast, mib * MIB).verdict, `${mib}`).toBe('runs');
      for (const mib of [1100, 1150, 1190]) expect(judge(forecast, mib * MIB).verdict, `${mib}`).toBe('fails');
      expect(judge(forecast, 1200 * MIB).verdict).toBe('runs');
      const { nearestBelow, nearestAbove } = judge(forecast, 1150 * MIB);
      expect(Math.floor(nearestBelow! / MIB)).toBeGreaterThanOrEqual(1098);
      expect(judge(forecast, nearestBelow).verdict).toBe('runs');
      expect(judge(forecast, nearestAbove).verdict).toBe('runs');
    }
  );

  test('before 1.21 there is no hole', () => {
    for (const name of ['go-1.15-hello-cgo0', 'go-1.19-hello-cgo0', 'go-1.18.4-esbuild-0.14.50']) {
      expect(addressSpaceForecast(factsOf(name)).safe, name).toHaveLength(1);
    }
  });

  test('a heap that outgrew the page tables fills the hole from below', () => {
    const facts = factsOf('go-1.23.12-daemon-heap-1500m');
    const { segments, startUpBytes } = addressSpaceForecast(facts);
    expect(segments[0]).toMatchObject({ fromBytes: 0, verdict: 'fails' });
    expect(judge(addressSpaceForecast(facts), 800_000_000).verdict).toBe('fails');
    // A fresh start needs far less than what it has grown to.
    expect(startUpBytes).toBeLessThan(1300 * MIB);
  });

  test('RLIMIT_DATA does not count what is reserved', () => {
    const forecast = dataForecast(factsOf('go-1.26-hello-cgo0'));
    expect(judge(forecast, 48 * MIB).verdict).toBe('runs');
    expect(judge(forecast, 30 * MIB).verdict).toBe('fails');
  });
});

test('a program that has only been loaded is not known to run', () => {
  const forecast = addressSpaceForecast({ ...factsOf('go-1.26-hello-cgo0'), onlyLoaded: true, virtualBytes: 4 * MIB });
  expect(judge(forecast, 800 * MIB)).toMatchObject({ verdict: 'unknown', nearestBelow: null, nearestAbove: null });
  expect(judge(forecast, MIB).verdict).toBe('fails');
  expect(forecast.safe).toEqual([]);
});

test('an unlimited process runs', () => {
  expect(judge(addressSpaceForecast(factsOf('redis-7.0-200k')), null)).toMatchObject({
    verdict: 'runs',
    headroomBytes: null,
    nearestAbove: null,
  });
});

test('the better limit is the one that does not count reservations', () => {
  const facts = factsOf('go-1.26-hello-cgo0');
  expect(betterLimit('as', facts).limit).toBe('RLIMIT_DATA');
  expect(betterLimit('data', facts).limit).toBe('memory.max');
});

test('many safe ranges are counted', () => {
  expect(safeText(addressSpaceForecast(factsOf('go-1.24.9-hello-cgo1')).safe, 3)).toMatch(
    /^7[\d,]+ to [\d,]+ B \(744 to 817 MiB\); .+; \d+ more; from [\d,]+ B \(1\.73 GiB\)$/
  );
});

describe.each(CASES)('%s', (name) => {
  test.each(['as', 'data'] as const)('%s: segments tile all limits, and enough is enough', (limit) => {
    const facts = factsOf(name);
    const forecast = forecastOf(limit, facts);
    let at = 0;
    for (const { fromBytes, toBytes, why } of forecast.segments) {
      expect(fromBytes).toBe(at);
      expect(why).toMatch(/[.;]$/);
      expect(why).not.toMatch(/NaN|undefined|Infinity| -\d/);
      at = toBytes ?? Infinity;
    }
    expect(at).toBe(Infinity);
    expect(judge(forecast, 0).verdict).not.toBe('runs');
    const enough = 2 * Math.max(facts.virtualBytes, facts.peakBytes ?? 0) + 1024 * MIB;
    expect(judge(forecast, enough).verdict).toBe('runs');
    for (const range of forecast.safe) {
      expect(judge(forecast, range.fromBytes).verdict).toBe('runs');
      if (range.toBytes !== null) expect(judge(forecast, range.toBytes).verdict).not.toBe('runs');
    }
    const document = limitsDocument(forecast, enough, betterLimit(limit, facts));
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });
});
