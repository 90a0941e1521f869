import assert from 'node:assert/strict';
import { isPublic } from '../../../lib/oss/routes/public-path.ts';

describe('The files that are served', () => {
  it('are not those that begin with a dot, on any system', () => {
    for (const platform of ['linux', 'darwin', 'win32'] as const) {
      for (const path of ['/.env', '/%2eenv', '/.git/config', '/a/..%5c.env', '/..', '/%ff'])
        assert.ok(!isPublic(path, platform), path);
      for (const path of ['/', '/index.html', '/assets/app-1.2.js', '/assets/a%20b.js'])
        assert.ok(isPublic(path, platform), path);
    }
  });

  it('are not those on Windows that are named in another way than they are called', () => {
    // The short name of .env and .git, a name that ends in what Windows leaves off, a stream of a file.
    const others = [
      '/ENV~1',
      '/GIT~1/config',
      '/app.js.',
      '/app.js%20',
      '/app.js::$DATA',
      '/C:/x',
      '/a%5cENV~1',
    ];
    for (const path of others) {
      assert.ok(!isPublic(path, 'win32'), path);
      assert.ok(isPublic(path, 'linux'), path);
    }
  });
});
