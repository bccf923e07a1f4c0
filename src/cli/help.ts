/** Help texts: one table of commands, and the usage of each. */
import type { Command } from './command';

export function generalHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  const rows = commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`);
  return `plateau: what all that virtual memory is, exact to the byte

usage: plateau COMMAND ...

${rows.join('\n')}

Exit codes: 0 done, 1 the answer is no, 2 bad usage or unreadable input.
More about one command: plateau help COMMAND
`;
}

export function commandHelp(command: Command): string {
  return `plateau ${command.name}: ${command.summary}\n\nusage: ${command.usage.trimEnd()}\n`;
}
