import { ConfigurationError } from '../oss/errors.ts';
import { type Terminal, UsageError } from './command.ts';
import { commands } from './commands.ts';
import { inOneLine, isForOperators } from './in-one-line.ts';

/**
 * Runs a subcommand.
 *
 * @param args - the arguments of the program: the command's name, and what it takes.
 * @returns the exit code: 0, 1 when something is wrong, 2 when the call was.
 */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    terminal.out(overview());
    return name === undefined ? 2 : 0;
  }
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) {
    terminal.error(`There is no command "${name}".\n\n${overview()}`);
    return 2;
  }
  const command = await entry.load();
  if (rest.includes('--help') || rest.includes('-h')) {
    terminal.out(`Usage: openhands-express ${command.usage}`);
    return 0;
  }
  try {
    return await command.run(rest, terminal);
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.error(`${error.message}\n\nUsage: openhands-express ${command.usage}`);
      return 2;
    }
    if (error instanceof ConfigurationError) {
      terminal.error(error.message);
      return 1;
    }
    if (isForOperators(error)) {
      terminal.error(inOneLine(error));
      return 1;
    }
    throw error;
  }
}

function overview(): string {
  const width = Math.max(...Object.keys(commands).map(({ length }) => length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'Usage: openhands-express <command> [options]',
    '',
    ...lines,
    '',
    '--help behind a command tells more.',
  ].join('\n');
}
