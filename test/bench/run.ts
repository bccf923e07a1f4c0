/** `npm run bench [NAME...]`: runs the benchmarks with Bun and exits with 1 when one misses its target. */
import { attributeBench } from './attribute.bench';
import { collectorBench } from './collector.bench';
import { plateauBench } from './plateau.bench';

export interface Bench {
  readonly name: string;
  /** Prints its figures. @returns the targets that it missed, one sentence each */
  readonly run: () => Promise<readonly string[]>;
}

/** Attribution comes last: its many shapes teach the compiler what the other programs never meet. */
const BENCHES: readonly Bench[] = [collectorBench, plateauBench, attributeBench];

const wanted = process.argv.slice(2);
let missed = 0;
for (const bench of BENCHES) {
  if (wanted.length > 0 && !wanted.includes(bench.name)) continue;
  console.log(`${bench.name}:`);
  for (const failure of await bench.run()) {
    console.log(`  missed: ${failure}`);
    missed++;
  }
}
process.exitCode = missed > 0 ? 1 : 0;
