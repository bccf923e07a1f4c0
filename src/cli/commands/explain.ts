import { explainProcess } from '../../core/explain/explain';
import { toDocument } from '../../core/explain/document';
import { type Command, UsageError } from '../command';
import { parseOptions } from '../options';
import { TargetError, readTarget } from '../target';

export const explain: Command = {
  name: 'explain',
  summary: 'what the address space of a process is for',
  usage: `plateau explain [--json] TARGET...

TARGET  a pid, or a directory with copies of /proc/PID files (maps is required; smaps status stat statm limits comm
        cmdline cgroup auxv.hex exe.txt threads.tsv system.txt are used when there), or - for maps text on stdin

--json  one JSON document per target, one per line`,
  async run(args, output) {
    const { values, positionals } = parseOptions('explain', args, { json: { type: 'boolean' } });
    if (positionals.length === 0) throw new UsageError('explain: needs a TARGET: a pid, a directory, or -');
    let code = 0;
    for (const target of positionals) {
      try {
        const explanation = explainProcess(readTarget(target, { smaps: true }));
        await output.write(values['json'] ? `${JSON.stringify(toDocument(explanation))}\n` : '');
      } catch (error) {
        if (!(error instanceof TargetError)) throw error;
        output.complain(`plateau explain: ${error.message}`);
        code = 2;
      }
    }
    return code;
  },
};
