/**
 * `npm run corpus [-- --worst N] [--maps-only] [DIR]`: scores the attribution of every captured process in test/corpus
 * (or DIR) and exits with 1 below the bars. `npm run corpus -- --import DIR` copies a corpus into test/corpus, with the
 * files that the engine reads and truth without its evidence.
 */
import { resolve } from 'node:path';
import { importCorpus } from './corpus-import';
import { BARS, type CaseScore, casesOf, readCase, readTruth, scoreCase, summarise } from './corpus-score';

const HOME = resolve(__dirname, '../test/corpus');

function line(score: CaseScore): string {
  const figure = (value: number | null): string => (value === null ? '     -' : value.toFixed(2).padStart(6));
  return `${figure(score.balanced)} balanced ${figure(score.bytes)} bytes ${figure(score.region)} region  ${score.name}`;
}

function main(args: readonly string[]): number {
  const from = args.indexOf('--import');
  if (from >= 0) {
    const source = args[from + 1];
    if (!source) throw new Error('--import needs the folder of a corpus');
    const { cases, bytes } = importCorpus(resolve(source), HOME);
    console.log(`${cases} cases, ${bytes} B copied to ${HOME}`);
    return 0;
  }
  const worstAt = args.indexOf('--worst');
  const worst = worstAt >= 0 ? Number(args[worstAt + 1]) : 10;
  const only = args.includes('--maps-only') ? 'maps' : 'everything';
  const directory = resolve(
    args.find((arg, i) => !arg.startsWith('--') && (i === 0 || args[i - 1] !== '--worst')) ?? HOME
  );
  const scores = casesOf(directory).map((name) => {
    const path = resolve(directory, name);
    return scoreCase(name, readCase(path, only), readTruth(path));
  });
  const ranked = scores.filter((score) => score.balanced !== null).sort((a, b) => a.balanced! - b.balanced!);
  for (const score of ranked.slice(0, worst)) {
    console.log(line(score));
    for (const { truth, answer, bytes } of score.wrong.slice(0, 4)) {
      console.log(`         ${(bytes / 2 ** 20).toFixed(3).padStart(12)} MiB  truth ${truth}  answered ${answer}`);
    }
  }
  for (const score of scores) {
    if (score.errors.length > 0) console.log(`BROKEN ${score.name}: ${score.errors.join('; ')}`);
  }
  const { cases, broken, meanBytes, meanBalanced, worstBalanced, meanRegion } = summarise(scores);
  console.log(
    `${cases} cases: balanced mean ${meanBalanced.toFixed(2)} worst ${worstBalanced.toFixed(2)}, bytes ${meanBytes.toFixed(2)}, ` +
      `region ${meanRegion.toFixed(2)}, broken sums ${broken}; bars: mean ${BARS.meanBalanced}, worst ${BARS.worstBalanced}, region ${BARS.meanRegion}`
  );
  const passes =
    meanBalanced >= BARS.meanBalanced && worstBalanced >= BARS.worstBalanced && meanRegion >= BARS.meanRegion;
  return broken === 0 && passes ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
