import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isModulePath, moduleSpecifier } from '../oss/module-specifier.ts';
import { UsageError } from './command.ts';

/**
 * A module that a person has named on the command line.
 *
 * @throws UsageError when there is none of that name; what the module itself throws, for `failureText`.
 */
export async function importOfUser(module: string): Promise<Record<string, unknown>> {
  try {
    return (await import(moduleSpecifier(module))) as Record<string, unknown>;
  } catch (error) {
    if (!isAbsent(module, error)) throw error;
    const meant = !isModulePath(module) && existsSync(module) ? ` A file is named ./${module}.` : '';
    throw new UsageError(`${module} cannot be found.${meant}`, { cause: error });
  }
}

/** Whether it is the module itself that is not there, and not one that it imports. */
function isAbsent(module: string, error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') return false;
  if (isModulePath(module)) return !existsSync(resolve(module));
  const packageName = /^(@[^/]+\/)?[^/]+/.exec(module)?.[0] ?? module;
  return code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' || String(error).includes(`'${packageName}'`);
}
