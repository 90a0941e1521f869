import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import request, { type Response } from 'supertest';
import { type Browser, EnterpriseSite, pathOf, setCookies } from './enterprise-site.ts';

describe('Signing in to the Enterprise edition', () => {
  let site: EnterpriseSite;

  afterEach(() => site.close());

  describe('the flow', () => {
    beforeEach(async () => {
      site = await EnterpriseSite.open();
    });

    it('is an outage when GitHub names a user whose id can be none', async () => {
      for (const id of [0, -1, 1.5, '583231', null]) {
        const body = { id, login: 'octocat', avatar_url: '' };
        site.github.faults.add({ on: 'GET /user', kind: 'answer', body, times: 1 });
        const { status, headers } = await site.signIn(site.browser(), 'octocat');
        assert.deepEqual([status, Number(headers['retry-after']) > 0], [503, true], String(id));
      }
      assert.deepEqual(
        (await site.documents()).filter((path) => path.startsWith('users/')),
        [],
      );
    });

    it('begins with a redirect to GitHub that asks for PKCE and carries a state', async () => {
      const answer = await site.browser().get('/oauth/github/authorize');
      assert.equal(answer.status, 302);
      const { origin, pathname, searchParams } = new URL(answer.headers.location!);
      assert.equal(origin + pathname, `${site.github.url}/login/oauth/authorize`);
      assert.equal(searchParams.get('client_id'), site.github.app.clientId);
      assert.equal(searchParams.get('redirect_uri'), `${site.url}/oauth/github/callback`);
      assert.equal(searchParams.get('code_challenge_method'), 'S256');
      assert.match(searchParams.get('code_challenge')!, /^[\w-]{43}$/);
      assert.ok(searchParams.get('state')!.length >= 32);
      const [cookie, ...others] = setCookies(answer);
      assert.match(cookie!, /^openhands_flow_[\w-]+=.*; Max-Age=600; Path=\/;.*; HttpOnly; SameSite=Lax$/);
      assert.deepEqual(others, []);
    });

    it('ends with the cookie, the tokens in the store, and the browser where it wanted to go', async () => {
      const browser = site.browser();
      const answer = await site.signIn(browser, 'octocat', '?return_to=/settings?tab%3Dgithub');
      assert.deepEqual([answer.status, answer.headers.location], [302, '/settings?tab=github']);
      const cookies = setCookies(answer);
      assert.match(
        cookies.find((it) => it.startsWith('openhands_auth='))!,
        /Max-Age=2592000; Path=\/; .*HttpOnly; SameSite=Lax$/,
      );
      assert.match(
        cookies.find((it) => it.startsWith('openhands_flow_'))!,
        /=; Path=\/; Expires=Thu, 01 Jan 1970/,
      );
      const { status, body } = await browser.get('/api/github/user');
      assert.deepEqual([status, body.login], [200, 'octocat']);
      const documents = await site.documents();
      assert.ok(documents.includes('users/github/583231/github_token.json'));
    });

    it('ends at the start page when return_to leads elsewhere', async () => {
      for (const path of [
        '//evil.example',
        '/%5Cevil.example',
        'https://evil.example',
        '/%09/evil.example',
      ]) {
        const answer = await site.signIn(site.browser(), 'octocat', `?return_to=${encodeURIComponent(path)}`);
        assert.equal(answer.headers.location, '/', path);
      }
      const twice = await site.signIn(site.browser(), 'octocat', '?return_to=/a&return_to=/b');
      assert.equal(twice.headers.location, '/');
    });

    it('works in two tabs at once, whichever comes back first', async () => {
      const browser = site.browser();
      const one = await site.callback(browser, 'octocat', '?return_to=/one');
      const two = await site.callback(browser, 'octocat', '?return_to=/two');
      assert.equal((await browser.get(two)).headers.location, '/two');
      assert.equal((await browser.get(one)).headers.location, '/one');
    });

    it('is left to its browser by a HEAD of the callback, which uses nothing up', async () => {
      const browser = site.browser();
      const callback = await site.callback(browser, 'octocat', '?return_to=/settings');
      const looked = await browser.head(callback);
      assert.deepEqual([looked.status, setCookies(looked)], [204, []]);
      assert.equal(site.github.calls.count('POST /login/oauth/access_token'), 0);
      assert.equal((await browser.get(callback)).headers.location, '/settings');
    });

    it('is not done ahead by a prefetch, neither its beginning nor its end', async () => {
      const browser = site.browser();
      const callback = await site.callback(browser, 'octocat', '?return_to=/settings');
      for (const headers of [
        { 'Sec-Purpose': 'prefetch' },
        { 'Sec-Purpose': 'prefetch;prerender' },
        { 'Sec-Purpose': 'Prefetch; anonymous-client-ip' },
        { Purpose: 'prefetch' },
      ]) {
        for (const path of ['/oauth/github/authorize', callback]) {
          const ahead = await browser.get(path).set(headers);
          assert.deepEqual([ahead.status, ahead.body.code], [403, 'prefetch_refused']);
          assert.deepEqual(setCookies(ahead), []);
        }
      }
      assert.equal(site.github.calls.count('POST /login/oauth/access_token'), 0);
      assert.equal((await browser.get(callback)).headers.location, '/settings');
    });

    it('asks GitHub who it is after every exchange, since a person may have switched accounts there', async () => {
      const browser = await site.signedIn('octocat');
      await site.signIn(browser, 'hubot');
      assert.equal((await browser.get('/api/github/user')).body.login, 'hubot');
    });

    it('begins afresh for a callback with an unknown state, or with none', async () => {
      for (const query of ['?code=abc', '?code=abc&state=unknown', '?code=abc&state=', '']) {
        const answer = await site.browser().get(`/oauth/github/callback${query}`);
        assert.deepEqual([answer.status, answer.headers.location], [302, '/oauth/github/authorize'], query);
      }
      assert.equal(site.github.calls.count('POST /login/oauth/access_token'), 0);
    });

    it('begins afresh, and signs nobody in, when somebody else began it', async () => {
      const callback = await site.callback(site.browser(), 'hubot');
      const victim = site.browser();
      const answer = await victim.get(callback);
      assert.equal(answer.status, 302);
      assert.match(answer.headers.location!, /^\/oauth\/github\/authorize\b/);
      assert.equal((await victim.post('/api/authenticate')).status, 401);
      assert.equal(site.github.calls.count('POST /login/oauth/access_token'), 0);
    });

    it('comes to an end, with a page that says why, in a browser that keeps no cookies', async () => {
      const withoutCookies = request(site.url);
      let path = '/oauth/github/authorize';
      for (let hop = 0; hop < 10; hop += 1) {
        const answer = await withoutCookies.get(path).set('Accept', 'text/html');
        if (answer.status !== 302) {
          assert.equal(answer.status, 400);
          assert.match(answer.text, /Allow cookies for this site/);
          return;
        }
        const { location } = answer.headers;
        path = location!.startsWith('/')
          ? location!
          : pathOf(await site.github.authorize(location!, 'octocat'));
      }
      assert.fail('It went round in a circle.');
    });

    const CODE_REFUSED = {
      on: 'POST /login/oauth/access_token',
      kind: 'oauth-error',
      error: 'bad_verification_code',
    } as const;

    /** Follows the redirect to another attempt, through GitHub and back. */
    async function onceMore(browser: Browser, authorize: string): Promise<Response> {
      const { headers } = await browser.get(authorize);
      return browser.get(pathOf(await site.github.authorize(headers.location!, 'octocat')));
    }

    it('gives a code that GitHub refuses one more try, and then says so', async () => {
      const browser = site.browser();
      const stale = await site.callback(browser, 'octocat', '?return_to=/settings');
      site.github.faults.add(CODE_REFUSED);
      const { headers } = await browser.get(stale);
      assert.equal(headers.location, '/oauth/github/authorize?retry=1&return_to=%2Fsettings');
      const answer = await onceMore(browser, headers.location);
      assert.deepEqual([answer.status, answer.body.code], [401, 'bad_verification_code']);
    });

    it('asks GitHub about one code only, however many are tried with one cookie', async () => {
      const { headers } = await request(site.url).get('/oauth/github/authorize');
      const state = new URL(headers.location!).searchParams.get('state')!;
      const cookie = (headers['set-cookie'] as unknown as string[])[0]!.split(';')[0]!;
      for (let code = 0; code < 20; code += 1) {
        const { status } = await request(site.url)
          .get(`/oauth/github/callback?code=${code}&state=${state}`)
          .set('Cookie', cookie);
        assert.equal(status, 302);
      }
      assert.equal(site.github.calls.count('POST /login/oauth/access_token'), 1);
    });

    it('makes good a code that was too old, by itself', async () => {
      const browser = site.browser();
      const stale = await site.callback(browser, 'octocat', '?return_to=/settings');
      site.github.faults.add({ ...CODE_REFUSED, times: 1 });
      const answer = await onceMore(browser, (await browser.get(stale)).headers.location!);
      assert.deepEqual([answer.status, answer.headers.location], [302, '/settings']);
    });

    it('ends at /?login=denied when the user cancels at GitHub, and stores nothing', async () => {
      const browser = site.browser();
      const { headers } = await browser.get('/oauth/github/authorize');
      const answer = await browser.get(pathOf(await site.github.deny(headers.location!)));
      assert.deepEqual([answer.status, answer.headers.location], [302, '/?login=denied']);
      assert.deepEqual(
        (await site.documents()).filter((it) => it.startsWith('users/')),
        [],
      );
    });

    it('says what GitHub refuses for the operator to mend, and logs it loudly', async () => {
      const answer = await site.browser().get('/oauth/github/callback?error=redirect_uri_mismatch&state=x');
      assert.deepEqual([answer.status, answer.body.code], [503, 'github_app_misconfigured']);
      assert.match(site.log.join(''), /"level":50.*redirect_uri_mismatch/);
    });

    it('shows nothing of an error that anybody can put into the address', async () => {
      const answer = await site
        .browser()
        .get('/oauth/github/callback?error=%3Cscript%3Ealert(1)%3C/script%3E&error_description=Call+555')
        .set('Accept', 'text/html');
      assert.equal(answer.status, 400);
      assert.doesNotMatch(answer.text, /script>|555/);
      assert.match(answer.text, /GitHub did not complete the sign-in/);
    });

    it('is a page for a person when it fails in a browser, and may neither be kept nor run scripts', async () => {
      const callback = await site.callback(site.browser(), 'octocat');
      const answer = await request(site.url)
        .get(callback.replace('state=0', 'state=1'))
        .set('Accept', 'text/html,application/xhtml+xml,*/*;q=0.8');
      assert.equal(answer.status, 400);
      assert.match(answer.headers['content-type']!, /^text\/html/);
      assert.match(answer.headers['content-security-policy']!, /default-src 'none'/);
      assert.match(answer.headers['cache-control']!, /no-store/);
      assert.match(answer.text, /<a [^>]*href="\/oauth\/github\/authorize">/);
    });

    for (const [what, fault] of [
      ['exchanging the code', 'POST /login/oauth/access_token'],
      ['saying who it is', 'GET /user'],
    ] as const) {
      for (const kind of ['html', 'reset', 'malformed', 'empty', 'rate-limit'] as const) {
        it(`is a matter of trying again, with nothing stored, when GitHub fails at ${what} (${kind})`, async () => {
          const browser = site.browser();
          const callback = await site.callback(browser);
          site.github.faults.add({ on: fault, kind });
          const answer = await browser.get(callback);
          assert.ok([429, 503].includes(answer.status), `${answer.status}: ${answer.text}`);
          assert.ok(Number(answer.headers['retry-after']) > 0);
          assert.deepEqual(
            setCookies(answer).filter((it) => it.startsWith('openhands_auth')),
            [],
          );
          assert.deepEqual(
            (await site.documents()).filter((it) => it.startsWith('users/')),
            [],
          );
          site.github.faults.clear();
          assert.equal((await site.signIn(browser)).status, 302);
        });
      }
    }

    it('survives a replica of GitHub that does not know the new token yet', async () => {
      const browser = site.browser();
      const callback = await site.callback(browser);
      site.github.faults.add({ on: 'GET /user', kind: 'status', status: 401, times: 1 });
      assert.equal((await browser.get(callback)).status, 302);
    });

    it('tells the operator when the client secret is wrong, and the user that it is not their fault', async () => {
      const browser = site.browser();
      const callback = await site.callback(browser);
      site.github.faults.add({
        on: 'POST /login/oauth/access_token',
        kind: 'oauth-error',
        error: 'incorrect_client_credentials',
      });
      const answer = await browser.get(callback);
      assert.deepEqual([answer.status, answer.body.code], [503, 'github_app_misconfigured']);
      assert.match(site.log.join(''), /"level":50.*incorrect_client_credentials/);
    });
  });

  describe('with a list of allowed users', () => {
    let list: string;

    afterEach(() => rm(dirname(list), { recursive: true }));

    beforeEach(async () => {
      list = join(await mkdtemp(join(tmpdir(), 'allowed-')), 'users.txt');
      await writeFile(list, 'Octocat\n');
      site = await EnterpriseSite.open({ GITHUB_USER_LIST_FILE: list });
    });

    it('lets in everybody who is on it, whatever the case', async () => {
      assert.equal((await site.signIn(site.browser(), 'octocat')).status, 302);
    });

    it('turns everybody else away: nothing is stored, and the grant is given back to GitHub', async () => {
      const answer = await site.signIn(site.browser(), 'hubot');
      assert.deepEqual([answer.status, answer.body.error], [401, 'Not authorized via waitlist']);
      assert.deepEqual(
        setCookies(answer).filter((it) => it.startsWith('openhands_auth')),
        [],
      );
      assert.deepEqual(
        (await site.documents()).filter((it) => it.startsWith('users/')),
        [],
      );
      assert.equal(site.github.calls.count('DELETE /applications/{client_id}/grant'), 1);
    });

    it('turns them away even when GitHub does not take the grant back', async () => {
      site.github.faults.add({ on: 'DELETE /applications/{client_id}/grant', kind: 'reset' });
      assert.equal((await site.signIn(site.browser(), 'hubot')).status, 401);
      assert.match(site.log.join(''), /could not be given back to GitHub/);
    });
  });

  describe('behind a proxy', () => {
    it('has GitHub send the browser to PUBLIC_URL, with cookies for HTTPS and this host only', async () => {
      site = await EnterpriseSite.open({ PUBLIC_URL: 'https://openhands.example/app' });
      const begun = await request(site.url).get('/oauth/github/authorize');
      const callback = new URL(await site.github.authorize(begun.headers.location!, 'octocat'));
      assert.equal(
        callback.origin + callback.pathname,
        'https://openhands.example/app/oauth/github/callback',
      );
      const [flow] = setCookies(begun);
      assert.match(flow!, /^__Host-openhands_flow_.*; HttpOnly; Secure; SameSite=Lax$/);
      const answer = await request(site.url)
        .get(`/oauth/github/callback${callback.search}`)
        .set('Cookie', flow!.split(';')[0]!);
      assert.deepEqual([answer.status, answer.headers.location], [302, '/app/']);
      const auth = setCookies(answer).find((it) => it.startsWith('__Host-openhands_auth='))!;
      assert.match(auth, /; Path=\/; .*HttpOnly; Secure; SameSite=Lax$/);
      const { status } = await request(site.url).get('/api/github/user').set('Cookie', auth.split(';')[0]!);
      assert.equal(status, 200);
    });

    it('takes the address from the request as a trusted proxy tells it', async () => {
      site = await EnterpriseSite.open({ TRUST_PROXY: 'loopback' });
      const { headers } = await request(site.url)
        .get('/oauth/github/authorize')
        .set({ 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'openhands.example' });
      assert.equal(
        new URL(headers.location!).searchParams.get('redirect_uri'),
        'https://openhands.example/oauth/github/callback',
      );
    });
  });
});
