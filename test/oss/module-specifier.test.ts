import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isModulePath, moduleSpecifier, splitTarget } from '../../lib/oss/module-specifier.ts';

describe('A module that a person names', () => {
  it('is a path, on whichever system it was written', () => {
    const paths = [
      ...['./x.ts', '../x.ts', '/x/y.ts', '.\\x.ts', '..\\x.ts', '\\x.ts', 'C:\\x\\y.ts', 'c:/x/y.ts'],
      ...['\\\\server\\share\\x.ts', 'file:///C:/x/y.ts', 'file:///x/y.ts'],
    ];
    for (const path of paths) assert.ok(isModulePath(path), path);
  });

  it('is a package otherwise', () => {
    for (const name of ['openhands-express/oss', '@acme/edition', 'c', 'c:', 'file', 'x/./y'])
      assert.ok(!isModulePath(name), name);
  });

  it('is imported from the working directory, and as the address of its file', () => {
    assert.equal(moduleSpecifier('./a b#/x.ts'), pathToFileURL(resolve('a b#/x.ts')).href);
    assert.equal(moduleSpecifier('file:///a%20b/x.ts'), 'file:///a%20b/x.ts');
    assert.equal(moduleSpecifier('@acme/edition'), '@acme/edition');
  });

  for (const [target, module, name] of [
    ['C:\\x\\y.ts#Class', 'C:\\x\\y.ts', 'Class'],
    ['file:///C:/x/y.ts#Class', 'file:///C:/x/y.ts', 'Class'],
    ['C:\\c#\\y.ts#Class', 'C:\\c#\\y.ts', 'Class'],
    ['./c#/y.ts#Class', './c#/y.ts', 'Class'],
    ['openhands-express/enterprise#SaasServerConfig', 'openhands-express/enterprise', 'SaasServerConfig'],
    ['./y.ts#', './y.ts', ''],
    ['#Class', '', 'Class'],
  ] as const) {
    it(`is ${module} in ${target}`, () => {
      assert.deepEqual(splitTarget(target), { module, name });
    });
  }

  it('may be named without an export, in whichever folder', () => {
    for (const target of ['./y.ts', './c#/y.ts', 'C:\\c#\\y.ts'])
      assert.deepEqual(splitTarget(target), { module: target });
  });
});
