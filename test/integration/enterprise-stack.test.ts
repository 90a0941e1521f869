import assert from 'node:assert/strict';
import { Router } from 'express';
import request from 'supertest';
import type { Conflict } from '../../lib/compose.ts';
import { type Browser, EnterpriseSite } from './enterprise-site.ts';

const FROM_A_PROXY = { 'X-Forwarded-For': '192.0.2.9:4711' };

describe('The stack of the Enterprise edition', () => {
  let site: EnterpriseSite;

  afterEach(() => site.close());

  interface Found {
    github_user_id: string;
    has_token: boolean;
    conflicts: Conflict[];
  }

  /** A host that tells what it finds of a request. */
  function host(): Router {
    const router = Router();
    router.get('/api/host', ({ state, stack }, res) => {
      const { github_user_id, github_token } = state;
      res.json({ github_user_id, has_token: github_token !== undefined, conflicts: stack.conflicts });
    });
    return router;
  }

  it('revolves around the user of the cookie, though a token is in their settings, and says what became of it', async () => {
    site = await EnterpriseSite.open({}, host());
    const browser = await site.signedIn('octocat');
    const github_token = site.github.addPersonalAccessToken('hubot');
    const stored = await browser.post('/api/settings').send({ github_token });
    assert.equal(stored.status, 200);

    const found = (await browser.get('/api/host')).body as Found;
    assert.equal(found.github_user_id, '583231');
    assert.equal(found.has_token, false);
    const about = found.conflicts.filter(({ key }) => key === 'github_token');
    const write = about.find(({ id }) => id === 'S302');
    assert.ok(write);
    assert.deepEqual(write.middlewares, ['github-token', 'github-user']);
    assert.deepEqual(write.kept, { key: 'github_user_id', middleware: 'github-user' });
    // The host reads the losing key, and that is written down as well.
    assert.ok(about.some(({ id }) => id === 'S303'));
    assert.doesNotMatch(JSON.stringify(found), new RegExp(github_token));

    assert.equal((await browser.get('/api/github/user')).body.login, 'octocat');
    assert.equal((await browser.get('/api/settings')).body.github_token_is_set, true);
  });

  it('has no conflict without a token in the settings', async () => {
    site = await EnterpriseSite.open({}, host());
    const browser = await site.signedIn('octocat');
    await browser.post('/api/settings').send({ language: 'de' });
    await browser.get('/api/settings');
    const { conflicts } = (await browser.get('/api/host')).body as Found;
    assert.deepEqual(
      conflicts.filter(({ id }) => id !== 'S303'),
      [],
    );
  });

  it('has no diagnostic, in whatever order', async () => {
    site = await EnterpriseSite.open();
    assert.deepEqual(site.app.stack.diagnostics, []);
  });

  it('runs in the order that lets early answers carry CORS and cache headers', async () => {
    site = await EnterpriseSite.open({}, undefined, { stack: {} });
    const { stack } = site.app;
    assert.deepEqual(
      stack.plan.map(({ name, layer }) => `${layer}/${name}`),
      [
        'enterprise/session-renewal',
        'enterprise/request-metrics',
        'oss/request-id',
        'oss/request-log',
        'oss/proxy-hint',
        'oss/security-headers',
        'enterprise/cors',
        'oss/cache-control',
        'enterprise/session',
        'enterprise/github-user',
        'enterprise/sign-in-rate-limit',
        'enterprise/host',
        'enterprise/sign-in-error-page',
        'enterprise/rate-limit',
        'oss/cross-origin',
        'enterprise/require-user',
        'oss/json-body',
        'oss/settings',
        'oss/github-token',
      ],
    );
  });

  describe('limits requests', () => {
    beforeEach(async () => {
      site = await EnterpriseSite.open({
        RATE_LIMIT: '5/hour',
        TRUST_PROXY: 'loopback',
        PERMITTED_CORS_ORIGINS: 'https://app.example',
      });
    });

    /** Somebody at another address. */
    async function signedInElsewhere(): Promise<Browser> {
      const browser = site.browser();
      browser.set(FROM_A_PROXY);
      return site.signedIn('hubot', browser);
    }

    it('by user, wherever they come from, so that one address may have many users', async () => {
      const [one, again, other] = [await site.signedIn(), await site.signedIn(), await signedInElsewhere()];
      for (let count = 0; count < 3; count += 1)
        assert.equal((await one.get('/api/github/user')).status, 200);
      for (let count = 0; count < 2; count += 1)
        assert.equal((await again.get('/api/github/user')).status, 200);
      const { status, body, headers } = await one
        .get('/api/github/installations')
        .set('Origin', 'https://app.example');
      assert.deepEqual(
        [status, body],
        [429, { error: 'Rate limit exceeded: 5 per 1 hour', code: body.code }],
      );
      assert.ok(Number(headers['retry-after']) > 0);
      assert.match(headers.ratelimit!, /r=0/);
      assert.equal(headers['access-control-allow-origin'], 'https://app.example');
      assert.match(headers['cache-control']!, /no-store/);
      assert.equal((await other.get('/api/github/user')).status, 200);
    });

    it('but the profile is answered from memory, since the stock client would sign out', async () => {
      const browser = await site.signedIn();
      const { body: profile } = await browser.get('/api/github/user');
      for (let count = 0; count < 4; count += 1) await browser.get('/api/options/config');
      assert.equal((await browser.get('/api/options/config')).status, 429);
      const { status, body, headers } = await browser.get('/api/github/user');
      assert.deepEqual([status, body, headers['x-stale']], [200, profile, '1']);
      assert.equal(headers['retry-after'], undefined, 'nothing is to be asked for again');
      for (let count = 0; count < 5; count += 1) await request(site.url).get('/api/settings');
      assert.equal((await request(site.url).get('/api/github/user')).status, 429, 'signed out');
    });

    it('to sign in by address, apart from all others', async () => {
      const attempt = () => request(site.url).get('/oauth/github/callback?code=1&state=2').set(FROM_A_PROXY);
      for (let count = 0; count < 5; count += 1) assert.equal((await attempt()).status, 302);
      const { status, body, headers } = await attempt();
      assert.deepEqual([status, body.code], [429, 'rate_limit_exceeded']);
      assert.ok(Number(headers['retry-after']) > 0);
      assert.equal((await request(site.url).get('/api/options/config').set(FROM_A_PROXY)).status, 200);
      assert.equal((await request(site.url).get('/oauth/github/authorize')).status, 302);
    });

    it('to sign in, with a page for a person, and JSON for a program', async () => {
      const attempt = () => request(site.url).get('/oauth/github/authorize').set(FROM_A_PROXY);
      for (let count = 0; count < 5; count += 1) await attempt().expect(302);
      const page = await attempt().set('Accept', 'text/html,*/*;q=0.8');
      assert.equal(page.status, 429);
      assert.match(page.headers['content-type']!, /^text\/html/);
      assert.match(page.headers['content-security-policy']!, /default-src 'none'; style-src 'sha256-/);
      assert.match(page.headers['cache-control']!, /no-store/);
      assert.ok(Number(page.headers['retry-after']) > 0);
      assert.match(page.text, /Rate limit exceeded: 5 per 1 hour/);
      const { body } = await attempt().expect(429);
      assert.equal(body.code, 'rate_limit_exceeded');
    });

    it('by address for those who are signed out, their refusals included', async () => {
      const browser = await site.signedIn();
      for (let count = 0; count < 5; count += 1) {
        assert.equal((await request(site.url).get('/api/settings')).status, 401);
      }
      assert.equal((await request(site.url).get('/api/settings')).status, 429);
      assert.equal((await browser.get('/api/github/user')).status, 200);
      assert.equal((await request(site.url).get('/oauth/github/authorize')).status, 302);
      assert.equal((await request(site.url).get('/health')).status, 200);
    });

    it('but no preflight', async () => {
      for (let count = 0; count < 12; count += 1) {
        const { status } = await request(site.url)
          .options('/api/settings')
          .set({ Origin: 'https://app.example', 'Access-Control-Request-Method': 'POST' });
        assert.equal(status, 204);
      }
    });
  });

  it('counts requests by route and conflicts by kind, for the operator', async () => {
    site = await EnterpriseSite.open();
    const browser = await site.signedIn('octocat');
    await browser.post('/api/settings').send({ github_token: site.github.addPersonalAccessToken('octocat') });
    await browser.get('/api/github/user');
    await request(site.url).get('/api/settings?code=hush');
    const { status, text } = await request(site.url).get('/internal/metrics');
    assert.equal(status, 200);
    assert.match(text, /_count\{method="GET",route="\/api\/github\/user",status="200"\} 1$/m);
    assert.match(text, /_count\{method="GET",route="none",status="401"\} 1$/m);
    assert.match(text, /^openhands_stack_conflicts_total\{id="S302",key="github_token"\} 1$/m);
    assert.match(text, /^openhands_http_requests_in_flight 1$/m);
    assert.match(
      text,
      /^openhands_store_operation_duration_seconds_count\{operation="read",outcome="ok"\} [1-9]/m,
    );
    assert.match(text, /^openhands_github_token_refreshes_total\{outcome="refreshed"\} 0$/m);
    assert.doesNotMatch(text, /hush|583231/);
  });

  it('counts a refresh by what GitHub made of it', async () => {
    site = await EnterpriseSite.open();
    const browser = await site.signedIn('octocat');
    site.github.advance(9 * 60 * 60 * 1000);
    await browser.get('/api/github/user');
    const { text } = await request(site.url).get('/internal/metrics');
    assert.match(text, /^openhands_github_token_refreshes_total\{outcome="refreshed"\} 1$/m);
  });
});
