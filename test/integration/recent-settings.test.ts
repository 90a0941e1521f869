/** Settings are remembered for a second: what is seen of them meanwhile, and what is not. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import request from 'supertest';
import { Secret } from '../../lib/oss/secret.ts';
import { SettingsStore } from '../../lib/oss/settings/settings-store.ts';
import { type TestApp, testApp } from '../../lib/testing/index.ts';
import { ServerProcess } from '../server-process.ts';
import { type Browser, EnterpriseSite } from './enterprise-site.ts';
import { OssApp } from './oss-app.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const languageFor = async (browser: { get: Browser['get'] }) =>
  ((await browser.get('/api/settings').expect(200)).body as { language: string | null }).language;

describe('Settings that were read a moment ago', () => {
  describe('in the OSS edition', () => {
    let oss: OssApp;
    let now: number;

    beforeEach(async () => {
      now = Date.now();
      oss = await OssApp.start({ now: () => now });
    });
    afterEach(() => oss.close());

    it('are read from the disk once a second, and not for each request', async () => {
      await oss.save({ language: 'de' });
      assert.equal(await languageFor(oss.request), 'de');
      await oss.writeFile('settings.json', JSON.stringify({ language: 'fr' }));
      now += 999;
      assert.equal(await languageFor(oss.request), 'de');
      now += 1;
      assert.equal(await languageFor(oss.request), 'fr');
    });

    it('give way at once to what is saved here, and to a token that is taken out', async () => {
      const token = await oss.saveTokenOf('octocat');
      await oss.request.get('/api/github/user').expect(200);
      for (const language of ['de', 'fr', 'cs']) {
        await oss.save({ language });
        assert.equal(await languageFor(oss.request), language);
      }
      await oss.save({ unset_github_token: true });
      await oss.request.post('/api/authenticate').expect(401);
      assert.ok(!JSON.stringify(await oss.settingsFile()).includes(token));
    });

    it('are merged with what is on the disk by then, whatever is remembered', async () => {
      await oss.save({ language: 'de', agent: 'CodeActAgent' });
      assert.equal(await languageFor(oss.request), 'de');
      await oss.writeFile('settings.json', JSON.stringify({ language: 'fr', agent: 'BrowsingAgent' }));
      await oss.save({ language: 'cs' });
      assert.equal((await oss.settingsFile()).agent, 'BrowsingAgent');
      const { body } = await oss.request.get('/api/settings').expect(200);
      assert.equal((body as { agent: string }).agent, 'BrowsingAgent');
    });

    it('are not what a request makes of them for the next one', async () => {
      await oss.save({ language: 'de' });
      const store = oss.app.config.settingsStore({} as never);
      const settings = await store?.load();
      assert.throws(() => Object.assign(settings!, { language: 'fr' }), TypeError);
      assert.equal(await languageFor(oss.request), 'de');
    });

    it('are set aside a second after they were damaged', async () => {
      await oss.save({ language: 'de' });
      assert.equal(await languageFor(oss.request), 'de');
      await oss.writeFile('settings.json', '{"language":');
      now += 1_000;
      await oss.request.get('/api/settings').expect(404);
    });
  });

  it('are those that another process has saved, a second later', async () => {
    const app: TestApp = await testApp('oss');
    const other = new ServerProcess({ FILE_STORE_PATH: app.files, RATE_LIMIT: 'off' }, ROOT);
    try {
      const here = request(app.url);
      const there = request(await other.url());
      await here.post('/api/settings').send({ language: 'de' }).expect(200);
      assert.equal(await languageFor(here), 'de');
      await there.post('/api/settings').send({ language: 'fr' }).expect(200);
      assert.equal(await languageFor(there), 'fr');
      app.github.clock.advance(1_000);
      assert.equal(await languageFor(here), 'fr');
    } finally {
      await other.end('SIGTERM');
      await app.close();
    }
  });

  describe('in the Enterprise edition', () => {
    let site: EnterpriseSite;

    beforeEach(async () => {
      site = await EnterpriseSite.open();
    });
    afterEach(() => site.close());

    it('are those of the user who asks', async () => {
      const octocat = await site.signedIn('octocat');
      const hubot = await site.signedIn('hubot');
      await octocat.post('/api/settings').send({ language: 'de' }).expect(200);
      await hubot.post('/api/settings').send({ language: 'fr' }).expect(200);
      for (let n = 0; n < 3; n += 1) {
        assert.equal(await languageFor(octocat), 'de');
        assert.equal(await languageFor(hubot), 'fr');
      }
    });

    it('are shown to nobody whose sessions were ended', async () => {
      const browser = await site.signedIn();
      const other = await site.signedIn();
      await browser.post('/api/settings').send({ language: 'de' }).expect(200);
      assert.equal(await languageFor(other), 'de');
      await browser.post('/api/logout?everywhere=1').expect(200);
      await other.get('/api/settings').expect(401);
    });

    it('are no more than a mask of a secret, which is encrypted in the file', async () => {
      const browser = await site.signedIn();
      await browser.post('/api/settings').send({ llm_api_key: 'sk-1' }).expect(200);
      for (let n = 0; n < 2; n += 1) {
        const { body } = await browser.get('/api/settings').expect(200);
        assert.equal((body as { llm_api_key: string }).llm_api_key, '**********');
      }
      const id = site.github.directory.user('octocat').id;
      const file = await readFile(join(site.files, `users/github/${id}/settings.json`), 'utf8');
      assert.match(file, /"jwe"/);
      assert.doesNotMatch(file, /sk-1/);
    });
  });

  it('are read anew under the lock that keeps a token from being replaced', async () => {
    const app = await testApp('oss');
    try {
      await request(app.url).post('/api/settings').send({ language: 'de' }).expect(200);
      await request(app.url).get('/api/settings').expect(200);
      const { config } = app.app;
      const store = config.settingsStore({} as never);
      assert.ok(store instanceof SettingsStore);
      const other = app.github.addPersonalAccessToken('hubot');
      await writeFile(join(app.files, 'settings.json'), JSON.stringify({ github_token: other }));
      let ran = false;
      await store.unlessReplaced(new Secret('ghp_before'), () => {
        ran = true;
        return Promise.resolve();
      });
      assert.equal(ran, false);
    } finally {
      await app.close();
    }
  });
});
