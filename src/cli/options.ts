/** node:util parseArgs with our wording: what is wrong in one line, and the nearest option that exists. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from './command';
import { nearest } from './nearest';

export interface ParsedOptions {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
}

/**
 * @param limit how many positionals are allowed
 * @throws UsageError on an unknown option, a missing value or a positional too many
 */
export function parseOptions(
  command: string,
  args: readonly string[],
  options: NonNullable<ParseArgsConfig['options']>,
  limit = Infinity
): ParsedOptions {
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const values: Record<string, string | boolean | undefined> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const known = options[token.name];
    if (!known) {
      const similar = nearest(
        token.rawName,
        Object.keys(options).map((name) => `--${name}`)
      );
      throw new UsageError(`${command}: unknown option ${token.rawName}${similar ? `, did you mean ${similar}?` : ''}`);
    }
    if (known.type === 'boolean') {
      if (token.value !== undefined) throw new UsageError(`${command}: option ${token.rawName} takes no value`);
      values[token.name] = true;
    } else {
      if (token.value === undefined) throw new UsageError(`${command}: option ${token.rawName} needs a value`);
      values[token.name] = token.value;
    }
  }
  if (positionals.length > limit) throw new UsageError(`${command}: unexpected argument '${positionals[limit]}'`);
  return { values, positionals };
}
