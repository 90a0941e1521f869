import type { Plugin } from 'rollup';

/**
 * Keeps one copy of each module where our files are run as CommonJS. tsx makes CommonJS of the ES modules that a program
 * of CommonJS requires, but leaves their `import()`, which would load a second copy of a file and of all that it
 * imports: no class of one is a class of the other. So there a file loads others as it was loaded itself. What cannot be
 * loaded so, as it waits at its top, is imported. Packages are not ours, and stay as they are.
 */
export const inCommonJs: Plugin = {
  name: 'in-commonjs',
  renderChunk(code, { fileName }) {
    const loading = code.replaceAll(
      /\bimport\((?!'[^.])((?:[^()]|\([^()]*\))+)\)/g,
      'Promise.resolve(requireHere($1) ?? import($1))',
    );
    return loading === code ? null : { code: loading + requireHere(fileName), map: null };
  },
};

/** An ES module has neither `require` nor `__filename`, and in a bundle they are those of the bundle. */
function requireHere(fileName: string): string {
  return `
function requireHere(specifier) {
    if (typeof require !== 'function' || typeof __filename !== 'string') return undefined;
    if (!__filename.replaceAll('\\\\', '/').endsWith('/dist/${fileName}')) return undefined;
    try {
        return require(specifier);
    } catch (error) {
        if (/^(ERR_REQUIRE_(ESM|ASYNC_MODULE)|ERR_PACKAGE_PATH_NOT_EXPORTED|MODULE_NOT_FOUND)$/.test(error?.code)) return undefined;
        throw error;
    }
}
`;
}
