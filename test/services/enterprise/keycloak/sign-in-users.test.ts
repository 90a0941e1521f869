import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../../eventually.ts';
import { KeycloakSite } from './keycloak-site.ts';
import type { RealBrowser } from './real-browser.ts';

const MONALISA = 2493;
const isConsent = ({ pathname }: URL) => pathname === '/login/oauth/authorize';
const isCallback = ({ pathname }: URL) => pathname === '/oauth/keycloak/callback';

describe('Who signs in with Keycloak', () => {
  let site: KeycloakSite;

  before(async function () {
    this.timeout(600_000);
    site = await KeycloakSite.open();
  });
  after(() => site.close());

  /** Who the API says it is. */
  async function userOf(browser: RealBrowser): Promise<{ id: number; login: string }> {
    const answer = await browser.fetch(`${site.url}/api/github/user`);
    assert.equal(answer.status, 200);
    const { id, login } = (await answer.json()) as { id: number; login: string };
    return { id, login };
  }

  it('is asked for nothing but the consent, with a private e-mail and no name, the first time and the second', async () => {
    for (const time of ['first', 'second']) {
      const calls = site.github.calls.all.length;
      const browser = site.browser();
      const { url, status } = await site.signIn(browser, 'monalisa', '?return_to=/alive');
      assert.deepEqual([url.href, status], [`${site.url}/alive`, 200], time);
      assert.deepEqual(await userOf(browser), { id: MONALISA, login: 'monalisa' });
      const asked = site.github.calls.all.slice(calls).map(({ route }) => route);
      assert.ok(asked.includes('GET /user') && !asked.includes('GET /user/emails'), asked.join());
    }
    const users = (await site.realm.admin('GET', `/users?username=${MONALISA}&exact=true`)) as object[];
    assert.equal(users.length, 1);
  });

  it('has their settings again after the second sign-in, in another browser', async () => {
    const first = await site.signedIn('hubot');
    const body = JSON.stringify({ language: 'is' });
    const headers = { 'content-type': 'application/json', origin: site.url };
    const stored = await first.fetch(`${site.url}/api/settings`, { method: 'POST', body, headers });
    assert.equal(stored.status, 200);
    const second = await site.signedIn('hubot');
    const settings = (await (await second.fetch(`${site.url}/api/settings`)).json()) as { language: string };
    assert.equal(settings.language, 'is');
  });

  it('comes by a page of Keycloak back to this server after saying no at GitHub, and can say yes then', async () => {
    const browser = site.browser();
    const { url } = await browser.goTo(`${site.url}/oauth/github/authorize`, 'octocat', isConsent);
    const page = await browser.goTo(await site.github.deny(url.href));
    assert.match(page.url.pathname, new RegExp(`^/realms/${site.realm.name}/`));
    assert.match(page.text, /<html/);
    const links = [...page.text.matchAll(/<a [^>]*href="([^"]+)"/g)].map(([, href]) => href);
    assert.ok(links.includes(`${site.url}/`), links.join());

    const start = await browser.fetch(`${site.url}/`);
    assert.equal(start.status, 200);
    assert.equal(browser.cookies(site.url).has('openhands_auth'), false);
    await site.signIn(browser, 'octocat');
    assert.equal((await userOf(browser)).login, 'octocat');
  });

  it('is the same user after a new login at GitHub, and who takes the old login is another', async () => {
    const { directory } = site.github;
    const before = directory.addUser({ login: 'mona' });
    assert.equal((await userOf(await site.signedIn('mona'))).id, before.id);

    directory.users.delete('mona');
    directory.addUser({ ...before, login: 'mona-lisa' });
    const taker = directory.addUser({ login: 'mona' });
    assert.deepEqual(await userOf(await site.signedIn('mona-lisa')), { id: before.id, login: 'mona-lisa' });
    assert.deepEqual(await userOf(await site.signedIn('mona')), { id: taker.id, login: 'mona' });
    assert.notEqual((await site.realm.user(before.id)).id, (await site.realm.user(taker.id)).id);
  });

  it('can leave a first sign-in half done, and another one can too, before it is done', async () => {
    const { login, id } = site.github.directory.addUser({ login: 'hesitant' });
    for (const until of [isConsent, isCallback])
      await site.browser().goTo(`${site.url}/oauth/github/authorize`, login, until);
    assert.equal((await userOf(await site.signedIn(login))).id, id);
  });

  it('begins afresh with a state that was tampered with on the way back, and is not signed in by it', async () => {
    const browser = site.browser();
    const { url } = await browser.goTo(`${site.url}/oauth/github/authorize`, 'octocat', isCallback);
    const state = url.searchParams.get('state')!;
    const other = state.endsWith('A') ? 'B' : 'A';
    for (const tampered of [
      state.slice(0, -1) + other,
      state + 'A',
      state.slice(0, -1),
      `1${state.slice(1)}`,
    ]) {
      const attempt = new URL(url);
      attempt.searchParams.set('state', tampered);
      const answer = await browser.fetch(attempt.href);
      const location = answer.headers.get('location') ?? '';
      assert.ok(answer.status === 400 || location.startsWith('/oauth/github/authorize'), `${answer.status}`);
      assert.equal(browser.cookies(site.url).has('openhands_auth'), false);
    }
    assert.equal((await browser.goTo(url.href)).status, 200, 'the flow itself goes on');
    assert.equal((await userOf(browser)).login, 'octocat');
  });

  it('is let in beside one who is turned away, of whom nothing is left at Keycloak or GitHub', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'allowed-'));
    const list = join(folder, 'users.txt');
    await writeFile(list, 'hubot\n');
    const guarded = await KeycloakSite.open({ env: { GITHUB_USER_LIST_FILE: list } });
    try {
      await guarded.signedIn('hubot');
      const browser = guarded.browser();
      assert.equal((await guarded.signIn(browser, 'octocat')).status, 401);
      // Somebody else at the same browser, straight after.
      assert.equal((await guarded.signIn(browser, 'hubot')).status, 200);
      await eventually(async () => {
        const names = (await guarded.realm.sessions()).map(({ username }) => username);
        assert.deepEqual(names, ['480938']);
      });
      assert.equal(guarded.github.tokens.hasGrant('octocat'), false);
      assert.equal(guarded.github.tokens.hasGrant('hubot'), true);
    } finally {
      await guarded.close();
      await rm(folder, { recursive: true });
    }
  });
});
