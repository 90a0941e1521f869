import assert from 'node:assert/strict';
import { readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { findModules } from '../../../lib/cli/kept-packages/find-modules.ts';
import type { Witnesses } from '../../../lib/cli/kept-packages/kept-modules.ts';
import { isAsWitnessed } from '../../../lib/cli/kept-packages/witnesses.ts';
import { PlantedPackages } from './planted-packages.ts';

const FRIEND = 'node_modules/@planted/friend';

describe('What is kept of packages', () => {
  let planted: PlantedPackages;
  let witnesses: Witnesses;

  beforeEach(async () => {
    planted = await PlantedPackages.plant();
    planted.require();
    witnesses = findModules(planted.from, ['door']) ?? assert.fail('It is not found.');
  });
  afterEach(() => planted.remove());

  it('holds while nothing has changed', async () => {
    assert.equal(isAsWitnessed(witnesses), true);
    await planted.write('node_modules/stranger/index.js', '');
    assert.equal(isAsWitnessed(witnesses), true);
  });

  const CHANGES: Readonly<Record<string, () => Promise<void>>> = {
    'a file has another text': () => planted.write('node_modules/door/lib/round.js', 'exports.early = [];'),
    'a file has another text of the same length and time': async () => {
      const file = planted.at('node_modules/door/lib/round.js');
      const { atime, mtime } = await stat(file);
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replace('early', 'later'));
      await utimes(file, atime, mtime);
    },
    'the program that imports them is another one': () => planted.write('program.js', ''),
    'a file is gone': () => rm(planted.at('node_modules/door/table.json')),
    'a package has another version': () =>
      planted.write(`${FRIEND}/package.json`, '{ "name": "@planted/friend", "version": "1.0.1" }'),
    'a package has got a copy of its own of what it needs': () =>
      planted.write('node_modules/door/node_modules/@planted/friend/index.js', ''),
    'a copy lies nearer to the file that needs it': () =>
      planted.write('node_modules/door/lib/node_modules/@planted/friend/index.js', ''),
    'a link leads to another copy': async () => {
      await rm(planted.at(FRIEND), { recursive: true });
      await planted.write('store/friend/package.json', '{ "name": "@planted/friend", "version": "1.0.0" }');
      await symlink(planted.at('store/friend'), planted.at(FRIEND));
    },
  };
  for (const [what, change] of Object.entries(CHANGES)) {
    it(`does not hold when ${what}`, async () => {
      await change();
      assert.equal(isAsWitnessed(witnesses), false);
    });
  }
});
