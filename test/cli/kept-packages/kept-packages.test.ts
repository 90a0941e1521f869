import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { findModules } from '../../../lib/cli/kept-packages/find-modules.ts';
import type { KeptModules } from '../../../lib/cli/kept-packages/kept-modules.ts';
import { readModules, writeModules } from '../../../lib/cli/kept-packages/modules-file.ts';
import { runModules } from '../../../lib/cli/kept-packages/run-modules.ts';
import { PlantedPackages } from './planted-packages.ts';

const run = promisify(execFile);
const finderFile = new URL('../../../lib/cli/kept-packages/find-modules.ts', import.meta.url).href;

describe('Packages that are kept', () => {
  let planted: PlantedPackages;

  beforeEach(async () => {
    planted = await PlantedPackages.plant();
  });
  afterEach(() => planted.remove());

  /** What a start keeps, as the next one reads it. */
  function kept(): KeptModules {
    planted.require();
    const found = findModules(planted.from, ['door']);
    assert.ok(found);
    planted.forget();
    return readAgain(found);
  }

  function readAgain(found: KeptModules): KeptModules {
    const file = planted.at('cache/kept');
    writeModules(file, found);
    return readModules(file);
  }

  /** In a process that may require ES modules, as servers may and those of mocha may not. */
  async function keptByProcess(): Promise<KeptModules> {
    const program = `
      const { createRequire } = require('node:module');
      const [program, finder] = ${JSON.stringify([planted.from, finderFile])};
      createRequire(program)('door');
      import(finder).then(({ findModules }) => console.log(JSON.stringify(findModules(program, ['door']))));
    `;
    const { stdout } = await run(process.execPath, ['--import=tsx', '--eval', program]);
    return readAgain(JSON.parse(stdout) as KeptModules);
  }

  it('are to those who require them what Node would load', () => {
    const modules = kept();
    runModules(planted.from, modules);
    const before = planted.loaded;
    assert.ok(before.includes('node_modules/door/lib/index.js'));
    const door = planted.require();
    assert.deepEqual(planted.loaded, before, 'Node loads none of them again');
    assert.equal(door.path, path);
    assert.equal(door.friend.text, 'Zürich – 東京');
    assert.equal(door.table.text, 'Zürich – 東京');
    assert.equal(door.alone, true);
    const file = planted.at('node_modules/door/lib/index.js');
    assert.deepEqual(door.place, [file, path.dirname(file), true, true]);
  });

  it('may require each other in a circle, and load more when they need it', async () => {
    const modules = kept();
    runModules(planted.from, modules);
    const door = planted.require();
    assert.deepEqual(door.round.early, ['path', 'friend', 'table']);
    assert.equal(door.later(), 'loaded when it is asked for');
    assert.equal(door.friend.resolve(), planted.at('node_modules/@planted/friend/importing.js'));
    assert.equal((await door.friend.importing.load()).default, 1);
  });

  it('are taken from CommonJS where an ES module only passes it on', async () => {
    const modules = await keptByProcess();
    runModules(planted.from, modules);
    assert.equal(planted.require().passedOn(), 'passed on');
    const ofPackage = (path: string): boolean => path.includes('passing-on');
    assert.deepEqual(planted.loaded.filter(ofPackage), ['node_modules/@planted/passing-on/index.js']);
    const witnessed = Object.keys(modules.stamps).filter(ofPackage);
    assert.deepEqual(
      witnessed,
      ['package.json', 'require.mjs', 'index.js'].map((file) =>
        planted.at(`node_modules/@planted/passing-on/${file}`),
      ),
    );
  });

  it('have their own lines and columns in a trace', () => {
    const trace = (door: ReturnType<PlantedPackages['require']>): string =>
      /at .*index\.js:\d+:\d+/.exec(assertThrows(door.fail).stack ?? '')?.[0] ?? '';
    const ofNode = trace(planted.require());
    const modules = kept();
    runModules(planted.from, modules);
    assert.equal(trace(planted.require()), ofNode);
    assert.match(ofNode, /door\/lib\/index\.js:7:/);
  });

  it('are compiled no more once what was compiled is kept as well', () => {
    const modules = kept();
    const scripts = runModules(planted.from, modules);
    planted.forget();
    const file = planted.at('cache/kept');
    writeModules(file, {
      ...modules,
      modules: modules.modules.map((module, number) => {
        const code = scripts.get(number)?.createCachedData();
        return { ...module, ...(code && { code }) };
      }),
    });
    const again = runModules(planted.from, readModules(file));
    assert.ok(again.size >= 3);
    for (const { cachedDataRejected } of again.values()) assert.equal(cachedDataRejected, false);
    assert.equal(planted.require().friend.text, 'Zürich – 東京');
  });

  it('are none of them there when one cannot be run', () => {
    const modules = kept();
    const broken = modules.modules.map((module) =>
      module.file.endsWith('round.js') ? { ...module, source: 'throw new Error("broken")' } : module,
    );
    assert.throws(() => runModules(planted.from, { ...modules, modules: broken }), /broken/);
    const { loaded } = planted;
    assert.ok(!modules.modules.some(({ file }) => loaded.some((path) => planted.at(path) === file)));
    assert.equal(planted.require().alone, true);
  });

  it('are not kept unless all of them are loaded', () => {
    assert.equal(findModules(planted.from, ['door']), undefined);
    planted.require();
    assert.equal(findModules(planted.from, ['door', 'not-installed']), undefined);
  });
});

function assertThrows(action: () => never): Error {
  try {
    return action();
  } catch (error) {
    assert.ok(error instanceof Error);
    return error;
  }
}
