import type { Plugin } from 'rollup';

/** What each server loads; what has to say that a Node is too old runs there as well, and stays as it is. */
const OF_A_START =
  /^(?:cli\/(?:common|serve)|compose\/engine|express-messages\/index|loopback|oss\/errors|(?:oss|enterprise)\/edition|server\/app|time-limit)\.js$/;

/** A line of Rollup's; `node:module` and `node:process` stay, as Jest has its own. */
const IMPORT = /^import (?:(.+) from )?'(node:(?!module'|process')[\w/]+)';$/gm;

/**
 * Takes the modules of Node from Node itself. An `import` of one has Node read every export that it has, and so load what
 * those stand for: with `node:http` on Node 24 the whole of undici, with `node:crypto` WebCrypto.
 */
export const builtInModules: Plugin = {
  name: 'built-in-modules',
  renderChunk(code, { fileName }) {
    if (!OF_A_START.test(fileName)) return null;
    const taken = code.replaceAll(IMPORT, (_line, names: string | undefined, module: string) =>
      names === undefined ? '' : `const ${patternsOf(names, `process.getBuiltinModule('${module}')`)};`,
    );
    return { code: taken, map: null };
  },
};

/** `a` and `* as a` are the module; `{ a as b }` is `{ a: b }` there. */
function patternsOf(names: string, module: string): string {
  const patterns = names.replaceAll('* as ', '').replaceAll(' as ', ': ');
  return patterns.replaceAll(/\{[^}]*\}|[\w$]+/g, (pattern) => `${pattern} = ${module}`);
}
