/** What clients see while the volume of a file store is away under a server that runs. */
import assert from 'node:assert/strict';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { main } from '../../lib/cli/main.ts';
import { endAllSessions } from '../../lib/cli/sessions/end-all.ts';
import { RecordingTerminal } from '../cli/recording-terminal.ts';
import { EnterpriseSite, environmentFor } from './enterprise-site.ts';
import { OssApp } from './oss-app.ts';

/** Runs `meanwhile` with the store elsewhere, and an empty folder in its place, as an unmounted volume leaves it. */
async function whileAway(store: string, meanwhile: () => Promise<void>): Promise<void> {
  await rename(store, `${store}~volume`);
  await mkdir(store);
  try {
    await meanwhile();
    assert.deepEqual(await readdir(store), [], 'nothing was begun in its place');
  } finally {
    await rm(store, { recursive: true });
    await rename(`${store}~volume`, store);
  }
}

describe('While the volume of the store is away', () => {
  it('nobody is signed out of the Enterprise edition, and all is as before when it is back', async () => {
    const site = await EnterpriseSite.open();
    try {
      const browser = await site.signedIn();
      const stranger = site.browser();
      await browser.post('/api/settings').send({ language: 'de' }).expect(200);
      await whileAway(site.files, async () => {
        // No server remembers any longer what it has read.
        site.github.clock.advance(60_000);
        for (const path of ['/api/settings', '/api/github/user', '/api/github/repositories']) {
          const { status, body } = await browser.get(path);
          assert.deepEqual([status, (body as { code: string }).code], [503, 'storage_unavailable'], path);
        }
        await browser.post('/api/settings').send({ language: 'fr' }).expect(503);
        assert.equal((await site.signIn(stranger)).status, 503);
        const { status, body } = await stranger.get('/ready');
        assert.equal(status, 503);
        assert.deepEqual((body as { reasons: object }).reasons, { store: 'storage_unavailable' });
      });
      assert.equal((await browser.get('/api/settings').expect(200)).body.language, 'de');
      await browser.get('/api/github/user').expect(200);
      await stranger.get('/ready').expect(200);
      assert.equal(site.log.filter((line) => line.includes('"The store is away"')).length, 1);
      assert.equal(site.log.filter((line) => line.includes('"The store is back"')).length, 1);
    } finally {
      await site.close();
    }
  });

  it('the OSS edition does not say that there are no settings, and overwrites none', async () => {
    const oss = await OssApp.start();
    try {
      await oss.save({ language: 'de' });
      await whileAway(oss.directory, async () => {
        await oss.request.get('/api/settings').expect(503);
        await oss.request.post('/api/settings').send({ language: 'fr' }).expect(503);
        await oss.request.get('/ready').expect(503);
      });
      assert.equal((await oss.request.get('/api/settings').expect(200)).body.language, 'de');
    } finally {
      await oss.close();
    }
  });

  it('a command that has the store open ends with one line, and does not say that there was nobody', async () => {
    const site = await EnterpriseSite.open();
    try {
      await site.signedIn();
      const register = site.app.config.sessionRegister();
      assert.ok(register !== undefined);
      await whileAway(site.files, async () => {
        await assert.rejects(endAllSessions(register, new RecordingTerminal()), {
          code: 'storage_unavailable',
        });
        // One that is started then finds no store there, and begins none.
        const terminal = new RecordingTerminal(environmentFor(site.github, site.files));
        assert.equal(await main(['sessions', 'end', '--all'], terminal), 1);
        assert.match(terminal.errors, /^FILE_STORE_PATH: There is no store in [^\n]*\n$/);
      });
    } finally {
      await site.close();
    }
  });
});
