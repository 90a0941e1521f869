import { didYouMean } from '../compose/diagnose/did-you-mean.ts';
import { packageVersion } from '../server/package-version.ts';
import { type Command, type Terminal, UsageError } from './command.ts';
import { commands } from './commands.ts';
import { nodeRefusal } from './node-refusal.ts';

/** How many columns a text has where nobody says how wide the terminal is. */
const COLUMNS = 100;

/**
 * Runs a subcommand.
 *
 * @param args - the arguments of the program: the command's name, and what it takes.
 * @returns the exit code: 0, 1 when something is wrong, 2 when the call was.
 */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || (name === 'help' ? rest.length === 0 : isHelp(name))) {
    terminal.out(overview());
    return name === undefined ? 2 : 0;
  }
  if (name === '--version' || name === '-v') {
    terminal.out(packageVersion());
    return 0;
  }
  if (name === 'help') return main([...rest.slice(0, 1), '--help'], terminal);
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) {
    const what = name.startsWith('-') ? 'option' : 'command';
    const meant = didYouMean(name, what === 'option' ? ['--help', '--version'] : Object.keys(commands));
    terminal.error(`There is no ${what} "${name}". ${meant}openhands-express --help lists them.`);
    return 2;
  }
  const refusal = nodeRefusal(process.versions.node);
  if (refusal !== undefined) {
    terminal.error(refusal);
    return 1;
  }
  const command = await entry.load();
  // What stands behind -- is the command of somebody else.
  const own = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
  if (own.some(isHelp)) {
    terminal.out(await helpOf(command, terminal.columns ?? COLUMNS));
    return 0;
  }
  return run(name, command, rest, terminal);
}

async function run(
  name: string,
  command: Command,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  try {
    // Loaded where it is needed, as are the commands: it brings half of an edition with it.
    if (command.leavesEnvFile !== true) await (await import('./env-file.ts')).addEnvFile(terminal.env);
    return await command.run(args, terminal);
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.error(`${error.message}\nopenhands-express ${name} --help tells more.`);
      return 2;
    }
    const [{ failureText }, { userMistake }] = await Promise.all([
      import('./failure-text.ts'),
      import('./user-mistake.ts'),
    ]);
    const text = failureText(error) ?? userMistake(error);
    if (text === undefined || isDebugging(terminal)) throw error;
    terminal.error(text);
    return 1;
  }
}

function isHelp(word: string): boolean {
  return word === '--help' || word === '-h';
}

/** Whether somebody looks for a mistake, and wants its trace. */
function isDebugging({ env }: Terminal): boolean {
  return ['debug', 'trace'].includes(env.LOG_LEVEL?.trim() ?? '');
}

async function helpOf({ usage, more }: Command, columns: number): Promise<string> {
  const rest = more === undefined ? '' : `\n\n${await more(columns)}`;
  return `Usage: openhands-express ${usage}${rest}`;
}

function overview(): string {
  const width = Math.max(...Object.keys(commands).map(({ length }) => length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'Usage: openhands-express <command> [options]',
    '',
    ...lines,
    '',
    '--help behind a command tells more. --version tells the version.',
  ].join('\n');
}
