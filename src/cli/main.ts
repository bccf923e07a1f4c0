/** Entry of the `plateau` command: picks the command, keeps the exit codes, and touches the process for all of them. */
import { type ExitCode, UsageError } from './command';
import { COMMANDS } from './commands';
import { commandHelp, generalHelp } from './help';
import { nearest } from './nearest';
import { processOutput } from './output';
import { TargetError } from './target';

async function main(args: readonly string[]): Promise<ExitCode> {
  const output = processOutput();
  const [word, ...rest] = args;
  const name = word === '--version' || word === '-V' ? 'version' : word;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const asked = rest.find((argument) => !argument.startsWith('-'));
    const command = COMMANDS.find((candidate) => candidate.name === asked);
    if (asked !== undefined && !command) return unknownCommand(asked);
    const text = command ? commandHelp(command) : generalHelp(COMMANDS);
    if (name !== undefined) {
      await output.write(text);
      return 0;
    }
    output.complain(text.trimEnd());
    return 2;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (!command) return unknownCommand(name);
  const own = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
  if (own.includes('--help') || own.includes('-h')) {
    await output.write(commandHelp(command));
    return 0;
  }
  try {
    return await command.run(rest, output);
  } catch (error) {
    if (error instanceof UsageError) {
      const stop = error.message.endsWith('?') ? '' : '.';
      output.complain(`plateau ${error.message}${stop} See: plateau help ${command.name}`);
      return 2;
    }
    if (error instanceof TargetError) {
      output.complain(`plateau ${command.name}: ${error.message}`);
      return 2;
    }
    throw error;
  }

  function unknownCommand(wrong: string): ExitCode {
    const similar = nearest(wrong, [...COMMANDS.map((candidate) => candidate.name), 'help']);
    output.complain(
      `plateau: unknown command '${wrong}'${similar ? `, did you mean '${similar}'?` : ''} See: plateau help`
    );
    return 2;
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    // A reader that closed its end (`| head`) is no failure of ours.
    if (code === 'EPIPE') return;
    process.exitCode = 2;
    if (code === 'ENOSPC' || code === 'EIO') {
      process.stderr.write(
        `plateau: the answer could not be written (${code}). Is there room where the output goes?\n`
      );
    } else console.error('plateau: this is a defect of plateau. Please report it with what follows.\n', error);
  }
);
