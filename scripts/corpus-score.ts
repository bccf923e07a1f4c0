/**
 * Scores attributions against captured truth, the way the corpus's own tool does. Per case, over the bytes that truth covers:
 *   bytes     share of bytes whose category is right (truth may accept several)
 *   balanced  mean over the truth's categories of the share of that category's bytes that is right
 *   region    share of bytes whose region is right
 * and the answer's sums must be exact: categories add up to the mapped bytes, ranges tile the mappings.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Attribution, attribute } from '../src/core/attribution/attribute';
import { isVsyscall } from '../src/core/mapping/mapping';
import { type ProcessFiles, snapshotFromFiles } from '../src/core/snapshot/from-files';
import type { Snapshot } from '../src/core/snapshot/snapshot';

export interface TruthRow {
  readonly start: string;
  readonly end: string;
  readonly category: string;
  readonly region: string;
  readonly accept?: readonly string[];
}

export interface CaseScore {
  readonly name: string;
  /** Percent; null where truth covers nothing. */
  readonly bytes: number | null;
  readonly balanced: number | null;
  readonly region: number | null;
  readonly errors: readonly string[];
  /** Largest mistakes first: what truth says, what was answered, bytes. */
  readonly wrong: ReadonlyArray<{ readonly truth: string; readonly answer: string; readonly bytes: number }>;
}

export interface Summary {
  readonly cases: number;
  readonly broken: number;
  readonly meanBytes: number;
  readonly meanBalanced: number;
  readonly worstBalanced: number;
  readonly meanRegion: number;
}

/** Percent that the corpus must reach. */
export const BARS = { meanBalanced: 99.5, worstBalanced: 97, meanRegion: 98 } as const;

const OPTIONAL: ReadonlyArray<readonly [keyof ProcessFiles, string]> = [
  ['smaps', 'smaps'],
  ['status', 'status'],
  ['stat', 'stat'],
  ['statm', 'statm'],
  ['limits', 'limits'],
  ['comm', 'comm'],
  ['exeText', 'exe.txt'],
  ['threadsText', 'threads.tsv'],
  ['systemText', 'system.txt'],
];

/** Names of the cases of a corpus: folders with maps and truth.json. */
export function casesOf(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => existsSync(join(directory, name, 'maps')) && existsSync(join(directory, name, 'truth.json')))
    .sort();
}

/** Reads what a collector could read of the process; the runtime's own reports and the truth stay out. */
export function readCase(directory: string, only: 'everything' | 'maps' = 'everything'): Snapshot {
  const files: { -readonly [K in keyof ProcessFiles]: ProcessFiles[K] } = {
    maps: readFileSync(join(directory, 'maps'), 'utf8'),
  };
  for (const [key, name] of only === 'maps' ? [] : OPTIONAL) {
    const path = join(directory, name);
    if (existsSync(path)) Object.assign(files, { [key]: readFileSync(path, 'utf8') });
  }
  return snapshotFromFiles(files);
}

export function readTruth(directory: string): TruthRow[] {
  const truth = JSON.parse(readFileSync(join(directory, 'truth.json'), 'utf8')) as { mappings?: TruthRow[] };
  return (truth.mappings ?? []).filter((row) => row.region !== 'kernel.vsyscall');
}

/** The five levels of Go's page summary count as one region. */
function sameRegion(a: string, b: string): boolean {
  return a.replace(/-L\d$/, '') === b.replace(/-L\d$/, '');
}

function merged(ranges: ReadonlyArray<{ start: number; end: number }>): string {
  const out: Array<[number, number]> = [];
  for (const { start, end } of ranges) {
    const last = out[out.length - 1];
    if (last?.[1] === start) last[1] = end;
    else out.push([start, end]);
  }
  return out.map(([start, end]) => `${start}-${end}`).join();
}

function mappedBytes(snapshot: Snapshot): number {
  let bytes = 0;
  for (const m of snapshot.mappings) if (!isVsyscall(m)) bytes += m.end - m.start;
  return bytes;
}

/** What is wrong with the sums of an attribution; empty when they are exact. */
export function sumErrors(snapshot: Snapshot, attribution: Attribution): string[] {
  const errors: string[] = [];
  const expected = snapshot.statmBytes ?? mappedBytes(snapshot);
  const total = Object.values(attribution.categories).reduce((sum, bytes) => sum + bytes, 0);
  if (total !== expected || attribution.virtualBytes !== expected) errors.push(`sum ${total}, VSZ ${expected}`);
  if (attribution.ranges.some((range, i) => i > 0 && attribution.ranges[i - 1]!.end > range.start)) {
    errors.push('ranges overlap');
  }
  if (merged(attribution.ranges) !== merged(attribution.view.mappings)) errors.push('ranges do not tile the mappings');
  return errors;
}

export function scoreCase(name: string, snapshot: Snapshot, truth: readonly TruthRow[]): CaseScore {
  const attribution = attribute(snapshot);
  const { ranges } = attribution;
  const wrong = new Map<string, { truth: string; answer: string; bytes: number }>();
  const recall = new Map<string, { right: number; all: number }>();
  let total = 0;
  let right = 0;
  let regionRight = 0;
  let first = 0;
  for (const row of truth) {
    const start = parseInt(row.start, 16);
    const end = parseInt(row.end, 16);
    const seen = recall.get(row.category) ?? { right: 0, all: 0 };
    recall.set(row.category, seen);
    seen.all += end - start;
    total += end - start;
    while (first > 0 && (first >= ranges.length || ranges[first]!.start > start)) first--;
    while (first < ranges.length && ranges[first]!.end <= start) first++;
    for (let i = first; i < ranges.length && ranges[i]!.start < end; i++) {
      const range = ranges[i]!;
      const bytes = Math.min(end, range.end) - Math.max(start, range.start);
      if (sameRegion(range.region, row.region)) regionRight += bytes;
      if (range.category === row.category || row.accept?.includes(range.category)) {
        right += bytes;
        seen.right += bytes;
        continue;
      }
      const key = `${row.category} ${row.region} ${range.category} ${range.region}`;
      const mistake = wrong.get(key) ?? {
        truth: `${row.category} ${row.region}`,
        answer: `${range.category} ${range.region}`,
        bytes: 0,
      };
      mistake.bytes += bytes;
      wrong.set(key, mistake);
    }
  }
  const percent = (part: number): number | null => (total > 0 ? (100 * part) / total : null);
  const shares = [...recall.values()].filter(({ all }) => all > 0).map((seen) => seen.right / seen.all);
  return {
    name,
    bytes: percent(right),
    balanced: total > 0 ? (100 * shares.reduce((sum, share) => sum + share, 0)) / shares.length : null,
    region: percent(regionRight),
    errors: sumErrors(snapshot, attribution),
    wrong: [...wrong.values()].sort((a, b) => b.bytes - a.bytes),
  };
}

export function summarise(scores: readonly CaseScore[]): Summary {
  const scored = scores.filter((score) => score.balanced !== null);
  const mean = (key: 'bytes' | 'balanced' | 'region'): number =>
    scored.reduce((sum, score) => sum + (score[key] ?? 0), 0) / Math.max(1, scored.length);
  return {
    cases: scores.length,
    broken: scores.filter((score) => score.errors.length > 0).length,
    meanBytes: mean('bytes'),
    meanBalanced: mean('balanced'),
    worstBalanced: Math.min(100, ...scored.map((score) => score.balanced ?? 100)),
    meanRegion: mean('region'),
  };
}
