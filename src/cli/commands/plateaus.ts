import { readFileSync } from 'node:fs';
import { ParseError } from '../../core/errors';
import { detectPlateaus } from '../../core/plateau/detect';
import { parseSeries } from '../../core/plateau/parse-series';
import type { Plateau, PlateauSamples } from '../../core/plateau/types';
import { type Command, UsageError } from '../command';
import { parseOptions } from '../options';
import { TargetError } from '../target';
import { plateausPicture } from '../terminal/plateaus-picture';
import { styleFor } from '../terminal/style';

export const plateaus: Command = {
  name: 'plateaus',
  summary: 'plateaus, ramps and spikes of a series of sizes',
  usage: `plateau plateaus [--json] FILE...

FILE    one sample per line, columns separated by tabs: time_ms (Unix milliseconds), bytes, and optionally start_ms, the
        start time of the process; a header line may name them. - for stdin

--json  one JSON document per file, one per line

A step is 16 MiB or more (a tenth of the level in a process that never exceeds 160 MiB) and more than the noise around
it; a plateau is held for 12 samples or more; what returns within 4 samples is a spike.

example: plateau plateaus api-server.tsv`,
  async run(args, output) {
    const { values, positionals } = parseOptions('plateaus', args, { json: { type: 'boolean' } });
    if (positionals.length === 0) throw new UsageError('plateaus: needs a FILE with a series, or - for stdin');
    let code = 0;
    for (const file of positionals) {
      try {
        const samples = readSeries(file);
        const found = detectPlateaus(samples);
        await output.write(
          values['json']
            ? `${JSON.stringify(toDocument(found))}\n`
            : plateausPicture(styleFor(output), file === '-' ? 'stdin' : file, samples, found)
        );
      } catch (error) {
        if (!(error instanceof TargetError)) throw error;
        output.complain(`plateau plateaus: ${error.message}`);
        code = 2;
      }
    }
    return code;
  },
};

/** The first level has nothing before it, so its step is 0. */
function toDocument(found: readonly Plateau[]) {
  return { schema: 1, plateaus: found.map((entry) => ({ ...entry, stepBytes: entry.stepBytes ?? 0 })) };
}

/** @throws TargetError */
function readSeries(file: string): PlateauSamples {
  try {
    return parseSeries(readFileSync(file === '-' ? 0 : file, 'utf8'), file === '-' ? 'stdin' : file);
  } catch (error) {
    if (error instanceof ParseError) throw new TargetError(error.message);
    if (error instanceof Error && 'code' in error) {
      const missing = error.code === 'ENOENT';
      throw new TargetError(
        `${file}: ${missing ? 'no such file' : `could not be read (${String(error.code)})`}. Expected a file with columns time_ms and bytes, or - for stdin.`
      );
    }
    throw error;
  }
}
