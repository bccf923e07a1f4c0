import { toDocument } from '../../core/explain/document';
import { type Explanation, explainProcess } from '../../core/explain/explain';
import { type Command, type Output, UsageError } from '../command';
import { parseOptions } from '../options';
import { TargetError, originOf, readTarget, smapsMode } from '../target';
import { picture } from '../terminal/picture';
import { mappingsTable, regionsTable } from '../terminal/ranges-table';
import { styleFor } from '../terminal/style';

const GROUPINGS = ['category', 'region', 'mapping'] as const;
type Grouping = (typeof GROUPINGS)[number];

export const explain: Command = {
  name: 'explain',
  summary: 'what the address space of a process is for',
  usage: `plateau explain [--json] [--by category|region|mapping] [--smaps|--no-smaps] TARGET...

TARGET  a pid, or a directory with copies of /proc/PID files (maps is required; smaps status stat statm limits comm
        cmdline cgroup auxv.hex exe.txt threads.tsv system.txt are used when there), or - for maps text on stdin

--json      one JSON document per target, one per line
--by WHAT   rows by category (the default), by region, or by mapping in address order
--smaps     read resident sizes of a live process whatever its size; by default only up to 2 GiB resident,
            because reading them makes a large process wait
--no-smaps  do not read them

The sum of the rows is VmSize, to the byte. Exit code 2 when a target could not be read; the others are answered.

example: plateau explain $$`,
  async run(args, output) {
    const { values, positionals } = parseOptions('explain', args, {
      json: { type: 'boolean' },
      by: { type: 'string' },
      smaps: { type: 'boolean' },
      'no-smaps': { type: 'boolean' },
    });
    const by = groupingOf(values['by']);
    const smaps = smapsMode('explain', values);
    if (positionals.length === 0) throw new UsageError('explain: needs a TARGET: a pid, a directory, or -');
    let code = 0;
    for (const [index, target] of positionals.entries()) {
      try {
        const explanation = explainProcess(readTarget(target, smaps));
        const text = values['json']
          ? `${JSON.stringify(toDocument(explanation))}\n`
          : (index > 0 ? '\n' : '') + textOf(output, explanation, target, by);
        await output.write(text);
      } catch (error) {
        if (!(error instanceof TargetError)) throw error;
        output.complain(`plateau explain: ${error.message}`);
        code = 2;
      }
    }
    return code;
  },
};

function groupingOf(value: string | boolean | undefined): Grouping {
  const found = GROUPINGS.find((grouping) => grouping === (value ?? 'category'));
  if (!found) throw new UsageError(`explain: --by must be category, region or mapping, not '${String(value)}'`);
  return found;
}

function textOf(output: Output, explanation: Explanation, target: string, by: Grouping): string {
  const style = styleFor(output);
  const rows =
    by === 'category'
      ? null
      : by === 'region'
        ? regionsTable(style, explanation.layout)
        : mappingsTable(style, explanation.layout);
  return picture(style, explanation, target, originOf(target), rows);
}
