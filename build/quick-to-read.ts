/**
 * Makes the bundles quick to read for Node, which reads them at every start: without comments, which the sources in the
 * source maps have, and in ASCII, since one other character makes a text take two bytes for each.
 */
import { transform } from 'esbuild';
import type { Plugin } from 'rollup';
import ts from 'typescript';

const withoutComments: Plugin = {
  name: 'without-comments',
  renderChunk(code, { fileName }) {
    const { outputText, sourceMapText = '' } = ts.transpileModule(code, {
      fileName,
      compilerOptions: {
        allowJs: true,
        target: ts.ScriptTarget.ESNext,
        module: ts.ModuleKind.ESNext,
        verbatimModuleSyntax: true,
        removeComments: true,
        sourceMap: true,
      },
    });
    return { code: outputText, map: sourceMapText };
  },
};

const inAscii: Plugin = {
  name: 'in-ascii',
  async renderChunk(code, { fileName }) {
    const { code: text, map } = await transform(code, {
      sourcefile: fileName,
      sourcemap: 'external',
      sourcesContent: false,
      charset: 'ascii',
      target: 'esnext',
      minifyWhitespace: isOfOthers(fileName),
      minifySyntax: isOfOthers(fileName),
    });
    return { code: text, map };
  },
};

/** Those who look for a mistake read our files; packages they read where those are kept. */
function isOfOthers(fileName: string): boolean {
  return fileName.startsWith('packages/');
}

export const quickToRead: readonly Plugin[] = [withoutComments, inAscii];
