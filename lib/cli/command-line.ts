import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from './command.ts';

/**
 * Node's `parseArgs` for a command.
 *
 * @param config - the arguments, and the options that the command has; any others are wrong.
 * @throws UsageError with what Node finds wrong.
 */
export function parseCommandLine<const Config extends ParseArgsConfig>(
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
