import assert from 'node:assert/strict';
import { KeycloakServerConfig } from '../../../../lib/enterprise/index.ts';
import { eventually } from '../../../eventually.ts';
import { KEPT_BY_KEYCLOAK, openKeptByKeycloak, storeAsJson } from './kept-by-keycloak.ts';
import { KeycloakSite } from './keycloak-site.ts';
import type { RealBrowser } from './real-browser.ts';
import { type ServerBeside, startBeside, statusWithCookiesOf } from './server-beside.ts';

const OCTOCAT = 583231;
const NEEDS_TOKEN = '/api/github/repositories';

describe('Tokens that a real Keycloak keeps', () => {
  let site: KeycloakSite;
  let browser: RealBrowser;

  before(async function () {
    this.timeout(600_000);
    site = await openKeptByKeycloak();
  });
  after(() => site.close());
  beforeEach(async () => {
    site.proxy.fault = undefined;
    browser = await site.signedIn('octocat');
  });

  const kept = async () =>
    (await site.documents()).filter((it) => /^(users|revocations|keycloak)\//.test(it));
  const grants = async () => (await kept()).filter((it) => it.startsWith('keycloak/grants/'));
  const signOutEverywhere = () => browser.fetch(`${site.url}/api/logout?everywhere=1`, { method: 'POST' });

  it('are not stored, not even encrypted', async () => {
    assert.equal(await site.statusOf(browser, NEEDS_TOKEN), 200);
    assert.deepEqual(
      (await kept()).filter((it) => it.startsWith('users/')),
      ['github_profile', 'keycloak_session', 'sessions'].map((it) => `users/github/${OCTOCAT}/${it}.json`),
    );
  });

  it('go with the grant when the user signs out everywhere, and then the session does', async () => {
    assert.equal((await signOutEverywhere()).status, 200);
    assert.equal(await site.statusOf(browser, NEEDS_TOKEN), 401);
    await eventually(async () => {
      assert.equal(site.github.tokens.hasGrant('octocat'), false);
      assert.deepEqual(await site.realm.sessions(), []);
      assert.deepEqual(
        (await kept()).filter((it) => /keycloak\/(grants|logouts)/.test(it)),
        [],
      );
    });
  });

  it('are to be given back later when Keycloak is down, which a new sign-in calls off', async () => {
    site.proxy.fault = 'down';
    assert.equal((await signOutEverywhere()).status, 200);
    assert.equal(await site.statusOf(browser), 401);
    assert.deepEqual(await grants(), [`keycloak/grants/${OCTOCAT}.json`]);
    // It is tried behind the answer to the sign-out, and Keycloak has to be down by then.
    await eventually(() =>
      assert.ok(site.log.some((line) => line.includes('A grant could not be given back; tried again later'))),
    );
    site.proxy.fault = undefined;
    await site.signIn(browser);
    assert.equal(await site.statusOf(browser, NEEDS_TOKEN), 200);
    assert.deepEqual(await grants(), []);
  });

  it('are forgotten when the user revokes the grant at GitHub', async () => {
    site.github.options.webhookUrl = `${site.url}/integration/github/events`;
    assert.equal(await site.github.revokeAuthorization('octocat'), 200);
    site.github.options.webhookUrl = undefined;
    assert.equal(await site.statusOf(browser, NEEDS_TOKEN), 401);
    await eventually(async () => assert.deepEqual(await site.realm.sessions(), []));
  });

  it('are as those of the manager to the commands for operators', async () => {
    const custody = site.app.config.tokenCustody()!;
    const status = { state: 'kept_elsewhere', keeper: 'Keycloak', revocation: 'none' };
    assert.deepEqual(await custody.status(String(OCTOCAT)), status);
    assert.equal(await custody.rotate(String(OCTOCAT)), 'unchanged');
    await custody.revoke(String(OCTOCAT));
    assert.equal(await site.statusOf(browser), 401);
    assert.equal(await custody.status(String(OCTOCAT)), undefined);
    await eventually(() => assert.equal(site.github.tokens.hasGrant('octocat'), false));
  });
});

describe('Changing who keeps the tokens', function () {
  this.timeout(600_000);
  let site: KeycloakSite;
  /** One that has the tokens kept by another keeper than the site has. */
  let beside: ServerBeside;

  afterEach(async () => {
    await beside.close();
    await site.close();
  });

  async function besideWith(env: Record<string, string>): Promise<string> {
    beside = await startBeside(site, KeycloakServerConfig, {
      ...site.realm.env,
      PUBLIC_URL: site.url,
      ...env,
    });
    return beside.url;
  }

  const statusAt = (server: string, browser: RealBrowser, path = NEEDS_TOKEN) =>
    statusWithCookiesOf(browser, site.url, server, path);

  it('signs nobody out: a pair from before stays with the manager, which alone refreshes it', async () => {
    site = await KeycloakSite.open();
    const url = await besideWith(KEPT_BY_KEYCLOAK);
    const browser = await site.signedIn('octocat');
    await storeAsJson(site.github, site.realm);
    assert.equal(await statusAt(url, browser), 200);
    site.github.clock.advance(9 * 3_600_000);
    site.github.calls.clear();
    assert.equal(await statusAt(url, browser), 200);
    assert.equal(await statusAt(site.url, browser), 200);
    assert.equal(site.github.calls.refreshes, 1);
    assert.equal(site.github.tokens.reusedRefreshTokens, 0);

    // Once that pair is dead, Keycloak is asked, and has none for this user.
    site.github.tokens.revokeGrant('octocat');
    site.github.clock.advance(9 * 3_600_000);
    assert.equal(await statusAt(url, browser), 503);
    site.github.clock.advance(61_000);
    assert.equal(await statusAt(url, browser), 401);
    assert.equal(await statusAt(url, browser, '/api/settings'), 200);
  });

  it('signs nobody out on the way back: who needs GitHub is told to sign in again, and all else goes on', async () => {
    site = await openKeptByKeycloak();
    const url = await besideWith({ KEYCLOAK_TOKEN_CUSTODY: 'manager' });
    const browser = await site.signedIn('octocat');
    assert.equal(await statusAt(site.url, browser), 200);
    site.github.calls.clear();
    for (let n = 0; n < 2; n += 1) {
      assert.equal(await statusAt(url, browser, '/api/settings'), 200);
      assert.equal(await statusAt(url, browser), 401);
    }
    // Nobody is asked for tokens that are not kept here, and Keycloak's pair stays whole.
    assert.equal(site.github.calls.refreshes, 0);
    assert.equal(site.github.tokens.hasGrant('octocat'), true);
    assert.equal(await statusAt(site.url, browser), 200);
  });
});
