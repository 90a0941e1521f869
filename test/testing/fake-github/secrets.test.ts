import assert from 'node:assert/strict';
import { FakeGitHub, testApp } from '../../../lib/testing/index.ts';

describe('the secrets of the fake GitHub', () => {
  it('are the codes, tokens and credentials that have passed it', async () => {
    const app = await testApp('enterprise');
    try {
      const cat = await app.agent().signIn('octocat');
      app.github.advance(9 * 60 * 60 * 1000);
      await cat.get('/api/github/user').expect(200);
      const secrets = app.github.secrets.all;
      assert.equal(secrets.filter((secret) => secret.startsWith('ghu_')).length, 2);
      assert.equal(secrets.filter((secret) => secret.startsWith('ghr_')).length, 2);
      assert.equal(secrets.filter((secret) => /^[0-9a-f]{20}$/.test(secret)).length, 1, 'a code');
      assert.equal(secrets.filter((secret) => /^[\w-]{43}$/.test(secret)).length, 1, 'a verifier');
      assert.ok(secrets.includes(app.github.app.clientSecret));
    } finally {
      await app.close();
    }
  });

  it('are read in answers that are a form, too', async () => {
    const github = await FakeGitHub.listen();
    const authorize = new URL('/login/oauth/authorize', github.url);
    authorize.search = new URLSearchParams({
      client_id: github.app.clientId,
      redirect_uri: 'http://localhost/callback',
    }).toString();
    const code = new URL(await github.authorize(authorize.href, 'octocat')).searchParams.get('code')!;
    const { clientId: client_id, clientSecret: client_secret } = github.app;
    const answer = await fetch(`${github.url}/login/oauth/access_token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id, client_secret, code }),
    });
    const token = new URLSearchParams(await answer.text()).get('access_token')!;
    assert.ok(github.secrets.all.includes(code) && github.secrets.all.includes(token));
    await github.close();
  });
});
