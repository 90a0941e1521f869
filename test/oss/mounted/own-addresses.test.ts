import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownAddresses, pathsOfFiles } from '../../../lib/oss/mounted/own-addresses.ts';

describe('The addresses of a mounted edition', () => {
  const paths = ['/health', '/api/tenants/{id}', '/api/v1.0/all'];
  const isOwn = ownAddresses(paths, ['/', '/assets/a b.js'], 'linux');

  it('are those of its routes, as Express matches them', () => {
    for (const path of ['/health', '/HEALTH/', '/api/tenants/7', '/Api/Tenants/a%20b/', '/api/v1.0/all']) {
      assert.ok(isOwn(path), path);
    }
    for (const path of [
      '/healthy',
      '/health/x',
      '/health//',
      '/api/tenants',
      '/api/tenants/7/x',
      '/api/v1x0/all',
    ]) {
      assert.ok(!isOwn(path), path);
    }
  });

  it('are those of the files of its page, and no other assets', () => {
    for (const path of ['/', '/assets/a%20b.js']) assert.ok(isOwn(path), path);
    for (const path of ['/assets/b.js', '/ASSETS/a%20b.js', '/assets', '/assets/%ff'])
      assert.ok(!isOwn(path), path);
  });

  it('are those of the same files where the system finds them by names in another case or composition', () => {
    for (const platform of ['darwin', 'win32'] as const) {
      // As an older disk of macOS has the name: the letter and its mark.
      const isOwnThere = ownAddresses(paths, ['/assets/App.js', '/assets/cafe\u0301.js'], platform);
      for (const path of ['/ASSETS/app.js', '/assets/caf%C3%A9.js']) assert.ok(isOwnThere(path), path);
      assert.ok(!isOwnThere('/assets/cafe.js'));
    }
  });

  it('take a folder of files with the folders in it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'page-'));
    try {
      await mkdir(join(folder, 'assets/deep'), { recursive: true });
      for (const name of ['index.html', 'assets/app.js', 'assets/deep/index.html']) {
        await writeFile(join(folder, name), '');
      }
      const paths = await pathsOfFiles(folder);
      for (const path of ['/', '/index.html', '/assets/app.js', '/assets/deep/'])
        assert.ok(paths.includes(path), path);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
