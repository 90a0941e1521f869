import { parseArgs, type ParseArgsConfig } from 'node:util';

import { UsageError } from './command.ts';

/**
 * Node's `parseArgs` for a command.
 *
 * @param options those that the command has; any others are wrong.
 * @throws UsageError with what Node finds wrong.
 */
export function parseCommandLine<
  const Options extends NonNullable<ParseArgsConfig['options']>,
  const Positionals extends boolean,
>(args: readonly string[], config: { readonly options: Options; readonly allowPositionals: Positionals }) {
  try {
    return parseArgs({ args: [...args], ...config });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
