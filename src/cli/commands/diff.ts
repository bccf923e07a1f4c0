import { changeSentence } from '../../core/explain/changes';
import { type LayoutDiff, diffLayouts } from '../../core/snapshot/diff';
import { type Command, UsageError } from '../command';
import { parseOptions } from '../options';
import { readLayout } from '../layout-target';
import { smapsMode } from '../target';
import { diffPicture } from '../terminal/diff-table';
import { styleFor } from '../terminal/style';

export const diff: Command = {
  name: 'diff',
  summary: 'what changed between two targets, by region',
  usage: `plateau diff [--json] A B

A and B  a pid, a directory with copies of /proc/PID files, - for maps text on stdin, or a .json file with a stored layout
         (the answer of the collector's /api/v1/processes/NAME/snapshot)

--json   one JSON document

Regions are compared by their sums, so it does not matter where they lie.

example: plateau diff before/ after/`,
  async run(args, output) {
    const { values, positionals } = parseOptions('diff', args, { json: { type: 'boolean' } }, 2);
    const [before, after] = positionals;
    if (before === undefined || after === undefined) throw new UsageError('diff: needs two targets, A and B');
    const smaps = smapsMode('diff', { 'no-smaps': true });
    const result = diffLayouts(readLayout(before, smaps), readLayout(after, smaps));
    await output.write(
      values['json'] ? `${JSON.stringify(toDocument(result))}\n` : diffPicture(styleFor(output), result)
    );
    return 0;
  },
};

function toDocument(result: LayoutDiff) {
  return {
    schema: 1,
    beforeBytes: result.before,
    afterBytes: result.after,
    changeBytes: result.change,
    text: changeSentence(result),
    regions: result.regions.map((row) => ({
      region: row.region,
      category: row.category,
      beforeBytes: row.before,
      afterBytes: row.after,
      changeBytes: row.change,
      mappingsBefore: row.mappingsBefore,
      mappingsAfter: row.mappingsAfter,
    })),
  };
}
