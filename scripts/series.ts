/**
 * npm run series [-- FOLDER]: scores the plateau detector on series with known plateaus (test/series) and fails below the
 * bars. Prints a row per kind of series, and the worst series.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { detectPlateaus } from '../src/core/plateau/detect';
import { parseSeries } from '../src/core/plateau/parse-series';
import {
  meanScore,
  SCORE_COLUMNS,
  scorePlateaus,
  type Score,
  type ScoreColumn,
  type SeriesTruth,
} from '../src/core/plateau/score';

/** Means over all series must reach these; `spikes`, the share of spikes called plateaus, must not exceed its bar. */
const BARS: Partial<Record<ScoreColumn, number>> = {
  f1: 0.97,
  covering: 0.97,
  level: 0.95,
  kind: 0.95,
  spikes: 0,
  reset: 1,
};
const WORST = 5;

interface Row {
  readonly name: string;
  readonly kind: string;
  readonly score: Score;
}

function scoreFile(file: string): Row {
  const samples = parseSeries(readFileSync(file, 'utf8'), file);
  const truth = JSON.parse(readFileSync(file.replace(/\.tsv$/, '.truth.json'), 'utf8')) as SeriesTruth;
  const score = scorePlateaus(samples.timesMs, truth, detectPlateaus(samples));
  return { name: basename(file, '.tsv'), kind: truth.kind, score };
}

function line(name: string, count: string, score: Score): string {
  const cells = SCORE_COLUMNS.map((column) => (score[column]?.toFixed(3) ?? '-').padStart(10));
  return name.padEnd(24) + count.padStart(6) + cells.join('');
}

function main(folder: string): number {
  const files = readdirSync(folder).filter((name) => name.endsWith('.tsv'));
  if (files.length === 0) {
    console.error(`series: ${folder}: holds no .tsv series`);
    return 2;
  }
  const rows = files.sort().map((name) => scoreFile(join(folder, name)));
  const overall = meanScore(rows.map(({ score }) => score));
  console.log(''.padEnd(24) + 'series'.padStart(6) + SCORE_COLUMNS.map((column) => column.padStart(10)).join(''));
  for (const kind of new Set(rows.map((row) => row.kind))) {
    const own = rows.filter((row) => row.kind === kind).map(({ score }) => score);
    console.log(line(kind, String(own.length), meanScore(own)));
  }
  console.log(line('overall', String(rows.length), overall));
  console.log(line('bar', '', BARS));
  const merit = ({ score }: Row): number => (score.f1 ?? 0) + (score.covering ?? 0);
  for (const row of [...rows].sort((a, b) => merit(a) - merit(b)).slice(0, WORST)) {
    console.log(`worst: f1 ${row.score.f1?.toFixed(3)} covering ${row.score.covering?.toFixed(3)} ${row.name}`);
  }
  const failed = SCORE_COLUMNS.filter((column) => {
    const [value, bar] = [overall[column], BARS[column]];
    return value !== undefined && bar !== undefined && (column === 'spikes' ? value > bar : value < bar);
  });
  failed.forEach((column) => console.error(`series: ${column} ${overall[column]?.toFixed(4)} misses ${BARS[column]}`));
  return failed.length > 0 ? 1 : 0;
}

process.exitCode = main(process.argv[2] ?? join(__dirname, '..', 'test', 'series'));
