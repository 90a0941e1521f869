import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../../../lib/oss/storage/make-folder.ts';

describe('makeFolder', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'make-folder-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('makes a folder and those that it is in, for their owner alone, however many ask at once', async () => {
    const deep = join(folder, 'a', 'b', 'c');
    await Promise.all(Array.from({ length: 8 }, () => makeFolder(deep)));
    for (const each of [deep, join(folder, 'a')]) assert.equal((await stat(each)).mode & 0o777, 0o700);
  });

  it('leaves a link to a folder as it is', async () => {
    const link = join(folder, 'link');
    await symlink(folder, link);
    await makeFolder(join(link, 'behind'));
    assert.ok(existsSync(join(folder, 'behind')));
  });

  it('does not make the folder that it is to stay below', async () => {
    const root = join(folder, 'absent');
    await assert.rejects(makeFolder(join(root, 'a'), root), { code: 'ENOENT' });
    assert.ok(!existsSync(root));
  });

  it('fails at once where there is a file, or where no folder can be made', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await assert.rejects(makeFolder(file), { code: 'EEXIST' });
    await assert.rejects(makeFolder(join(file, 'a')), { code: 'ENOTDIR' });
    const impossible = existsSync('/proc/self') ? '/proc/openhands-absent' : join(file, 'a');
    await assert.rejects(makeFolder(join(impossible, 'a')), /ENOENT|ENOTDIR/);
  });
});
