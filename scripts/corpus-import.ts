/** Copies a corpus of captured processes: what the engine reads, nothing else, so that the repository stays small. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TruthRow, casesOf } from './corpus-score';

const COPIED = ['maps', 'statm', 'status', 'stat', 'limits', 'comm', 'exe.txt', 'system.txt', 'meta.json'];
/** The lines of a smaps record that decide something; sizes of pages follow from maps. */
const SMAPS_LINES = /^([0-9a-f]+-|Rss:|VmFlags:)/;

interface SourceRow extends TruthRow {
  readonly evidence?: string;
}

/**
 * Rows that were named after the runtime's own VMA names have one slip: `Go: heap index` was filed under heap because it
 * begins like `Go: heap`. It is the index of all arenas (mheap.arenas), which every other case calls by its name.
 */
function corrected(row: SourceRow): TruthRow {
  const { start, end, category, region, accept } = row;
  if (row.evidence?.endsWith('Go: heap index')) {
    return { start, end, category: 'metadata', region: 'go.arena-index-L2' };
  }
  return accept ? { start, end, category, region, accept } : { start, end, category, region };
}

function shortTruth(text: string): string {
  const truth = JSON.parse(text) as { confidence?: string; mappings?: SourceRow[] };
  const rows = (truth.mappings ?? []).map((row) => JSON.stringify(corrected(row)));
  return `{"confidence":${JSON.stringify(truth.confidence ?? null)},"mappings":[\n${rows.join(',\n')}\n]}\n`;
}

function shortSmaps(text: string): string {
  const kept = text.split('\n').filter((line) => SMAPS_LINES.test(line));
  return `${kept.map((line) => line.replace(/: +/, ': ').trimEnd()).join('\n')}\n`;
}

/** The system call of a thread matters for its stack pointer; its stat line repeats what nobody reads here. */
function shortThreads(text: string): string {
  return text
    .split('\n')
    .map((line) => line.split('\t').slice(0, 3).join('\t'))
    .join('\n');
}

const SHORTENED: ReadonlyArray<readonly [string, (text: string) => string]> = [
  ['truth.json', shortTruth],
  ['smaps', shortSmaps],
  ['threads.tsv', shortThreads],
];

/** @returns cases and bytes written */
export function importCorpus(source: string, target: string): { cases: number; bytes: number } {
  let bytes = 0;
  const names = casesOf(source).filter((name) =>
    /"mappings"/.test(readFileSync(join(source, name, 'truth.json'), 'utf8'))
  );
  for (const name of names) {
    const to = join(target, name);
    rmSync(to, { recursive: true, force: true });
    mkdirSync(to, { recursive: true });
    for (const file of COPIED) {
      if (existsSync(join(source, name, file))) copyFileSync(join(source, name, file), join(to, file));
    }
    for (const [file, shorten] of SHORTENED) {
      const path = join(source, name, file);
      if (existsSync(path)) writeFileSync(join(to, file), shorten(readFileSync(path, 'utf8')));
    }
    for (const file of [...COPIED, ...SHORTENED.map(([file]) => file)]) {
      if (existsSync(join(to, file))) bytes += statSync(join(to, file)).size;
    }
  }
  return { cases: names.length, bytes };
}
