/**
 * Makes series whose plateaus are known, from the definitions in test/series/README.md and a seed. Independent of the
 * series kept there: other seeds, other chance, same rules.
 */
import type { SeriesTruth, TrueSegment } from '../../../src/core/plateau/score';
import type { PlateauSamples } from '../../../src/core/plateau/types';

export const KINDS = [
  'clean', 'heap-jitter', 'churn', 'churn-spike', 'churn-gap-restart', 'spike', 'spike-jitter-restart', 'leak',
  'leak-heap-jitter', 'leak-kink', 'stair', 'restart', 'gap', 'duplicates', 'exact-steps', 'small-process',
  'huge-reservation', 'constant', 'constant-churn', 'long-clean', 'long-churn', 'long-counter',
] as const; // prettier-ignore
export type SeriesKind = (typeof KINDS)[number];

export interface KnownSeries {
  readonly samples: PlateauSamples & { readonly startMs: readonly number[] };
  readonly truth: SeriesTruth;
}

const MIB = 2 ** 20;
const PAGE = 4096;
const STACK = 8 * MIB + PAGE;
const LONG = 11_000;

interface Draft {
  from: number;
  to: number;
  kind: TrueSegment['kind'];
  level: number;
  /** Bytes gained from first to last sample. */
  rise: number;
  restart: boolean;
  marginSamples?: number;
}

type Random = () => number;

/** mulberry32: small, and good enough to draw series from. */
function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const pages = (bytes: number): number => Math.round(bytes / PAGE) * PAGE;
const integer = (random: Random, low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
const logUniform = (random: Random, low: number, high: number): number => low * (high / low) ** random();
const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)]!;

export function generate(kind: SeriesKind, seed: number): KnownSeries {
  const random = randomFrom(seed * 1009 + KINDS.indexOf(kind) * 7919 + 1);
  const has = (word: string): boolean => kind.split('-').includes(word);
  const count = has('long') ? LONG : pick(random, [240, 480, 960]);
  const drafts = has('counter') ? counters(random, count) : steps(random, kind, count);
  if (has('leak')) {
    leak(random, drafts, has('kink'));
  }
  if (has('stair')) {
    stair(random, drafts);
  }
  if (has('restart')) {
    restarts(random, drafts);
  }
  const values = draw(random, drafts, has('restart'));
  const spikes = has('spike') || kind === 'duplicates' ? addSpikes(random, values, drafts) : [];
  if (has('churn')) {
    addChurn(random, values);
  }
  if (has('jitter')) {
    values.forEach((value, i) => (values[i] = value + (random() < 0.5 ? pages(random() * 5 * MIB) : 0)));
  }
  return finish(random, kind, drafts, values, spikes);
}

/** Lengths of at least `least` samples that add up to `count`. */
function lengths(random: Random, parts: number, count: number, least: number): number[] {
  const free = count - parts * least;
  const cuts = Array.from({ length: parts - 1 }, () => integer(random, 0, free)).sort((a, b) => a - b);
  return [...cuts, free].map((cut, i) => least + cut - (cuts[i - 1] ?? 0));
}

function steps(random: Random, kind: SeriesKind, count: number): Draft[] {
  const has = (word: string): boolean => kind.split('-').includes(word);
  const small = has('small');
  const least = has('churn') ? 96 * MIB : 24 * MIB;
  const parts = has('constant') ? 1 : has('long') ? integer(random, 5, 10) : integer(random, 2, has('exact') ? 8 : 6);
  let level = small ? logUniform(random, 12 * MIB, 40 * MIB) : logUniform(random, 40 * MIB, 9000 * MIB);
  level = pages(level + (has('huge') ? 20 * 2 ** 40 : 0));
  let at = 0;
  return lengths(random, parts, count, has('leak') ? 40 : 16).map((length, index): Draft => {
    if (index > 0) {
      let size = logUniform(random, least, 1536 * MIB);
      if (small) {
        size = level * (0.12 + 0.28 * random());
      } else if (has('exact')) {
        size = STACK * integer(random, 3, 12);
      }
      const down = random() < 0.4 && level - size > (small ? 8 : 20) * MIB;
      level = pages(level + (down || (small && level + size > 155 * MIB) ? -size : size));
    }
    const from = at;
    at += length;
    return { from, to: at, kind: 'plateau', level, rise: 0, restart: false };
  });
}

function counters(random: Random, count: number): Draft[] {
  const level = pages(logUniform(random, 200 * MIB, 2000 * MIB));
  let at = 0;
  return lengths(random, 3, count, 2500).map((length, index): Draft => {
    const from = at;
    at += length;
    const rise = pages(length * (0.5 + random()) * MIB);
    return { from, to: at, kind: 'ramp', level, rise, restart: index > 0 };
  });
}

function leak(random: Random, drafts: Draft[], kink: boolean): void {
  const longest = drafts.reduce((a, b) => (b.to - b.from > a.to - a.from ? b : a));
  const index = kink ? drafts.indexOf(longest) : integer(random, 0, drafts.length - 1);
  const draft = drafts[index]!;
  const rise = pages(logUniform(random, 80 * MIB, 600 * MIB));
  const { from, to } = draft;
  if (!kink) {
    Object.assign(draft, { kind: 'ramp', rise });
    return;
  }
  const length = Math.max(40, Math.floor((to - from) / 3));
  if (to - from < length + 32) {
    return;
  }
  const marginSamples = Math.max(5, Math.ceil(length / 10));
  const begins = from + Math.floor((to - from - length) / 2);
  const rest = {
    from: begins + length,
    to,
    kind: 'plateau' as const,
    level: draft.level + rise,
    rise: 0,
    restart: false,
  };
  draft.to = begins;
  const ramp = { from: begins, to: begins + length, kind: 'ramp' as const, level: draft.level, rise, restart: false };
  drafts.splice(index + 1, 0, { ...ramp, marginSamples }, { ...rest, marginSamples });
  for (const later of drafts.slice(index + 3)) {
    later.level += rise;
  }
}

function stair(random: Random, drafts: Draft[]): void {
  const first = drafts[0]!;
  const length = integer(random, 6, 14);
  drafts.unshift({ from: 0, to: length, kind: 'transition', level: pages(first.level * 0.3), rise: 0, restart: false });
  for (const draft of drafts.slice(1)) {
    draft.from += draft === first ? length : 0;
  }
  if (first.to - first.from < 12) {
    first.from = first.to - 12;
    drafts[0]!.to = first.from;
  }
}

/** Splits a long piece or two where nothing else changes. */
function restarts(random: Random, drafts: Draft[]): void {
  for (let left = integer(random, 1, 2); left > 0; left--) {
    const index = drafts.findIndex((draft) => draft.to - draft.from >= 40);
    const whole = drafts[index];
    if (!whole) {
      return;
    }
    const cut = integer(random, whole.from + 18, whole.to - 18);
    drafts.splice(index + 1, 0, { ...whole, from: cut, restart: true });
    whole.to = cut;
  }
}

function draw(random: Random, drafts: readonly Draft[], growing: boolean): number[] {
  const values: number[] = [];
  for (const draft of drafts) {
    const length = draft.to - draft.from;
    if (draft.kind === 'ramp') {
      values.push(...uneven(random, length, draft.rise).map((gain) => draft.level + gain));
    } else if (draft.kind === 'transition') {
      const target = drafts[1]!.level;
      const heights = Array.from({ length }, () => random()).sort((a, b) => a - b);
      values.push(...heights.map((height) => pages(draft.level + (target - draft.level) * 0.95 * height)));
    } else {
      values.push(...new Array<number>(length).fill(draft.level));
    }
    if (growing && draft.restart) {
      const samples = integer(random, 2, 4);
      for (let i = 0; i < samples; i++) {
        values[draft.from + i] = pages(draft.level * (0.3 + (0.6 * i) / samples));
      }
    }
  }
  return values;
}

/** Growth in increments of random size, half of the samples idle, none above a tenth of the rise. */
function uneven(random: Random, length: number, rise: number): number[] {
  const increments = Array.from({ length }, (_, i) => (i === 0 || random() < 0.5 ? 0 : -Math.log(1 - random())));
  for (let pass = 0; pass < 8; pass++) {
    const total = increments.reduce((sum, x) => sum + x, 0) || 1;
    increments.forEach((x, i) => (increments[i] = Math.min(x / total, 0.09)));
  }
  const total = increments.reduce((sum, x) => sum + x, 0) || 1;
  let sum = 0;
  return increments.map((x) => pages(((sum += x) / total) * rise));
}

function addSpikes(random: Random, values: number[], drafts: readonly Draft[]): Array<{ first: number; last: number }> {
  const spikes: Array<{ first: number; last: number }> = [];
  for (let left = integer(random, 2, 9); left > 0; left--) {
    const draft = pick(random, drafts);
    const length = integer(random, 1, 3);
    const first = integer(random, draft.from + 4, draft.to - 5 - length);
    const last = first + length - 1;
    if (first > draft.from && spikes.every((other) => last + 9 < other.first || first - 9 > other.last)) {
      const height = pages(logUniform(random, 50 * MIB, 800 * MIB));
      for (let i = first; i <= last; i++) {
        values[i]! += height;
      }
      spikes.push({ first, last });
    }
  }
  return spikes.sort((a, b) => a.first - b.first);
}

/** Threads are born and die; each has a stack of 8 MiB and its guard page. */
function addChurn(random: Random, values: number[]): void {
  const mean = 1 + 5 * random();
  const life = 1 + 7 * random();
  let alive = Math.round(mean);
  values.forEach((value, i) => {
    for (let thread = alive; thread > 0; thread--) {
      alive -= random() < 1 / life ? 1 : 0;
    }
    for (let chance = Math.exp(-mean / life), product = random(); product > chance; product *= random()) {
      alive += 1;
    }
    values[i] = value + alive * STACK;
  });
}

function finish(
  random: Random,
  kind: SeriesKind,
  drafts: Draft[],
  values: number[],
  spikes: Array<{ first: number; last: number }>
): KnownSeries {
  const stepMs = pick(random, [15, 30, 60, 300]) * 1000;
  const time = (i: number): number => 1_760_000_000_000 + i * stepMs;
  const gone = new Set<number>();
  for (let left = kind.includes('gap') ? integer(random, 1, 3) : 0; left > 0; left--) {
    const draft = pick(random, drafts);
    const length = Math.min(integer(random, 3, 19), draft.to - draft.from - 14);
    const first = integer(random, draft.from, draft.to - Math.max(1, length));
    for (let i = first; i < first + length; i++) {
      gone.add(i);
    }
  }
  let processStart = time(0) - 3_600_000;
  const rows: Array<{ time: number; value: number; start: number }> = [];
  const kept: number[][] = drafts.map(() => []);
  drafts.forEach((draft, index) => {
    processStart = draft.restart ? time(draft.from) - 1500 : processStart;
    for (let i = draft.from; i < draft.to; i++) {
      if (gone.has(i) && i > 0) {
        continue;
      }
      const row = { time: time(i), value: values[i]!, start: processStart + integer(random, -400, 400) };
      rows.push(row);
      kept[index]!.push(i);
      if (kind === 'duplicates' && random() < 0.1) {
        rows.push(row);
      }
    }
  });
  const exact = !/churn|jitter|counter/.test(kind);
  const segments = drafts.map((draft, index): TrueSegment => {
    const own = kept[index]!;
    const { marginSamples } = draft;
    const base = { startMs: time(own[0]!), endMs: time(own[own.length - 1]!), kind: draft.kind };
    return {
      ...base,
      levelBytes: draft.kind === 'plateau' ? draft.level : null,
      ...(marginSamples ? { marginSamples } : {}),
    };
  });
  return {
    samples: { timesMs: rows.map((r) => r.time), values: rows.map((r) => r.value), startMs: rows.map((r) => r.start) },
    truth: {
      kind,
      exact,
      segments,
      spikes: spikes
        .filter(({ first }) => !gone.has(first))
        .map(({ first, last }) => ({ startMs: time(first), endMs: time(last) })),
      restartsMs: drafts.flatMap((draft, index) => (draft.restart ? [time(kept[index]![0]!)] : [])),
    },
  };
}
