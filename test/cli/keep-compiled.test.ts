import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileCacheFolder } from '../../lib/cli/keep-compiled.ts';

describe('The folder for what Node has compiled', () => {
  let home: string;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'keep-compiled-'));
  });
  after(() => rm(home, { recursive: true, force: true }));

  it('is one of the user alone', () => {
    assert.equal(
      compileCacheFolder({}, () => home),
      join(home, '.cache', 'openhands-express'),
    );
  });

  it('is where XDG_CACHE_HOME says, which is nothing unless it is absolute', () => {
    assert.equal(
      compileCacheFolder({ XDG_CACHE_HOME: home }, () => join(home, 'other')),
      join(home, 'openhands-express'),
    );
    for (const XDG_CACHE_HOME of ['', 'cache', './cache']) {
      assert.equal(
        compileCacheFolder({ XDG_CACHE_HOME }, () => home),
        join(home, '.cache', 'openhands-express'),
      );
    }
  });

  it('is none where what it would be in is not there', () => {
    const absent = join(home, 'absent');
    assert.equal(
      compileCacheFolder({ XDG_CACHE_HOME: absent }, () => home),
      undefined,
    );
    assert.equal(
      compileCacheFolder({}, () => absent),
      undefined,
    );
  });

  it('is none where no folder can be made', async () => {
    const file = join(home, 'file');
    await writeFile(file, '');
    assert.equal(
      compileCacheFolder({ XDG_CACHE_HOME: file }, () => home),
      undefined,
    );
  });

  it('is none where the user has no home', () => {
    assert.equal(
      compileCacheFolder({}, () => {
        throw new Error('ENOENT: no such file or directory, uv_os_homedir');
      }),
      undefined,
    );
  });
});
