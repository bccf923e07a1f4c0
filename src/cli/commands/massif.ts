import { readFileSync } from 'node:fs';
import { explainMassif } from '../../adapters/massif/attribute-massif';
import { findingsOfMassif } from '../../adapters/massif/massif-findings';
import { parseMassif } from '../../adapters/massif/parse-massif';
import { ParseError } from '../../core/errors';
import { type Command, UsageError } from '../command';
import { parseOptions } from '../options';
import { TargetError } from '../target';
import { massifPicture } from '../terminal/massif-picture';
import { styleFor } from '../terminal/style';

export const massif: Command = {
  name: 'massif',
  summary: 'what the bytes of a massif output file are for',
  usage: `plateau massif [--json] FILE

FILE    written by valgrind --tool=massif, with or without --pages-as-heap=yes; - for stdin

--json  one JSON document

Each snapshot sums to massif's own total. A file that is cut off is explained up to the cut, with exit code 2.

example: valgrind --tool=massif --pages-as-heap=yes --massif-out-file=massif.out ./foo && plateau massif massif.out`,
  async run(args, output) {
    const { values, positionals } = parseOptions('massif', args, { json: { type: 'boolean' } }, 1);
    const path = positionals[0];
    if (path === undefined) throw new UsageError('massif: needs a FILE, or - for stdin');
    const file = readMassif(path);
    const explained = explainMassif(file);
    const findings = findingsOfMassif(file, explained);
    if (values['json']) {
      await output.write(
        `${JSON.stringify({
          schema: 1,
          command: file.command,
          timeUnit: file.timeUnit,
          peak: explained.peak,
          largest: explained.largest,
          snapshots: explained.snapshots,
          regions: explained.regions,
          regionsOf: explained.regionsOf,
          findings,
        })}\n`
      );
    } else {
      await output.write(massifPicture(styleFor(output), file, explained, findings));
    }
    if (!file.broken) return 0;
    output.complain(`plateau massif: ${file.broken.message}`);
    return 2;
  },
};

function readMassif(path: string): ReturnType<typeof parseMassif> {
  try {
    return parseMassif(readFileSync(path === '-' ? 0 : path, 'utf8'), path === '-' ? 'stdin' : path);
  } catch (error) {
    if (error instanceof ParseError) throw new TargetError(error.message);
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    if (code === 'ENOENT') throw new TargetError(`${path}: no such file. Name a massif.out file.`);
    if (code === 'EISDIR') throw new TargetError(`${path}: is a directory. Name a massif.out file.`);
    throw new TargetError(`${path}: could not be read (${code}).`);
  }
}
