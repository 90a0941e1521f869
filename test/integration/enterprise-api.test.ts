import assert from 'node:assert/strict';
import request from 'supertest';
import { type Browser, EnterpriseSite } from './enterprise-site.ts';

/** Somebody who is signed in and has stored nothing. */
const SETTINGS_OF_NEWCOMER = {
  language: null,
  agent: null,
  security_analyzer: null,
  llm_model: null,
  llm_base_url: null,
  max_iterations: null,
  remote_runtime_resource_factor: null,
  confirmation_mode: null,
  user_consents_to_analytics: null,
  enable_default_condenser: false,
  llm_api_key: null,
  github_token_is_set: true,
};

describe('The API of the Enterprise edition', () => {
  let site: EnterpriseSite;

  before(async () => {
    site = await EnterpriseSite.open({
      PERMITTED_CORS_ORIGINS: 'https://app.example',
      POSTHOG_CLIENT_KEY: 'phc_1',
    });
  });

  after(() => site.close());

  it('says at /saas that this is the Enterprise edition', async () => {
    const { status, body } = await request(site.url).get('/saas');
    assert.deepEqual([status, body], [200, { saas: true }]);
  });

  it('tells everybody what a client needs to know', async () => {
    const { status, body } = await request(site.url).get('/api/options/config');
    assert.deepEqual(
      [status, body],
      [
        200,
        {
          APP_MODE: 'saas',
          GITHUB_CLIENT_ID: site.github.app.clientId,
          POSTHOG_CLIENT_KEY: 'phc_1',
          FEATURE_FLAGS: { ENABLE_BILLING: false, HIDE_LLM_SETTINGS: false },
        },
      ],
    );
    for (const path of ['models', 'agents', 'security-analyzers']) {
      assert.equal((await request(site.url).get(`/api/options/${path}`)).status, 200);
    }
    // Express's routes take a path in any case, so what is open has to be open in any case.
    assert.equal((await request(site.url).get('/API/Options/config/')).status, 200);
    assert.equal((await request(site.url).get('/health')).status, 200);
  });

  const resources: Readonly<Record<string, string>> = {
    '/saas': 'GET, HEAD, OPTIONS',
    '/oauth/github/authorize': 'GET, HEAD, OPTIONS',
    '/oauth/github/callback': 'GET, HEAD, OPTIONS',
    '/internal/metrics': 'GET, HEAD, OPTIONS',
    '/api/logout': 'POST, OPTIONS',
    '/integration/github/events': 'POST, OPTIONS',
  };
  for (const [path, allow] of Object.entries(resources)) {
    it(`refuses other methods on ${path}, and says which it takes`, async () => {
      for (const method of ['put', 'delete', 'patch'] as const) {
        const { status, body, headers } = await request(site.url)[method](path);
        assert.deepEqual([status, body.code, headers.allow], [405, 'method_not_allowed', allow], method);
      }
      const { status, headers } = await request(site.url).options(path);
      assert.deepEqual([status, headers.allow], [204, allow]);
    });
  }

  it('answers HEAD as it answers GET, without the body', async () => {
    for (const path of ['/saas', '/oauth/github/authorize', '/internal/metrics']) {
      const { status, headers, text } = await request(site.url).head(path).redirects(0);
      const got = await request(site.url).get(path).redirects(0);
      assert.equal(text, undefined, path);
      assert.deepEqual([status, headers['content-type']], [got.status, got.headers['content-type']], path);
    }
  });

  describe('without a session', () => {
    for (const [method, path] of [
      ['get', '/api/settings'],
      ['post', '/api/settings'],
      ['get', '/api/github/user'],
      ['get', '/api/github/repositories'],
      ['get', '/api/github/installations'],
      ['get', '/api/github/search/repositories?query=x'],
      ['get', '/api/github/suggested-tasks'],
      ['get', '/api/nowhere'],
      ['get', '/api'],
      ['delete', '/api/settings'],
      ['get', '/API/Settings'],
      ['get', '/api/settings/'],
      ['get', '/api/optionsx'],
    ] as const) {
      it(`is 401 at ${method.toUpperCase()} ${path}, and clears no cookie, since there is none`, async () => {
        const { status, body, headers } = await request(site.url)[method](path);
        assert.deepEqual(
          [status, body],
          [401, { error: 'User is not authenticated', code: 'not_authenticated' }],
        );
        assert.equal(headers['set-cookie'], undefined);
      });
    }

    it('is 401 at POST /api/authenticate, and 200 at POST /api/logout', async () => {
      const authenticate = await request(site.url).post('/api/authenticate');
      assert.deepEqual([authenticate.status, authenticate.body.error], [401, 'User is not authenticated']);
      const logout = await request(site.url).post('/api/logout?everywhere=1');
      assert.deepEqual([logout.status, logout.body], [200, { message: 'User logged out' }]);
      const odd = await request(site.url).post('/api/logout').type('json').send('{"no');
      assert.deepEqual([odd.status, odd.body], [200, { message: 'User logged out' }]);
    });
  });

  describe('with a session', () => {
    let browser: Browser;

    before(async () => {
      browser = await site.signedIn('octocat');
    });

    it('says that the user is authenticated', async () => {
      const { status, body } = await browser.post('/api/authenticate');
      assert.deepEqual([status, body], [200, { message: 'User authenticated' }]);
    });

    it('answers every route of GitHub', async () => {
      const user = await browser.get('/api/github/user');
      assert.deepEqual([user.status, user.body.login, user.body.id], [200, 'octocat', 583231]);
      const repositories = await browser.get('/api/github/repositories?per_page=3');
      assert.deepEqual([repositories.status, repositories.body.length], [200, 3]);
      assert.match(repositories.body[0].link_header, /rel="next"/);
      const installations = await browser.get('/api/github/installations');
      assert.deepEqual([installations.status, installations.body], [200, [41001, 41002]]);
      const found = await browser.get('/api/github/search/repositories?query=Hello');
      assert.deepEqual([found.status, found.body[0].full_name], [200, 'octocat/Hello-World']);
      const tasks = await browser.get('/api/github/suggested-tasks');
      assert.deepEqual([tasks.status, tasks.body[0].task_type], [200, 'MERGE_CONFLICTS']);
    });

    it('keeps settings for each user, with a token always set', async () => {
      const first = await browser.get('/api/settings');
      assert.deepEqual([first.status, first.body], [200, SETTINGS_OF_NEWCOMER]);
      assert.ok(!(await site.documents()).includes('users/github/583231/settings.json'));
      const stored = await browser.post('/api/settings').send({ language: 'cs', llm_api_key: 'sk-1' });
      assert.deepEqual([stored.status, stored.body], [200, { message: 'Settings stored' }]);
      const { body } = await browser.get('/api/settings');
      assert.deepEqual(
        [body.language, body.llm_api_key, body.github_token_is_set, 'github_token' in body],
        ['cs', '**********', true, false],
      );
      const other = await site.signedIn('hubot');
      assert.deepEqual((await other.get('/api/settings')).body, SETTINGS_OF_NEWCOMER);
      assert.ok((await site.documents()).includes('users/github/583231/settings.json'));
    });

    it('shows the last profile through an outage of GitHub', async () => {
      await browser.get('/api/github/user');
      site.github.faults.add({ on: 'GET /user', kind: 'html' });
      const { status, body, headers } = await browser.get('/api/github/user');
      site.github.faults.clear();
      assert.deepEqual([status, body.login, headers['x-stale']], [200, 'octocat', '1']);
    });

    it('is 404 for what is unknown, and 405 for a method that is not', async () => {
      assert.equal((await browser.get('/api/nowhere')).status, 404);
      for (const [path, allow] of [
        ['/api/logout', 'POST'],
        ['/api/settings', 'GET'],
      ] as const) {
        const { status, headers } = await browser.delete(path);
        assert.equal(status, 405);
        assert.match(headers.allow!, new RegExp(allow));
      }
    });
  });

  describe('across origins', () => {
    let browser: Browser;

    before(async () => {
      browser = await site.signedIn('octocat');
    });

    for (const [what, headers] of [
      ['another origin', { Origin: 'https://evil.example' }],
      ['no origin that could be named', { Origin: 'null' }],
      ['another site, as the browser says', { 'Sec-Fetch-Site': 'cross-site' }],
      ['localhost, which only the OSS edition permits', { Origin: 'http://localhost:3001' }],
      ['a host that only begins like a permitted one', { Origin: 'https://app.example.evil.example' }],
    ] as const) {
      it(`is 403 for changes from ${what}, even for signing out`, async () => {
        for (const path of ['/api/settings', '/api/logout', '/api/authenticate']) {
          const {
            status,
            body,
            headers: answered,
          } = await browser.post(path).set(headers).send({ language: 'xx' });
          assert.deepEqual([status, body.code], [403, 'cross_origin'], path);
          assert.equal(answered['access-control-allow-origin'], undefined);
          assert.equal(answered['set-cookie'], undefined);
        }
      });
    }

    it('lets changes through from this host, and from a permitted origin', async () => {
      for (const headers of [
        { Origin: site.url, 'Sec-Fetch-Site': 'same-origin' },
        { Origin: 'https://app.example', 'Sec-Fetch-Site': 'cross-site' },
        { 'Sec-Fetch-Site': 'same-origin' },
      ]) {
        assert.equal((await browser.post('/api/authenticate').set(headers)).status, 200);
      }
    });

    it('lets a permitted origin read, with credentials, and no other', async () => {
      const permitted = await browser.get('/api/github/user').set('Origin', 'https://app.example');
      assert.equal(permitted.headers['access-control-allow-origin'], 'https://app.example');
      assert.equal(permitted.headers['access-control-allow-credentials'], 'true');
      for (const origin of ['https://evil.example', 'http://localhost:3000', 'http://app.example', 'null']) {
        const { headers } = await browser.get('/api/github/user').set('Origin', origin);
        assert.equal(headers['access-control-allow-origin'], undefined, origin);
        assert.match(headers.vary!, /Origin/);
      }
    });

    it('answers a preflight without a cookie, with nothing to go on for an origin that is not permitted', async () => {
      const preflight = (origin: string) =>
        request(site.url).options('/api/settings').set({
          Origin: origin,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'content-type',
        });
      const permitted = await preflight('https://app.example');
      assert.equal(permitted.status, 204);
      assert.equal(permitted.headers['access-control-allow-origin'], 'https://app.example');
      assert.match(permitted.headers['access-control-allow-methods']!, /POST/);
      const refused = await preflight('https://evil.example');
      assert.equal(refused.headers['access-control-allow-origin'], undefined);
      assert.notEqual(refused.status, 401);
    });

    it('lets a permitted origin read a 401, which may not be kept either', async () => {
      const { status, headers } = await request(site.url)
        .get('/api/settings')
        .set('Origin', 'https://app.example');
      assert.equal(status, 401);
      assert.equal(headers['access-control-allow-origin'], 'https://app.example');
      assert.match(headers['cache-control']!, /no-store/);
      assert.match(headers['x-request-id']!, /./);
    });
  });
});
