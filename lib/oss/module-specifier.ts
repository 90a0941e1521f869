import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Whether a module is named by its path, and not as a package. */
export function isModulePath(name: string): boolean {
  return /^(\.{0,2}[/\\]|[A-Za-z]:[/\\])/.test(name);
}

/** What to `import` for a module that a person has named: a path is taken from the working directory. */
export function moduleSpecifier(name: string): string {
  return isModulePath(name) ? pathToFileURL(resolve(name)).href : name;
}
