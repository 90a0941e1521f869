import { existsSync } from 'node:fs';
import { isModulePath, modulePath, moduleSpecifier, splitTarget } from '../oss/module-specifier.ts';
import { errorCode } from '../oss/storage/storage-error.ts';
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

/** What a person has named on the command line as `<module>#<export>`. */
export interface ExportOfUser {
  readonly module: string;
  /** `default` where none was named. */
  readonly name: string;
  readonly value: unknown;
  /** The names that could have been named instead. */
  readonly names: readonly string[];
}

/**
 * An export of a module.
 *
 * @param target - `<module>#<export>`; without `#<export>` the default export.
 * @throws as `importOfUser` does.
 */
export async function exportOfUser(target: string): Promise<ExportOfUser> {
  const { module, name = 'default' } = splitTarget(target);
  const outer = await importOfUser(module);
  // Node guesses the names of a CommonJS module from its text. All of them, and the default one of a compiled module,
  // are in what it exports as a whole.
  const inner: Readonly<Record<string, unknown>> = isObject(outer.default) ? outer.default : {};
  const value = '__esModule' in inner ? inner[name] : (outer[name] ?? inner[name]);
  const names = new Set([...Object.keys(outer), ...Object.keys(inner)]);
  for (const own of ['default', 'module.exports', '__esModule', name]) names.delete(own);
  return { module, name, value, names: [...names] };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Whether it is the module itself that is not there, and not one that it imports. */
function isAbsent(module: string, error: unknown): boolean {
  const code = errorCode(error);
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') return false;
  if (isModulePath(module)) return !existsSync(modulePath(module));
  const packageName = /^(@[^/]+\/)?[^/]+/.exec(module)?.[0] ?? module;
  return code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' || String(error).includes(`'${packageName}'`);
}
