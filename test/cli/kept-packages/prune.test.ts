import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pruneCompiled, prunePackages } from '../../../lib/cli/kept-packages/prune.ts';

describe('What starts have kept', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'prune-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Writes a file as it was written so many minutes ago. */
  async function write(name: string, minutesAgo: number): Promise<void> {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), '');
    await age(name, minutesAgo);
  }

  function age(name: string, minutesAgo: number): Promise<void> {
    const time = Date.now() / 1000 - minutesAgo * 60;
    return utimes(join(folder, name), time, time);
  }

  it('stays where it is of the eight that were written last', async () => {
    for (let number = 0; number < 12; number++) await write(`packages-v20.20.${number}-x64-1a`, number * 10);
    prunePackages(folder);
    const latest = Array.from({ length: 8 }, (_, number) => `packages-v20.20.${number}-x64-1a`);
    assert.deepEqual(await readdir(folder), latest);
  });

  it('does not stay when it was only begun, by a process that is gone', async () => {
    await write('packages-v20.20.2-x64-12345678.4711', 2);
    await write('packages-v20.20.2-x64-12345678.4712', 0);
    await write('packages-v20.20.2-x64-12345678', 1_000_000);
    prunePackages(folder);
    assert.deepEqual(await readdir(folder), [
      'packages-v20.20.2-x64-12345678',
      'packages-v20.20.2-x64-12345678.4712',
    ]);
  });

  it('is all that goes', async () => {
    for (let number = 0; number < 12; number++) {
      await write(`of-somebody-else-${number}`, number * 10);
      await write(`packages-of-somebody-else-${number}`, number * 10);
      await write(`packages-2024.${number}/a`, number * 10);
      await age(`packages-2024.${number}`, number * 10);
    }
    const before = await readdir(folder, { recursive: true });
    prunePackages(folder);
    pruneCompiled(folder);
    assert.deepEqual(await readdir(folder, { recursive: true }), before);
  });

  it('is not looked for behind a link, nor is the link removed', async () => {
    for (let number = 0; number < 405; number++) await write(`of-somebody-else/${number}`, number);
    const kind = process.platform === 'win32' ? 'junction' : 'dir';
    for (let number = 0; number < 9; number++) {
      await symlink(join(folder, 'of-somebody-else'), join(folder, `v24.${number}.0-x64-abc-0`), kind);
      await symlink(join(folder, 'of-somebody-else'), join(folder, `packages-v20.20.${number}-x64-1a`), kind);
    }
    const before = await readdir(folder);
    prunePackages(folder);
    pruneCompiled(folder);
    assert.deepEqual(await readdir(folder), before);
    assert.equal((await readdir(join(folder, 'of-somebody-else'))).length, 405);
  });

  it('stays, of what Node has compiled, of eight versions, and four hundred files of each', async () => {
    for (let number = 0; number < 10; number++) {
      await write(`v24.${number}.0-x64-abc-0/compiled`, 0);
      await age(`v24.${number}.0-x64-abc-0`, number * 10);
    }
    const newest = 'v24.0.0-x64-abc-0';
    for (let number = 0; number < 405; number++) await write(`${newest}/${number}`, 1 + number);
    await age(newest, 0);
    pruneCompiled(folder);
    assert.equal((await readdir(folder)).length, 8);
    const files = await readdir(join(folder, newest));
    assert.equal(files.length, 400);
    assert.ok(files.includes('398') && !files.includes('399'), 'the oldest are gone');
  });

  it('may be in a folder that is not there', () => {
    assert.doesNotThrow(() => prunePackages(join(folder, 'nowhere')));
    assert.doesNotThrow(() => pruneCompiled(join(folder, 'nowhere')));
  });
});
