import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { packed } from './fixture.ts';
import { root } from './packed.ts';

/** The program that runs the installed copies of packages as a start before has found them: files, by `vm.Script`. */
const LOADS_AS_NODE_DOES = 'dist/cli/serve.js';

/** Where a module makes code from strings, asks for `node:vm`, or needs its own path as it is loaded. */
function faultsIn(code: string): string[] {
  const file = ts.createSourceFile('module.js', code, ts.ScriptTarget.Latest, true);
  const faults: string[] = [];
  const visit = (node: ts.Node, isLater: boolean): void => {
    const isName = ts.isIdentifier(node) && !ts.isPropertyAccessExpression(node.parent);
    if (isName && ['eval', 'Function'].includes(node.text)) faults.push(node.parent.getText());
    if (ts.isStringLiteral(node) && /^(node:)?vm$/.test(node.text)) faults.push(node.parent.getText());
    if (ts.isMetaProperty(node) && node.name.text === 'meta' && !isLater) faults.push(node.parent.getText());
    ts.forEachChild(node, (child) => visit(child, isLater || ts.isFunctionLike(node)));
  };
  visit(file, false);
  return faults;
}

describe('The code of the packed package', () => {
  it('makes no code from strings, and needs no path of its own as it is loaded', async () => {
    // The scripts of pages run in browsers; what is in packages is others', who do without where they may not.
    const files = packed().files.filter((path) =>
      /^dist\/(?!packages\/|((inspector|oss\/openapi)\/)?page\/).*\.js$/.test(path),
    );
    assert.ok(files.length > 10);
    for (const path of files) {
      const expected = path === LOADS_AS_NODE_DOES ? ['process.getBuiltinModule("node:vm")'] : [];
      const faults = faultsIn(await readFile(join(root, path), 'utf8'));
      assert.deepEqual(faults, expected, path);
    }
  });

  it('would be found to, if it did', () => {
    for (const code of [
      'const f = new Function("a", "return a");',
      'export const f = () => (0, eval)("1");',
      'import { runInThisContext } from "node:vm";',
      'const folder = new URL("page/", import.meta.url);',
      'class A { static folder = import.meta.dirname; }',
    ]) {
      assert.equal(faultsIn(code).length, 1, code);
    }
    assert.deepEqual(faultsIn('const f = () => import.meta.url; f.eval = it.Function;'), []);
  });
});
