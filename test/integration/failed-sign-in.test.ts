import assert from 'node:assert/strict';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { holdAtGitHub } from '../github-gate.ts';
import { EnterpriseSite, setCookies } from './enterprise-site.ts';

const SESSION = 'users/github/583231/sessions.json';

describe('A sign-in that fails when its session has begun', () => {
  let site: EnterpriseSite;

  beforeEach(async () => {
    site = await EnterpriseSite.open({}, undefined, { patience: { replicaLagMs: 5 } });
  });
  afterEach(() => site.close());

  function hasSession(): Promise<boolean> {
    return site.document(SESSION).then(
      () => true,
      () => false,
    );
  }

  /** Waits at the second look at GitHub, when the session has begun. */
  function atSecondLook() {
    return holdAtGitHub(site.github, 'GET /user', 'before', 2);
  }

  it('leaves none that nobody has a cookie of', async () => {
    const look = atSecondLook();
    const signingIn = site.signIn(site.browser());
    await look.isThere;
    assert.equal(await hasSession(), true);
    site.github.tokens.revokeGrant('octocat');
    look.letGo();
    const answer = await signingIn;
    assert.match(answer.headers.location!, /retry=1/);
    assert.equal(
      setCookies(answer).some((cookie) => cookie.startsWith('openhands_auth=')),
      false,
    );
    assert.equal(await hasSession(), false);
  });

  it('leaves those of other browsers alone, which were there before or came meanwhile', async () => {
    for (const comes of ['before', 'meanwhile'] as const) {
      const browser = site.browser();
      if (comes === 'before') await site.signedIn('octocat', browser);
      const look = atSecondLook();
      const signingIn = site.signIn(site.browser());
      await look.isThere;
      if (comes === 'meanwhile') await site.signedIn('octocat', browser);
      site.github.faults.add({ on: 'GET /user', kind: 'status', status: 401 });
      look.letGo();
      assert.match((await signingIn).headers.location!, /retry=1/, comes);
      site.github.faults.clear();
      assert.equal((await browser.post('/api/authenticate')).status, 200, comes);
      await browser.post('/api/logout?everywhere=1');
    }
  });

  it('leaves none to a browser that has left before the answer', async () => {
    const browser = site.browser();
    const authorize = await browser.get('/oauth/github/authorize');
    const cookie = setCookies(authorize)
      .map((it) => it.split(';')[0])
      .join('; ');
    const callback = new URL(await site.github.authorize(authorize.headers.location!, 'octocat'));
    const look = atSecondLook();
    const client = request(`${site.url}${callback.pathname}${callback.search}`, { headers: { cookie } });
    client.on('error', () => undefined).end();
    await look.isThere;
    assert.equal(await hasSession(), true);
    client.destroy();
    while (!site.log.some((line) => line.includes('"aborted":true'))) await sleep(5);
    look.letGo();
    while (await hasSession()) await sleep(5);
  });
});
