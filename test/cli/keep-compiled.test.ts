import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { compileCacheFolder } from '../../lib/cli/keep-compiled.ts';

const HOME = resolve('/home/cat');

describe('The folder for what Node has compiled', () => {
  it('is one of the user alone', () => {
    assert.equal(
      compileCacheFolder({}, () => HOME),
      join(HOME, '.cache', 'openhands-express'),
    );
  });

  it('is where XDG_CACHE_HOME says, which is nothing unless it is absolute', () => {
    const cache = resolve('/var/cache/cat');
    assert.equal(
      compileCacheFolder({ XDG_CACHE_HOME: cache }, () => HOME),
      join(cache, 'openhands-express'),
    );
    for (const XDG_CACHE_HOME of ['', 'cache', './cache']) {
      assert.equal(
        compileCacheFolder({ XDG_CACHE_HOME }, () => HOME),
        join(HOME, '.cache', 'openhands-express'),
      );
    }
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
