import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Whether a module is named by its path, or the address of its file, and not as a package. */
export function isModulePath(name: string): boolean {
  return /^(\.{0,2}[/\\]|[A-Za-z]:[/\\]|file:)/.test(name);
}

/** The path of a module that a person has named by it: taken from the working directory. */
export function modulePath(name: string): string {
  return name.startsWith('file:') ? fileURLToPath(name) : resolve(name);
}

/** What to `import` for a module that a person has named: an address stays as it is, with its query. */
export function moduleSpecifier(name: string): string {
  if (name.startsWith('file:') || !isModulePath(name)) return name;
  return pathToFileURL(modulePath(name)).href;
}

/**
 * The two parts of `<module>#<export>`. A folder may have a `#` in its name, and no export has a slash in it.
 *
 * @returns no export where none is named.
 */
export function splitTarget(target: string): { readonly module: string; readonly name?: string } {
  const { module = target, name } = /^(?<module>.*)#(?<name>[^#/\\]*)$/s.exec(target)?.groups ?? {};
  return name === undefined ? { module } : { module, name };
}
