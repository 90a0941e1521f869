import assert from 'node:assert/strict';
import { eventually } from '../../../eventually.ts';
import { KeycloakSite } from './keycloak-site.ts';

const OCTOCAT = 583231;

describe('Signing in with Keycloak', () => {
  let site: KeycloakSite;

  before(async function () {
    this.timeout(600_000);
    site = await KeycloakSite.open();
  });
  after(() => site.close());

  it('keeps the pair, and what the session needs, encrypted', async () => {
    const browser = await site.signedIn('octocat');
    assert.equal(await site.statusOf(browser, '/api/github/user'), 200);
    const documents = (await site.documents()).filter((it) => it.startsWith('users/'));
    assert.deepEqual(documents, [
      `users/github/${OCTOCAT}/github_profile.json`,
      `users/github/${OCTOCAT}/github_token.json`,
      `users/github/${OCTOCAT}/keycloak_session.json`,
      `users/github/${OCTOCAT}/sessions.json`,
    ]);
    const { secret, checked_at, ...rest } = await site.document(
      `users/github/${OCTOCAT}/keycloak_session.json`,
    );
    assert.match(String(secret), /^eyJ/);
    assert.equal(typeof checked_at, 'number');
    assert.deepEqual(rest, {});
  });

  it('refreshes the pair here from then on, and Keycloak never does', async () => {
    const browser = await site.signedIn('octocat');
    site.github.clock.advance(9 * 3_600_000);
    assert.equal(await site.statusOf(browser, '/api/github/user'), 200);
    assert.equal(site.github.calls.refreshes, 1);
  });

  it('sends the browser with what keeps others from finishing it', async () => {
    const { url } = await site
      .browser()
      .goTo(`${site.url}/oauth/github/authorize`, 'octocat', ({ pathname }) => pathname.endsWith('/auth'));
    const { searchParams } = url;
    assert.equal(searchParams.get('scope'), 'openid offline_access');
    assert.equal(searchParams.get('code_challenge_method'), 'S256');
    assert.equal(searchParams.get('kc_idp_hint'), 'github');
    assert.equal(searchParams.get('prompt'), 'login');
    assert.match(searchParams.get('nonce') ?? '', /^[\w-]{43}$/);
    assert.match(searchParams.get('state') ?? '', /^0[\w-]{32}$/);
    assert.equal(searchParams.get('redirect_uri'), `${site.url}/oauth/keycloak/callback`);
  });

  it('leads back to where it was asked for', async () => {
    const page = await site.signIn(site.browser(), 'octocat', '?return_to=/api/settings');
    assert.equal(page.url.href, `${site.url}/api/settings`);
    assert.equal(page.status, 200);
  });

  it('has one session at Keycloak for a user, however often they sign in, and it is the last one', async () => {
    const first = await site.signedIn('hubot');
    const [before] = (await site.realm.sessions()).filter(({ username }) => username === '480938');
    const second = await site.signedIn('hubot');
    await eventually(async () => {
      const sessions = (await site.realm.sessions()).filter(({ username }) => username === '480938');
      assert.equal(sessions.length, 1);
      assert.notEqual(sessions[0]!.id, before!.id);
    });
    assert.equal(await site.statusOf(first), 200);
    assert.equal(await site.statusOf(second), 200);
  });

  it('takes another user in the same browser for whom they are', async () => {
    const browser = await site.signedIn('octocat');
    await site.signIn(browser, 'monalisa');
    const answer = await browser.fetch(`${site.url}/api/github/user`);
    assert.equal(((await answer.json()) as { login: string }).login, 'monalisa');
  });

  it('gives everything back of whom it turns away', async () => {
    const sessions = (await site.realm.sessions()).length;
    const list = await KeycloakSite.open({ env: { GITHUB_USER_LIST_FILE: '/dev/null' } });
    try {
      const page = await list.signIn(list.browser(), 'octocat');
      assert.equal(page.status, 401);
      assert.match(page.text, /Not authorized via waitlist/);
      assert.deepEqual(await list.realm.sessions(), []);
      assert.deepEqual(
        (await list.documents()).filter((it) => /^(users|keycloak)\//.test(it)),
        [],
      );
      assert.equal(list.github.tokens.hasGrant('octocat'), false);
    } finally {
      await list.close();
    }
    assert.equal((await site.realm.sessions()).length, sessions);
  });

  it('works by the link that the stock client makes by itself', async () => {
    const browser = site.browser();
    const link = new URL(`${site.github.environment.GITHUB_BASE_URL}/login/oauth/authorize`);
    link.searchParams.set('client_id', site.github.environment.GITHUB_APP_CLIENT_ID!);
    link.searchParams.set('redirect_uri', `${site.url}/oauth/github/callback`);
    const page = await browser.goTo(link.href, 'octocat');
    assert.equal(page.status, 200);
    assert.equal(await site.statusOf(browser), 200);
  });

  it('works in two tabs at once', async () => {
    const browser = site.browser();
    const isCallback = ({ pathname }: URL) => pathname === '/oauth/keycloak/callback';
    const one = await browser.goTo(
      `${site.url}/oauth/github/authorize?return_to=/alive`,
      'octocat',
      isCallback,
    );
    const other = await browser.goTo(
      `${site.url}/oauth/github/authorize?return_to=/health`,
      'octocat',
      isCallback,
    );
    assert.equal((await browser.goTo(one.url.href)).url.pathname, '/alive');
    assert.equal((await browser.goTo(other.url.href)).url.pathname, '/health');
  });

  it('begins afresh for a tampered state, whatever comes with it', async () => {
    for (const query of [
      'state=nobody-made-this&code=x',
      'state=nobody-made-this&error=access_denied',
      '',
      'error=x',
    ]) {
      const answer = await site.browser().fetch(`${site.url}/oauth/keycloak/callback?${query}`);
      assert.equal(answer.status, 302);
      assert.equal(answer.headers.get('location'), '/oauth/github/authorize');
    }
  });

  it('uses a callback once, and only in the browser that began it', async () => {
    const browser = site.browser();
    const isCallback = ({ pathname }: URL) => pathname === '/oauth/keycloak/callback';
    const { url } = await browser.goTo(`${site.url}/oauth/github/authorize`, 'octocat', isCallback);
    const stranger = site.browser();
    const elsewhere = await stranger.fetch(url.href);
    assert.equal(elsewhere.headers.get('location'), '/oauth/github/authorize?retry=1');
    assert.equal(stranger.cookies(site.url).has('openhands_auth'), false);

    assert.equal((await browser.fetch(url.href)).headers.get('location'), '/');
    const again = await browser.fetch(url.href);
    assert.equal(again.headers.get('location'), '/oauth/github/authorize?retry=1');
  });

  it('refuses a callback that names another issuer, and one of another flow of this browser', async () => {
    const browser = site.browser();
    const isCallback = ({ pathname }: URL) => pathname === '/oauth/keycloak/callback';
    const authorize = `${site.url}/oauth/github/authorize`;
    const one = (await browser.goTo(authorize, 'octocat', isCallback)).url;
    one.searchParams.set('iss', 'https://keycloak.example/realms/other');
    assert.equal((await browser.fetch(one.href)).status, 400);

    const mine = (await browser.goTo(authorize, 'octocat', isCallback)).url;
    const injected = (await site.browser().goTo(authorize, 'hubot', isCallback)).url;
    mine.searchParams.set('code', injected.searchParams.get('code')!);
    const answer = await browser.fetch(mine.href);
    assert.match(answer.headers.get('location') ?? '', /^\/oauth\/github\/authorize\?retry=1/);
    assert.equal(browser.cookies(site.url).has('openhands_auth'), false);
  });

  it('ends with a page of ours when the user has refused a flow of theirs', async () => {
    const browser = site.browser();
    const { url } = await browser.goTo(`${site.url}/oauth/github/authorize`, 'octocat', ({ pathname }) =>
      pathname.endsWith('/auth'),
    );
    const state = url.searchParams.get('state')!;
    const answer = await browser.fetch(
      `${site.url}/oauth/keycloak/callback?error=access_denied&state=${state}`,
    );
    assert.equal(answer.headers.get('location'), '/?login=denied');
  });

  it('leaves a code to the browser that comes for it', async () => {
    for (const path of ['/oauth/keycloak/callback', '/oauth/github/callback']) {
      assert.equal((await site.browser().fetch(site.url + path, { method: 'HEAD' })).status, 204);
      const prefetch = await site
        .browser()
        .fetch(site.url + path, { headers: { 'sec-purpose': 'prefetch' } });
      assert.equal(prefetch.status, 403);
    }
  });

  for (const fault of ['down', 'answers with HTML', 'answers with an error', 'answers nonsense'] as const) {
    it(`is 503 with a sentence while Keycloak ${fault}, and works again afterwards`, async () => {
      const browser = site.browser();
      const { url } = await browser.goTo(
        `${site.url}/oauth/github/authorize`,
        'octocat',
        ({ pathname }) => pathname === '/oauth/keycloak/callback',
      );
      site.proxy.fault = fault;
      try {
        const answer = await browser.fetch(url.href, { headers: { accept: 'application/json' } });
        const { code } = (await answer.json()) as { code: string };
        assert.deepEqual([answer.status, code], [503, 'keycloak_unavailable']);
      } finally {
        site.proxy.fault = undefined;
      }
      await site.signIn(browser);
      assert.equal(await site.statusOf(browser), 200);
    });
  }

  it('accepts a signing key that is new', async () => {
    await site.signedIn('octocat');
    await site.realm.addSigningKey();
    await site.signedIn('octocat');
  });
});
