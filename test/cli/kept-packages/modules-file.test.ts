import assert from 'node:assert/strict';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeptModules } from '../../../lib/cli/kept-packages/kept-modules.ts';
import { readModules, writeModules } from '../../../lib/cli/kept-packages/modules-file.ts';

const KEPT: KeptModules = {
  doors: [0],
  stamps: { '/a.js': '1 2 3' },
  absent: ['/node_modules'],
  modules: [
    { file: '/a.js', source: 'exports.a = 1;', requires: { './b': 1 }, usesMoreOfRequire: false },
    {
      file: '/b.js',
      source: '// 東京',
      code: Buffer.from([0, 1, 255]),
      requires: {},
      usesMoreOfRequire: true,
    },
  ],
};

describe('The file of kept packages', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modules-file-'));
    file = join(folder, 'deep', 'kept');
    writeModules(file, KEPT);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is read as it was written, and is of the user alone', async () => {
    assert.deepEqual(readModules(file), KEPT);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((await stat(join(folder, 'deep'))).mode & 0o777, 0o700);
  });

  it('is not written through a link that stands where it is written first', async () => {
    const victim = join(folder, 'victim');
    await writeFile(victim, 'mine');
    await symlink(victim, `${file}.${process.pid}`);
    writeModules(file, KEPT);
    assert.equal(await readFile(victim, 'utf8'), 'mine');
    assert.deepEqual(readModules(file), KEPT);
  });

  it('leaves nothing beside it when it cannot be written', async () => {
    const taken = join(folder, 'taken');
    await mkdir(taken);
    assert.throws(() => writeModules(taken, KEPT));
    assert.deepEqual(await readdir(folder), ['deep', 'taken']);
  });

  it('is not read through a link that stands in its place', async () => {
    await rename(file, join(folder, 'upload'));
    await symlink(join(folder, 'upload'), file);
    assert.throws(() => readModules(file), { code: 'ELOOP' });
  });

  it('is refused when it is damaged anywhere, or its end is missing', async () => {
    const bytes = await readFile(file);
    for (let at = 0; at < bytes.length; at += at < 16 ? 1 : 13) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 1;
      await writeFile(file, damaged);
      assert.throws(() => readModules(file), `byte ${at}`);
    }
    await writeFile(file, bytes);
    for (const length of [bytes.length - 1, 8, 5, 3, 0]) {
      await truncate(file, length);
      assert.throws(() => readModules(file), `${length} bytes`);
    }
  });

  it('is refused when others may have written it', async () => {
    for (const mode of [0o620, 0o602, 0o666]) {
      await chmod(file, mode);
      assert.throws(() => readModules(file), /Others than this user/);
    }
    await chmod(file, 0o644);
    assert.deepEqual(readModules(file), KEPT);
  });
});
