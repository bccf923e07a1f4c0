import { explainProcess } from '../../core/explain/explain';
import { limitsDocument } from '../../core/limits/document';
import { limitFacts } from '../../core/limits/facts';
import { type LimitKind, RLIMIT, betterLimit, forecastOf, judge } from '../../core/limits/forecast';
import { parseSize } from '../../core/limits/parse-size';
import type { Bytes } from '../../core/units';
import { type Command, UsageError } from '../command';
import { parseOptions } from '../options';
import { originOf, readTarget } from '../target';
import { type LimitAnswer, limitsPicture } from '../terminal/limits-picture';
import { styleFor } from '../terminal/style';

export const limits: Command = {
  name: 'limits',
  summary: 'would this program start and run under a limit, and which limits are safe',
  usage: `plateau limits [--as BYTES] [--data BYTES] [--json] TARGET

TARGET  a pid, or a directory with copies of /proc/PID files (as of explain) or a recording, or - for maps text on stdin

--as BYTES    RLIMIT_AS (ulimit -v, but in bytes): 800000000, 700M, 1.5GiB (binary units), unlimited
--data BYTES  RLIMIT_DATA (ulimit -d), the same
--json        one JSON document; a second limit is in its key 'also'

Without a limit: the present limits of the process, what is left of them, and the limits that are safe. The answer is
about starting the program and reaching the state that TARGET shows. Exit code 1 when a limit that was asked for fails.

example: plateau limits --as 700M $$`,
  async run(args, output) {
    const { values, positionals } = parseOptions(
      'limits',
      args,
      { as: { type: 'string' }, data: { type: 'string' }, json: { type: 'boolean' } },
      1
    );
    const [target] = positionals;
    if (target === undefined) throw new UsageError('limits: needs a TARGET: a pid, a directory, or -');
    const asked = (['as', 'data'] as const).flatMap((limit) =>
      values[limit] === undefined ? [] : [{ limit, bytes: sizeOption(limit, String(values[limit])) }]
    );
    const explanation = explainProcess(readTarget(target, 'never'));
    const { snapshot, layout } = explanation;
    const facts = limitFacts(layout, {
      dataBytes: snapshot.status?.vmData ?? null,
      commandLine: snapshot.cmdline,
    });
    const present = { as: layout.limits?.addressSpace ?? null, data: layout.limits?.data ?? null };
    const limitsShown =
      asked.length > 0 ? asked : (['as', 'data'] as const).map((limit) => ({ limit, bytes: present[limit] }));
    const answers = limitsShown.map(({ limit, bytes }): LimitAnswer => {
      const forecast = forecastOf(limit, facts);
      return { forecast, bytes, answer: judge(forecast, bytes), better: betterLimit(limit, facts) };
    });
    if (values['json']) {
      const [first, ...also] = answers.map(({ forecast, bytes, better }) => limitsDocument(forecast, bytes, better));
      await output.write(`${JSON.stringify(also.length > 0 ? { ...first, also } : first)}\n`);
    } else {
      const kind = asked.length > 0 ? 'asked' : layout.limits ? 'present' : 'not-read';
      await output.write(limitsPicture(styleFor(output), explanation, target, originOf(target), answers, kind));
    }
    return asked.length > 0 && answers.some(({ answer }) => answer.verdict === 'fails') ? 1 : 0;
  },
};

/** @throws UsageError */
function sizeOption(limit: LimitKind, text: string): Bytes | null {
  const bytes = parseSize(text);
  if (bytes !== undefined) return bytes;
  throw new UsageError(
    `limits: --${limit} is '${text}', which is no size for ${RLIMIT[limit]}: give bytes, 700M, 1.5GiB or unlimited`
  );
}
