import type { Plugin } from 'rollup';
import ts from 'typescript';

/** Lets Rollup read our sources. The types are checked by tsc, which writes the declarations. */
export const typescript: Plugin = {
  name: 'typescript',
  transform(code, id) {
    if (!id.endsWith('.ts')) return null;
    const { outputText, sourceMapText = '' } = ts.transpileModule(code, {
      fileName: id,
      compilerOptions: {
        target: ts.ScriptTarget.ES2023,
        module: ts.ModuleKind.ESNext,
        verbatimModuleSyntax: true,
        sourceMap: true,
      },
    });
    return { code: outputText, map: sourceMapText };
  },
};
