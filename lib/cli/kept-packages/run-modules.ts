import { createRequire, isBuiltin, Module } from 'node:module';
import { dirname } from 'node:path';
import type { Script } from 'node:vm';
import { isJson, type KeptModules, scriptOf } from './kept-modules.ts';

type Run = (
  this: unknown,
  exports: unknown,
  require: (specifier: string) => unknown,
  module: NodeJS.Module,
  file: string,
  folder: string,
) => void;

/**
 * Runs kept modules, and puts them where Node has the modules that it has loaded: whoever imports or requires one of
 * them is given that.
 *
 * @returns how each was compiled.
 * @throws what a module throws; then none of them is there.
 */
export function runModules(from: string, { doors, modules }: KeptModules): Map<number, Script> {
  const scripts = new Map<number, Script>();
  const load = createRequire(from);
  const { cache } = load;
  const ran: string[] = [];

  function run(number: number): unknown {
    const kept = modules[number];
    if (kept === undefined) throw new TypeError('A module that is not kept is required.');
    const { file, requires, usesMoreOfRequire } = kept;
    const there = cache[file];
    if (there !== undefined) return there.exports;
    const module = new Module(file);
    module.filename = file;
    cache[file] = module;
    ran.push(file);
    if (isJson(kept)) {
      module.exports = JSON.parse(kept.source) as unknown;
    } else {
      const script = scriptOf(kept);
      scripts.set(number, script);
      const require = (specifier: string): unknown => {
        const required = requires[specifier];
        if (required !== undefined) return run(required);
        return isBuiltin(specifier) ? load(specifier) : createRequire(file)(specifier);
      };
      if (usesMoreOfRequire) Object.assign(require, createRequire(file));
      const body = script.runInThisContext() as Run;
      body.call(module.exports, module.exports, require, module, file, dirname(file));
    }
    module.loaded = true;
    return module.exports;
  }

  try {
    doors.forEach(run);
    return scripts;
  } catch (error) {
    for (const file of ran) Reflect.deleteProperty(cache, file);
    throw error;
  }
}
