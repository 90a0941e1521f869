import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { attempt } from './attempt.ts';
import { functionOf, isJson, type KeptModule, type KeptModules, scriptOf } from './kept-modules.ts';
import { WitnessList } from './witnesses.ts';

/**
 * Finds the modules of CommonJS that packages have loaded in this process.
 *
 * @param from - the file that imports the packages.
 * @returns undefined unless each package is loaded.
 */
export function findModules(from: string, packages: readonly string[]): KeptModules | undefined {
  const found: (KeptModule & { readonly requires: Record<string, number> })[] = [];
  const numbers = new Map<string, number | undefined>();
  const witnesses = new WitnessList();
  // Another version of it may import other packages, or write them down in another form.
  witnesses.file(from);
  const { cache } = createRequire(from);

  /** @returns the number of the module, if it can be kept. */
  function find(user: string, specifier: string): number | undefined {
    const { resolve } = createRequire(user);
    const file = resolve(specifier);
    if (cache[file]?.loaded !== true) return undefined;
    if (!/^\.{0,2}\//.test(specifier)) witnesses.package(user, specifier);
    if (numbers.has(file)) return numbers.get(file);
    witnesses.file(file);
    const text = readFileSync(file, 'utf8');
    const passedOn = PASSES_ON.exec(text)?.[2];
    if (
      passedOn !== undefined &&
      cache[createRequire(file).resolve(passedOn)]?.exports === cache[file].exports
    ) {
      const other = find(file, passedOn);
      numbers.set(file, other);
      return other;
    }
    const source = isJson({ file }) ? text : functionOf(text);
    const module = { file, source, requires: {}, usesMoreOfRequire: /\brequire\s*\./.test(text) };
    const number = canBeKept(module, text) ? found.push(module) - 1 : undefined;
    numbers.set(file, number);
    if (number !== undefined && !isJson(module)) findAll(module);
    return number;
  }

  function findAll({ file, source, requires }: KeptModule & { requires: Record<string, number> }): void {
    for (const [, specifier = ''] of source.matchAll(/\brequire\(\s*['"]([^'"]+)['"]\s*\)/g)) {
      if (isBuiltin(specifier)) continue;
      // What is required only where it is installed, or stands in a comment, may not be there.
      const number = attempt(() => find(file, specifier));
      if (number !== undefined) requires[specifier] = number;
    }
  }

  const doors = packages.map((name) => attempt(() => find(from, name)));
  if (!doors.every((door) => door !== undefined)) return undefined;
  return { doors, modules: found, ...witnesses.all };
}

/** An ES module that is only there to give to `require` and `import` alike what one of CommonJS exports. */
const PASSES_ON =
  /^\s*import (\w+) from '(\.[^']+)';\s+export default \1;\s+export \{ \1 as 'module\.exports' \};\s*$/;

/** Left to Node is what asks more of it than to load by name, and what is not CommonJS. */
function canBeKept(module: KeptModule, text: string): boolean {
  return isJson(module) || (!ASKS_MORE.test(text) && attempt(() => scriptOf(module)) !== undefined);
}

/** `import()`, but for that of a type in a comment; the imports of its own package; and what stands beside its exports. */
const ASKS_MORE =
  /^(?:#!|\uFEFF)|(?<!\*\s*@\w+ [^\n]*)\bimport\s*\(|\brequire\(\s*['"]#|\bmodule\s*\.\s*(?!exports\b)/;
