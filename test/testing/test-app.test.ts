import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import express from 'express';
import { ConfigurationError, ServerConfig } from '../../lib/index.ts';
import {
  conflictsOf,
  type Edition,
  expectConflict,
  expectNoConflict,
  type TestApp,
  testApp,
  type TestAppOptions,
} from '../../lib/testing/index.ts';

describe('testApp', () => {
  let app: TestApp | undefined;
  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  async function start(edition: Edition, options?: TestAppOptions): Promise<TestApp> {
    return (app = await testApp(edition, options));
  }

  it('starts the OSS edition, whose agents can save a token', async () => {
    const { agent, github } = await start('oss');
    const cat = agent();
    await cat.get('/api/github/user').expect(401);
    await cat.saveToken(github.addPersonalAccessToken('octocat'));
    const { body } = await cat.get('/api/github/user').expect(200);
    assert.equal(body.login, 'octocat');
    await assert.rejects(cat.saveToken('ghp_unknown'), /The token was not saved: 401/);
    await assert.rejects(cat.signIn('octocat'), /There is no sign-in here/);
  });

  it('starts the Enterprise edition, whose agents can sign in, each with cookies of its own', async () => {
    const { agent } = await start('enterprise');
    const [cat, bot] = [await agent().signIn('octocat'), await agent().signIn('hubot')];
    assert.equal((await cat.get('/api/github/user')).body.login, 'octocat');
    assert.equal((await bot.get('/api/github/user')).body.login, 'hubot');
    await agent().get('/api/github/user').expect(401);
  });

  it('says why somebody was not let in', async () => {
    const { agent, github } = await start('enterprise');
    github.directory.addUser({ login: 'newcomer', emailVerified: false });
    await assert.rejects(agent().signIn('newcomer'), /newcomer was not let in: \d+/);
  });

  it('lets tokens expire by the one clock of the app and its GitHub', async () => {
    const { agent, github } = await start('enterprise');
    const cat = await agent().signIn('octocat');
    github.advance(9 * 3_600_000);
    await cat.get('/api/github/user').expect(200);
    assert.equal(github.calls.refreshes, 1);
  });

  it('lets GitHub fail on demand', async () => {
    const { agent, github } = await start('oss');
    const cat = await agent().saveToken(github.addPersonalAccessToken('octocat'));
    github.faults.add({ on: 'GET /user/repos', kind: 'html', times: 1 });
    await cat.get('/api/github/repositories').expect(503).expect('Retry-After', /\d/);
    await cat.get('/api/github/repositories').expect(200);
  });

  it('sends the webhook of a revocation to the app', async () => {
    const { agent, github } = await start('enterprise');
    const cat = await agent().signIn('octocat');
    assert.equal(await github.revokeAuthorization('octocat'), 200);
    await cat.get('/api/github/user').expect(401);
  });

  it('mounts an edition in an app of the test’s own', async () => {
    const { agent } = await start('enterprise', {
      mount: (edition) =>
        express()
          .use(edition)
          .get('/api/mine', (req, res) => void res.json({ user: req.state.github_user_id })),
    });
    const cat = await agent().signIn('octocat');
    await cat.get('/api/mine').expect(200, { user: '583231' });
    await agent().get('/api/mine').expect(401);
  });

  it('starts an edition that is given as a class', async () => {
    class Acme extends ServerConfig {
      override isAuthenticated(): boolean {
        return true;
      }
    }
    const { agent } = await start(Acme);
    await agent().post('/api/authenticate').expect(200);
  });

  it('passes the environment on, and clears up when it is refused', async () => {
    await assert.rejects(start('oss', { env: { PORT: 'many' } }), ConfigurationError);
  });

  it('removes its files and stops listening when it is closed', async () => {
    const { files, url, close } = await testApp('oss');
    assert.ok(existsSync(files));
    await close();
    assert.ok(!existsSync(files));
    await assert.rejects(fetch(url));
  });

  it('collects the log, in which there is no token', async () => {
    const { agent, github, log } = await start('oss');
    const token = github.addPersonalAccessToken('octocat');
    await (await agent().saveToken(token)).get('/api/github/user').expect(200);
    assert.ok(log.length > 0);
    assert.ok(!log.join('').includes(token));
  });

  describe('expectConflict', () => {
    it('finds what conflicted on the request of a response', async () => {
      const { agent, github } = await start('enterprise');
      const cat = await agent().signIn('octocat');
      await cat.saveToken(github.addPersonalAccessToken('octocat'));
      const response = await cat.get('/api/github/user').expect(200);
      const conflict = expectConflict(response, { id: 'S302', key: 'github_token' });
      assert.equal(conflict.kept?.key, 'github_user_id');
      assert.throws(() => expectConflict(response, { key: 'settings' }), /The request met no such conflict/);
      assert.throws(() => expectNoConflict(response, { id: 'S302' }), /S302/);
      expectNoConflict(response, { key: 'settings' });
    });

    it('keeps the conflicts of many requests at once apart', async () => {
      const { agent, github } = await start('enterprise');
      const withToken = await agent().signIn('octocat');
      await withToken.saveToken(github.addPersonalAccessToken('octocat'));
      const without = await agent().signIn('hubot');
      const responses = await Promise.all(
        Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? withToken : without).get('/api/settings')),
      );
      responses.forEach((response, n) => {
        assert.equal(
          conflictsOf(response).some(({ id }) => id === 'S302'),
          n % 2 === 0,
        );
      });
    });

    it('refuses a response that it knows nothing of', () => {
      assert.throws(() => conflictsOf({}), TypeError);
    });
  });
});
