import { parseArgs, type ParseArgsConfig } from 'node:util';
import { didYouMean } from '../compose/diagnose/did-you-mean.ts';
import { UsageError } from './command.ts';

/**
 * Node's `parseArgs` for a command.
 *
 * @param config - the arguments, and the options that the command has; any others are wrong.
 * @throws UsageError with what is wrong.
 */
export function parseCommandLine<const Config extends ParseArgsConfig>(
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(complaint(error, config), { cause: error });
  }
}

function complaint(error: unknown, { options = {} }: ParseArgsConfig): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const given = /'([^']*)'/.exec(message)?.[1] ?? '';
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const known = Object.keys(options).map((name) => `--${name}`);
    return `There is no option "${given}". ${didYouMean(given, known)}`.trim();
  }
  return code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL' ? `"${given}" is one word too many.` : message;
}
