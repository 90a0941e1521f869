import { type Terminal, UsageError } from './command.ts';
import { commands } from './commands.ts';
import { addEnvFile } from './env-file.ts';
import { failureText } from './failure-text.ts';

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
    if (command.leavesEnvFile !== true) await addEnvFile(terminal.env);
    return await command.run(rest, terminal);
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.error(`${error.message}\n\nUsage: openhands-express ${command.usage}`);
      return 2;
    }
    const text = failureText(error);
    if (text === undefined) throw error;
    terminal.error(text);
    return 1;
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
