import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeOwnFolder } from '../../lib/cli/make-own-folder.ts';

describe('A folder of the user alone', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'make-own-folder-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('is made with those that it is in, or is there already', async () => {
    const deep = join(folder, 'a', 'b', 'c');
    makeOwnFolder(deep);
    makeOwnFolder(deep);
    for (const each of [deep, join(folder, 'a')]) assert.equal((await stat(each)).mode & 0o777, 0o700);
  });

  it('is refused at once where none can be made', () => {
    const parent = existsSync('/proc/self') ? '/proc' : process.execPath;
    // In a process of its own: what tries for ever here could be ended by nothing else.
    const { signal, stderr } = spawnSync(
      process.execPath,
      [
        ...['--import', 'tsx', '--input-type=module', '--eval'],
        `import { makeOwnFolder } from ${JSON.stringify(new URL('../../lib/cli/make-own-folder.ts', import.meta.url).href)};
        makeOwnFolder(${JSON.stringify(join(parent, 'openhands-absent', 'cache'))});`,
      ],
      { encoding: 'utf8', timeout: 15_000 },
    );
    assert.equal(signal, null);
    assert.match(stderr, /ENOENT|ENOTDIR/);
  });
});
